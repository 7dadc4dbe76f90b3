"""Words -> Intent, by the sentence files of all skills (hassil templates, or spotting)."""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hassil import RecognizeResult, recognize_all

from unhear.household.speech import Intent, Question, SlotValue
from unhear.understand.errors import GrammarError
from unhear.understand.languages import LANGUAGES
from unhear.understand.sentence_file import SentenceFile, load
from unhear.understand.sounds import Sounds

log = logging.getLogger(__name__)

CHARACTERS_MAX = 400
"""Longer text is talk, not a request; matching it against wildcards costs its length cubed."""

REPLACEMENTS_MAX = 3
"""How often words of one request are taken for others that sound alike."""

UNSURE_SHARE = 0.3
"""How much of a request may stay strange that means nothing as it was written."""

JOINTS_MAX = 3
"""At how many places a sentence is tried as two."""

REPEATED_WORDS_MIN = 3
"""Fewer words than these are said twice by people: "stop, stop"."""

OWN = Path(__file__).parents[1]
"""The skills under this folder come with unhear; theirs must be whole."""


class Sentences(Protocol):
    """What the grammar needs of a skill."""

    @property
    def name(self) -> str:
        """The skill's name."""

    @property
    def sentences(self) -> Path:
        """The folder of its sentence files, one a language."""


@dataclass(frozen=True, slots=True)
class _Match:
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


class Grammar:
    """The sentences of all skills in one language; safe to use from several threads."""

    def __init__(
        self, skills: Iterable[Sentences], *, language: str = "en", sounds: Sounds | None = None
    ) -> None:
        """Load the sentence files; a skill may lack the language.

        With `sounds`, words that sound like what a skill listens for are tried as that.

        Raises `GrammarError` for a language without wording, and for a broken file of a skill that
        comes with unhear. Somebody else's broken skill is named in the log and left out.
        """
        if language not in LANGUAGES:
            raise GrammarError(
                f"the language {language!r} is not understood; choose one of {', '.join(LANGUAGES)}"
            )
        self._language = language
        self._plain = LANGUAGES[language].plain
        self._sounds = sounds
        files = (_load_if_whole(skill, language) for skill in skills)
        self._files = [file for file in files if file is not None]
        phrases = (phrase for file in self._files for phrase in file.vocabulary)
        self._vocabulary = tuple(sorted(set(phrases)))

    def vocabulary(self) -> Sequence[str]:
        """Answer the phrases worth telling a recogniser about."""
        return self._vocabulary

    def interpret(self, text: str) -> Intent | None:
        """Answer what `text` asks for, or None; nothing in more than `CHARACTERS_MAX`.

        Where several sentences match, the one that says most of it itself wins (what a typed slot
        or a list holds is said, what a wildcard holds is not), then the simplest: that with fewest
        slots.
        """
        words = self._plain(text) if len(text) <= CHARACTERS_MAX else ""
        if not words:
            return None
        words = _once(words)
        best = self._best(words, self._files)
        if self._sounds is not None:
            best = self._sounding_better(self._sounds, words, best)
        return None if best is None else best.intent

    def interpret_all(self, text: str) -> Sequence[Intent]:
        """Answer what `text` asks for: mostly one thing, or two that were said in one sentence.

        A sentence is two requests where both parts mean something, and say more of the words
        themselves than the sentence as one does. Empty where nothing is understood.
        """
        words = self._plain(text) if len(text) <= CHARACTERS_MAX else ""
        whole = self._best(words, self._files) if words else None
        pairs = [pair for pair in self._parted(words) if None not in pair]
        best = max(pairs, key=_said_of, default=None)
        if best is not None and _said_of(best) > (0 if whole is None else whole.said):
            return [match.intent for match in best if match is not None]
        one = self.interpret(text)
        return [] if one is None else [one]

    def _parted(self, words: str) -> Iterable[tuple[_Match | None, _Match | None]]:
        """Yield what the parts of a sentence mean, for each word at which it may be two."""
        for joint in LANGUAGES[self._language].joints:
            places = [place.start() for place in re.finditer(re.escape(joint), words)]
            for place in places[:JOINTS_MAX]:
                first, second = words[:place], words[place + len(joint) :]
                yield self._best(first, self._files), self._best(second, self._files)

    def _best(self, words: str, files: Iterable[SentenceFile]) -> _Match | None:
        found = (match for file in files for match in self._matches(file, words))
        return min(found, key=lambda match: match.order, default=None)

    def _sounding_better(self, sounds: Sounds, words: str, best: _Match | None) -> _Match | None:
        """Answer the match of what the words sound like, where it explains more than they do.

        What they sound unlike is taken off. Where the words themselves mean nothing, most of them
        must be explained: noise and half sentences sound like something, too.
        """
        unsure = best is None
        least = 0.0 if best is None else float(best.said)
        spelled: dict[str, str] = {}
        for file in self._files:
            found, score, taken, cost = best, 0.0 if best is None else best.said, words, 0.0
            for _ in range(REPLACEMENTS_MAX):
                tried = [
                    (match.said - cost - one.cost, one, match)
                    for one in sounds.alike(taken, file.phrases, file.words, spelled)
                    if (match := self._best(one.words, [file])) is not None
                ]
                better = max(tried, key=lambda each: each[0], default=None)
                if better is None or better[0] <= score:
                    break
                score, found, taken, cost = (
                    better[0], better[2], better[1].words, cost + better[1].cost,
                )  # fmt: skip
            if score > least and not (unsure and _strange(taken, file) > UNSURE_SHARE):
                least, best = score, found
        return best

    def whole(self, text: str) -> Intent | None:
        """Answer what `text` asks for if no more words are to be expected.

        Free text, a list of wishes, a time or a number may always go on: "at seven ... thirty".
        """
        words = self._plain(text) if len(text) <= CHARACTERS_MAX else ""
        best = self._best(words, self._files) if words else None
        return None if best is None or best.open or best.typed else best.intent

    def fill(self, question: Question, text: str) -> Intent | None:
        """Answer the intent of a question with `text` as the slot it asks for, or None.

        Where the answer repeats the question's own words ("a timer for ten minutes") it is
        understood by the sentences, not here.
        """
        words, asked = self._plain(text), question.intent
        file = next((one for one in self._files if one.skill == asked.skill), None)
        value = (
            None if file is None or not words else file.read(question.slot, words, self._language)
        )
        if value is None:
            return None
        return Intent(asked.skill, asked.name, {**asked.slots, question.slot: value})

    def _matches(self, file: SentenceFile, words: str) -> Iterable[_Match]:
        for result in recognize_all(words, file.templates, language=self._language):
            slots = _slots(result, file)
            if slots is not None:
                intent = Intent(file.skill, result.intent.name, slots)
                typed = sum(name in file.types for name in slots)
                wild = _wild(result, file)
                yield _Match(intent, len(words) - wild, typed, open=wild > 0)
        for spotter in file.spotters:
            spotted = spotter.spot(words)
            if spotted is not None:
                intent = Intent(file.skill, spotter.intent, spotted.slots)
                yield _Match(intent, spotted.said, open=True)


def _said_of(pair: tuple[_Match | None, _Match | None]) -> int:
    return sum(match.said for match in pair if match is not None)


def _strange(words: str, file: SentenceFile) -> float:
    """Answer the share of the letters that are of words the skill does not listen for."""
    parts = words.split()
    strange = sum(len(word) for word in parts if word not in file.words)
    return strange / max(sum(map(len, parts)), 1)


def _once(words: str) -> str:
    """Answer words once that a recogniser wrote several times over, the last time perhaps cut."""
    parts = words.split()
    for length in range(REPEATED_WORDS_MIN, len(parts) // 2 + 1):
        if all(word == parts[place % length] for place, word in enumerate(parts)):
            return " ".join(parts[:length])
    return words


def _slots(result: RecognizeResult, file: SentenceFile) -> dict[str, SlotValue] | None:
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


def _wild(result: RecognizeResult, file: SentenceFile) -> int:
    """Answer how many characters are held by wildcards, which would hold anything."""
    return sum(
        len(entity.text.strip())
        for entity in result.entities_list
        if entity.is_wildcard and entity.name not in file.types
    )


def _load_if_whole(skill: Sentences, language: str) -> SentenceFile | None:
    file = skill.sentences / f"{language}.yaml"
    if not file.is_file():
        return None
    try:
        return load(skill.name, file, language)
    except GrammarError as error:
        if OWN in file.parents:
            raise
        log.error(  # noqa: TRY400 - the message says where
            "skill's sentences cannot be used", extra={"skill": skill.name, "error": str(error)}
        )
        return None
