"""Half sentences: "set a timer for". What is missing is asked for.

Words are half a sentence where a sentence would be whole with one slot more at its end.
"""

from collections.abc import Iterable, Iterator

from hassil import recognize_all

from unhear.household.speech import Intent, Question
from unhear.understand.matching import Match, slots_of, wild_of
from unhear.understand.sentence_file import SentenceFile

WORDS_MAX = 12
"""More words than these are talk, not a request that was broken off."""


def half_of(words: str, files: Iterable[SentenceFile], language: str) -> Question | None:
    """Answer what to ask for after plain words that are half a sentence, or None."""
    if not words or len(words.split()) > WORDS_MAX:
        return None
    found = [half for file in files for half in _halves(words, file, language)]
    if not found:
        return None
    match, slot = min(found, key=lambda half: (half[0].order, half[1]))
    return Question(match.intent, slot)


def _halves(words: str, file: SentenceFile, language: str) -> Iterator[tuple[Match, str]]:
    """Yield each thing that is meant so far, and the slot that is missing."""
    for slot, sample in file.samples:
        for result in recognize_all(f"{words} {sample}", file.templates, language=language):
            entity = result.entities.get(slot)
            if entity is None or entity.text.strip() != sample:
                continue
            slots = slots_of(result, file)
            if slots is None:
                continue
            rest = {name: value for name, value in slots.items() if name != slot}
            said = len(words) + (len(sample) if entity.is_wildcard else 0) - wild_of(result, file)
            meant = Intent(file.skill, result.intent.name, rest)
            yield Match(meant, said, typed=int(entity.is_wildcard)), slot
    for spotter in file.spotters:
        lacking = spotter.lacking(words)
        if lacking is not None:
            slot, spotted = lacking
            yield Match(Intent(file.skill, spotter.intent, spotted.slots), spotted.said), slot
