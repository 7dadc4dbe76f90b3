"""Words that answer what was asked back: one slot, or two, one after the other."""

from collections.abc import Iterator, Mapping
from itertools import permutations

from unhear.household.speech import Question, SlotValue
from unhear.understand.languages import LANGUAGES
from unhear.understand.sentence_file import SentenceFile

WORDS_MAX = 12
"""Longer answers are tried as one slot alone."""


def answers_to(
    question: Question, words: str, file: SentenceFile, language: str
) -> Iterator[Mapping[str, SlotValue]]:
    """Yield the slots that plain words can be as an answer, the likest first."""
    wanted = (question.slot, *question.others)
    for slot in wanted:
        if (value := _read(file, slot, words, language)) is not None:
            yield {slot: value}
    parts = words.split()
    if len(parts) > WORDS_MAX:
        return
    for place in range(1, len(parts)):
        halves = " ".join(parts[:place]), " ".join(parts[place:])
        for slots in permutations(wanted, 2):
            both = [
                _read(file, slot, part, language) for slot, part in zip(slots, halves, strict=True)
            ]
            if None not in both:
                yield {slot: value for slot, value in zip(slots, both, strict=True) if value}


def _read(file: SentenceFile, slot: str, words: str, language: str) -> SlotValue | None:
    """Read a slot, with or without the small word before it: "in ten minutes"."""
    value = file.read(slot, words, language)
    first, _, rest = words.partition(" ")
    if value is None and first in LANGUAGES[language].small.leading:
        return file.read(slot, rest, language)
    return value
