"""Words -> Intent, by the sentence files of all skills (hassil templates, or spotting)."""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from unhear.household.speech import CONFIRMED, Intent, Question
from unhear.understand.answers import answers_to
from unhear.understand.errors import GrammarError
from unhear.understand.halves import half_of
from unhear.understand.languages import LANGUAGES
from unhear.understand.matching import Match, best, hangs
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

CUT_WORDS_MIN = 3
"""Fewer words than these are no repetition that was cut off, but the next of what is said."""

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
class Understood:
    """What words ask for: mostly one thing, or two that were said in one sentence.

    `as_written` is whether the words themselves mean it, and not others that sound like them.
    `half` is what to ask for where they are half a sentence; then nothing else is understood.
    """

    intents: Sequence[Intent] = ()
    as_written: bool = True
    half: Question | None = None


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
        self._small = LANGUAGES[language].small
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
        words = self._words(text)
        meant, _ = self._meant(_once(words)) if words else (None, True)
        return None if meant is None else meant.intent

    def understand(self, text: str) -> Understood:
        """Answer what `text` asks for, in order, and how surely.

        A sentence is two requests where both parts mean something, and say more of the words
        themselves than the sentence as one does.
        """
        words = self._words(text)
        if not words:
            return Understood()
        whole = self._best(words, self._files)
        pairs = [pair for pair in self._parted(words) if None not in pair]
        both = max(pairs, key=_said_of, default=None)
        if both is not None and _said_of(both) > (0 if whole is None else whole.said):
            first, *rest = [match.intent for match in both if match is not None]
            # "Stop, stop!" is one request.
            return Understood([first, *(one for one in rest if one != first)])
        meant, as_written = self._meant(_once(words))
        if meant is not None and not (meant.open and words.split()[-1] in self._small.leading):
            return Understood([meant.intent], as_written)
        half = half_of(words, self._files, self._language)
        if half is not None or meant is None:
            return Understood(half=half)
        return Understood([meant.intent], as_written)

    def corrected(self, text: str) -> str | None:
        """Answer what somebody meant who says "no, I meant ..."; None where they do not."""
        words = self._words(text)
        beginning = LANGUAGES[self._language].correction.match(words)
        return None if beginning is None else words[beginning.end() :]

    def plain(self, text: str) -> str:
        """Answer words in the one form in which they are compared."""
        return self._words(text)

    def _words(self, text: str) -> str:
        return self._plain(text) if len(text) <= CHARACTERS_MAX else ""

    def _meant(self, words: str) -> tuple[Match | None, bool]:
        """Answer the best match, and whether it is of the words as they are written."""
        written = self._best(words, self._files)
        if self._sounds is None:
            return written, True
        sounding = self._sounding_better(self._sounds, words, written)
        return sounding, sounding is written

    def _parted(self, words: str) -> Iterable[tuple[Match | None, Match | None]]:
        """Yield what the parts of a sentence mean, for each word at which it may be two."""
        for joint in LANGUAGES[self._language].joints:
            places = [place.start() for place in re.finditer(re.escape(joint), words)]
            for place in places[:JOINTS_MAX]:
                first, second = words[:place], words[place + len(joint) :]
                yield self._best(first, self._files), self._best(second, self._files)

    def _best(self, words: str, files: Iterable[SentenceFile]) -> Match | None:
        return best(words, files, self._language)

    def _sounding_better(self, sounds: Sounds, words: str, written: Match | None) -> Match | None:
        """Answer the match of what the words sound like, where it explains more than they do.

        What they sound unlike is taken off. Where the words themselves mean nothing, most of them
        must be explained: noise and half sentences sound like something, too.
        """
        unsure, best_so_far = written is None, written
        least = 0.0 if written is None else float(written.said)
        spelled: dict[str, str] = {}
        for file in self._files:
            found, taken, cost = best_so_far, words, 0.0
            score = 0.0 if best_so_far is None else float(best_so_far.said)
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
                least, best_so_far = score, found
        return best_so_far

    def whole(self, text: str) -> Intent | None:
        """Answer what `text` asks for if no more words are to be expected.

        Free text, a list of wishes, a time or a number may always go on: "at seven ... thirty".
        """
        words = self._words(text)
        meant = self._best(words, self._files) if words else None
        return None if meant is None or meant.open or meant.typed else meant.intent

    def fill(self, question: Question, text: str) -> Intent | None:
        """Answer the intent of a question with `text` as the slot it asks for, or None.

        Where the answer repeats the question's own words ("a timer for ten minutes") it is
        understood by the sentences, not here.
        """
        words, asked = self._words(text), question.intent
        if question.slot == CONFIRMED:
            return self._confirmed(asked, words)
        file = next((one for one in self._files if one.skill == asked.skill), None)
        if file is None or not words or hangs(words, self._language):
            return None
        slots = next(answers_to(question, words, file, self._language), None)
        return None if slots is None else Intent(asked.skill, asked.name, {**asked.slots, **slots})

    def _confirmed(self, asked: Intent, words: str) -> Intent | None:
        agrees = self._small.agrees(words)
        if agrees is None:
            return None
        return Intent(asked.skill, asked.name, {**asked.slots, CONFIRMED: int(agrees)})


def _said_of(pair: tuple[Match | None, Match | None]) -> int:
    return sum(match.said for match in pair if match is not None)


def _strange(words: str, file: SentenceFile) -> float:
    """Answer the share of the letters that are of words the skill does not listen for."""
    parts = words.split()
    strange = sum(len(word) for word in parts if word not in file.words)
    return strange / max(sum(map(len, parts)), 1)


def _once(words: str) -> str:
    """Answer words once that a recogniser wrote several times over, the last time perhaps cut."""
    parts = words.split()
    for length in range(1, len(parts)):
        over = len(parts) % length
        whole = over == 0 or (length >= CUT_WORDS_MIN and len(parts) - length >= CUT_WORDS_MIN)
        if whole and all(word == parts[place % length] for place, word in enumerate(parts)):
            return " ".join(parts[:length])
    return words


def _load_if_whole(skill: Sentences, language: str) -> SentenceFile | None:
    file = skill.sentences / f"{language}.yaml"
    if not file.is_file():
        return None
    try:
        return load(skill.name, file, language)
    except GrammarError as error:
        if OWN in file.parents:
            raise
        told = {"skill": skill.name, "error": type(error).__name__}
        log.error("skill's sentences cannot be used", extra=told)  # noqa: TRY400 - words
        return None
