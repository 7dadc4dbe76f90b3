"""Words that sound like a known phrase are taken for it: "nice coffee" is "iced coffee".

Recognisers write what people usually say. What a skill listens for is not usual, so it comes back
as something that sounds like it. Here runs of a few words are compared with the phrases that are
listened for, sound by sound.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extract

WORDS_MAX = 5
"""How many words in a row may stand for one phrase."""

LETTERS_MIN = 4
"""Phrases of fewer letters sound like too much."""

COST_MAX = 0.36
"""How unlike two phrases may sound: the changes, against the length of the longer."""

EDITS_MAX = 0.5
"""Phrases of which more of the sounds differ are not looked at closely."""

NEAR_MAX = 6
"""How many phrases are looked at closely for each run of words."""

TRIES_MAX = 24
"""How many replacements of one request are tried, the likest first."""

WEIGHT = 2.0
"""What a letter costs that sounds unlike, against one that is explained."""

VOWELS = frozenset("aeiouɐɑɒæɔəɘɚɛɜɝɞɨɪɯɵøœʊʉʌʏyᵻ")
ALIKE = (
    "pb", "tdʔ", "kɡg", "fv", "sz", "ʃʒ", "θð", "θf", "ðd", "mn", "nŋ", "lɫ", "ɹr", "ɾtd", "wʍv",
    "sʃ", "szð", "iɪ", "uʊ", "ɛeæ", "ɑɔɒʌ", "əʌɐ", "əɪᵻ", "ɚɜ", "oɔ", "aæɑ",
)  # fmt: skip
"""Sounds that are often taken for each other."""

NEAR, VOWEL, OTHER, MISSING = 0.4, 0.6, 1.0, 0.8
"""What it costs to take one sound for another, by how alike they are, and to leave one out."""

_NEAR = {frozenset((a, b)) for group in ALIKE for a in group for b in group if a != b}


class Phonemes(Protocol):
    """Spells phrases as they sound."""

    def spell(self, phrase: str, *, remember: bool = False) -> str:
        """Answer a phrase's sounds, one character each; `remember` only what nobody said."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A request with some words taken for a phrase; `cost` grows with how unlike they sound."""

    words: str
    cost: float


class Sounds:
    """Finds what else a request may have been."""

    def __init__(self, phonemes: Phonemes) -> None:
        self._phonemes = phonemes

    def alike(
        self,
        words: str,
        phrases: Collection[str],
        expected: Collection[str],
        spelled: dict[str, str],
    ) -> Sequence[Replaced]:
        """Answer the request with a run of its words taken for a phrase, the likest first.

        In each run is at least one word that was not `expected`: the others were heard well.
        `spelled` is filled with how the runs sound, for the next call about the same request.
        """
        if not phrases or all(word in expected for word in words.split()):
            return []
        known = {
            phrase: self._phonemes.spell(phrase, remember=True)
            for phrase in phrases
            if len(phrase) >= LETTERS_MIN
        }
        found = sorted(
            self._replacements(words.split(), known, expected, spelled),
            key=lambda one: (one.cost, one.words),
        )
        return list({one.words: one for one in reversed(found[:TRIES_MAX])}.values())[::-1]

    def _replacements(
        self,
        words: Sequence[str],
        known: dict[str, str],
        expected: Collection[str],
        spelled: dict[str, str],
    ) -> Iterator[Replaced]:
        for start in range(len(words)):
            for end in range(start + 1, min(start + WORDS_MAX, len(words)) + 1):
                run = " ".join(words[start:end])
                if all(word in expected for word in words[start:end]):
                    continue
                if run not in spelled:
                    spelled[run] = self._phonemes.spell(run)
                for phrase, cost in _like(spelled[run], known):
                    replaced = " ".join([*words[:start], phrase, *words[end:]])
                    yield Replaced(replaced, WEIGHT * cost * len(phrase))


def _like(said: str, known: dict[str, str]) -> Iterator[tuple[str, float]]:
    """Yield the phrases that sound like a run of words, and how unlike: 0 to `COST_MAX`."""
    scorer = Levenshtein.normalized_distance
    near = extract(said, known, scorer=scorer, score_cutoff=EDITS_MAX, limit=NEAR_MAX)
    for sounds, _, phrase in near:
        cost = distance(said, sounds) / max(len(said), len(sounds), 1)
        if cost <= COST_MAX:
            yield phrase, cost


def distance(said: str, known: str) -> float:
    """Answer the least cost of changes that lead from one row of sounds to another."""
    row = [MISSING * place for place in range(len(known) + 1)]
    for number, sound in enumerate(said, start=1):
        changed = [MISSING * number]
        for place, (before, after) in enumerate(pairwise(row)):
            swap = before + _unlike(sound, known[place])
            changed.append(min(swap, after + MISSING, changed[-1] + MISSING))
        row = changed
    return row[-1]


def _unlike(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if frozenset((one, other)) in _NEAR:
        return NEAR
    return VOWEL if one in VOWELS and other in VOWELS else OTHER
