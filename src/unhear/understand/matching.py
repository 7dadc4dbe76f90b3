"""What one skill's sentences make of words."""

from collections.abc import Iterable
from dataclasses import dataclass

from hassil import RecognizeResult, recognize_all

from unhear.household.speech import Intent, SlotValue
from unhear.understand.languages import LANGUAGES
from unhear.understand.sentence_file import SentenceFile


@dataclass(frozen=True, slots=True)
class Match:
    """One thing that words can mean."""

    intent: Intent
    said: int
    """How many characters of the request the skill's own sentence accounts for."""

    typed: int = 0
    """How many slots hold what a type reads, which is less sure than a list that names it."""

    open: bool = False
    """Whether more words would fit: what a wildcard holds or a spotter looks for has no end."""

    @property
    def order(self) -> tuple[int, int, int, str, str, str]:
        """The best match comes first; the same words always in the same order."""
        slots = sorted(self.intent.slots.items())
        return (
            -self.said,
            len(slots),
            self.typed,
            self.intent.skill,
            self.intent.name,
            repr(slots),
        )


def best(words: str, files: Iterable[SentenceFile], language: str) -> Match | None:
    """Answer the best of all that plain words can mean to these skills, or None."""
    found = (match for file in files for match in matches(words, file, language))
    return min(found, key=lambda match: match.order, default=None)


def matches(words: str, file: SentenceFile, language: str) -> Iterable[Match]:
    """Yield all that plain words can mean to one skill."""
    for result in recognize_all(words, file.templates, language=language):
        slots, wild = slots_of(result, file), wild_of(result, file)
        if slots is not None and not (wild and hangs(words, language)):
            intent = Intent(file.skill, result.intent.name, slots)
            typed = sum(name in file.types for name in slots)
            yield Match(intent, len(words) - wild, typed, open=wild > 0)
    for spotter in file.spotters:
        spotted = spotter.spot(words)
        if spotted is not None:
            intent = Intent(file.skill, spotter.intent, spotted.slots)
            yield Match(intent, spotted.said, open=True)


def slots_of(result: RecognizeResult, file: SentenceFile) -> dict[str, SlotValue] | None:
    """Answer the slots with their types, or None where a typed one does not hold its type."""
    slots: dict[str, SlotValue] = {}
    for name, entity in result.entities.items():
        value = entity.value.strip() if isinstance(entity.value, str) else entity.value
        read = file.types.get(name)
        if read is not None and entity.is_wildcard:
            value = read(value)
        if value is None:
            return None
        slots[name] = int(value) if isinstance(value, float) and value.is_integer() else value
    return slots


def hangs(words: str, language: str) -> bool:
    """Whether words end with one that ends nothing: "the", "and"."""
    return bool(LANGUAGES[language].small.hanging.intersection(words.split()[-1:]))


def wild_of(result: RecognizeResult, file: SentenceFile) -> int:
    """Answer how many characters are held by wildcards, which would hold anything."""
    return sum(
        len(entity.text.strip())
        for entity in result.entities_list
        if entity.is_wildcard and entity.name not in file.types
    )
