"""Requests whose parts come in any order: look for each slot's phrases anywhere in the words.

"A small dark roast latte with two shots" and "two shots in a latte, dark roast, small" mean the
same; a template for every order would be thousands of sentences.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from unhear.household.speech import SlotValue

TAKEN = "/"
"""Stands where a phrase was found; `plain` leaves no such sign in what is said."""


@dataclass(frozen=True, slots=True)
class Spotted:
    """The slots found, and how many characters of the text are their phrases."""

    slots: Mapping[str, SlotValue]
    said: int


class Spotter:
    """One intent, known by the phrases of its slots."""

    def __init__(
        self,
        intent: str,
        *,
        phrases: Mapping[str, Mapping[str, SlotValue]],
        requires: Collection[str],
        around: Collection[str],
    ) -> None:
        """`phrases` holds by slot what each phrase means; `requires` the slots it needs.

        `around` are words that people say around the phrases and that mean nothing of their own.
        """
        self.intent = intent
        self._requires = tuple(requires)
        self._around = frozenset(around)
        every = [
            (phrase, slot, value)
            for slot, meanings in phrases.items()
            for phrase, value in meanings.items()
        ]
        every.sort(key=lambda one: (-len(one[0]), one[0], one[1]))
        self._phrases = [
            (re.compile(rf"(?<= ){re.escape(phrase)}(?= )"), slot, value)
            for phrase, slot, value in every
        ]

    def spot(self, text: str) -> Spotted | None:
        """Answer the slots found in `text`, or None where a required one is missing.

        Longer phrases win over shorter ones, wherever they are; no word is used twice. None, too,
        where the words that are neither phrase nor `around` are as many as those of the phrases:
        "I spilled my coffee" orders none.
        """
        spotted, unexplained, words = self._spot(text)
        missing = any(slot not in spotted.slots for slot in self._requires)
        return None if missing or unexplained >= words else spotted

    def lacking(self, text: str) -> tuple[str, Spotted] | None:
        """Answer the one required slot that is not in `text`, and the others; None for no such.

        Hardly a word may be anything else, so that "small" alone, or said of something, asks for
        nothing.
        """
        spotted, unexplained, words = self._spot(text)
        missing = [slot for slot in self._requires if slot not in spotted.slots]
        begun = words > 0 and unexplained == 0 and len(text.split()) > words
        return (missing[0], spotted) if len(missing) == 1 and begun else None

    def _spot(self, text: str) -> tuple[Spotted, int, int]:
        """Answer what is found, how many words are strange, and how many the phrases take."""
        slots: dict[str, SlotValue] = {}
        left, said, words = f" {text} ", 0, 0
        for pattern, slot, value in self._phrases:
            if slot in slots or (found := pattern.search(left)) is None:
                continue
            slots[slot] = value
            said, words = said + len(found[0]), words + len(found[0].split())
            left = f"{left[: found.start()]}{TAKEN}{left[found.end() :]}"
        unexplained = sum(word != TAKEN and word not in self._around for word in left.split())
        return Spotted(slots, said), unexplained, words
