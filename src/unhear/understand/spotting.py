"""Requests whose parts come in any order: look for each slot's phrases anywhere in the words.

"A small dark roast latte with two shots" and "two shots in a latte, dark roast, small" mean the
same; a template for every order would be thousands of sentences.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unhear.household.speech import SlotValue


@dataclass(frozen=True, slots=True)
class Spotter:
    """One intent: phrases by slot, and the slots without which it is not meant.

    `phrases` maps each slot to (phrase as said, value) pairs.
    """

    intent: str
    phrases: Mapping[str, Sequence[tuple[str, str]]]
    requires: Sequence[str]

    def spot(self, text: str) -> Mapping[str, SlotValue] | None:
        """Answer the slots found in `text`, or None where a required one is missing.

        Longer phrases win over shorter ones, wherever they are; no word is used twice.
        """
        slots: dict[str, SlotValue] = {}
        left = f" {text} "
        every = [
            (phrase, slot, value) for slot, pairs in self.phrases.items() for phrase, value in pairs
        ]
        for phrase, slot, value in sorted(every, key=lambda found: (-len(found[0]), found)):
            if slot in slots:
                continue
            pattern = rf" {re.escape(phrase)}(?= )"
            if re.search(pattern, left):
                slots[slot] = value
                left = re.sub(pattern, " /", left, count=1)
        return slots if all(slot in slots for slot in self.requires) else None
