"""Spoken orders wholly understood, without and with the words that a house has learned.

What people confirmed is the labels' slot values; what was learned of four fifths of the recordings
helps to hear the last fifth. Who speaks is not known there, so a person may be in both.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.progress import track

from bench.commands import PUBLISHED, SKILL, Command, is_right, read_commands
from bench.learn.parts import SHARES, Part, first, forgetting, in_folds, learned
from unhear.answer.registry import find_skills
from unhear.engines.choose import choose_recogniser
from unhear.engines.phonemes import EspeakPhonemes
from unhear.learn.vocabulary import Counts, Vocabulary, said
from unhear.settings import Settings
from unhear.understand.grammar import Grammar
from unhear.understand.sounds import Sounds

WITHOUT_BELOW, WITH_AIM = 0.80, 0.976
LISTENED_AGAIN = 10
"""So many are heard again once everything is unlearned."""

Heard = dict[tuple[str, tuple[str, ...]], str]


class Ear:
    """Hears orders with given hints; each order once with the same hints."""

    def __init__(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            models = Settings(house=Path(folder)).models
        self._recogniser = choose_recogniser("packaged", models)
        self._heard: Heard = {}

    def hear(self, order: Command, hints: Sequence[str], *, again: bool = False) -> str:
        """Answer the words of an order."""
        key = (order.name, tuple(hints))
        if again or key not in self._heard:
            self._heard[key] = self._recogniser.transcribe(order.sound, hints=hints).text
        return self._heard[key]


class Judge:
    """Counts what is wholly understood: by its spelling alone, and by its sound too."""

    def __init__(self) -> None:
        skills = find_skills().all()
        if SKILL not in {skill.name for skill in skills}:
            sys.exit("the example coffee skill is not installed: make setup-dev")
        self.by_sound = Grammar(skills, sounds=Sounds(EspeakPhonemes("en")))
        self._by_spelling = Grammar(skills)

    def shares(self, heard: Sequence[tuple[Command, str]]) -> dict[str, float]:
        """Answer the shares understood."""
        return {
            name: round(
                sum(is_right(grammar.interpret(text), order) for order, text in heard) / len(heard),
                4,
            )
            for name, grammar in (("spelling", self._by_spelling), ("with_sounds", self.by_sound))
        }


def confirmed(order: Command) -> Counts:
    """Answer what an order teaches once somebody confirmed it: the words of its slots."""
    words = Counter[str]()
    for value in order.slots.values():
        words.update(said(value))
    return words


def measure(data: Path, *, curve: bool) -> Part:
    """Answer what learned words are worth; `curve` asks for the stages between, too."""
    orders = read_commands(data / "commands")
    ear, judge, learner = Ear(), Judge(), Vocabulary()

    def heard_with(share: float) -> list[tuple[Command, str]]:
        return [
            (order, ear.hear(order, hints))
            for others, ours in in_folds(orders)
            for hints in [learner.solve(learned(learner, map(confirmed, first(others, share))))]
            for order in track(ours, f"orders, {share:.0%} learned", disable=_quiet())
        ]

    stages = {share: judge.shares(heard_with(share)) for share in (SHARES if curve else (0.0, 1.0))}
    listed = judge.by_sound.vocabulary()
    by_list = [
        (order, ear.hear(order, listed))
        for order in track(orders, "listed words", disable=_quiet())
    ]
    exact = forgetting(learner, [confirmed(order) for order in orders], _written)
    after = learner.solve(learner.zero())
    again = all(
        ear.hear(order, ()) == ear.hear(order, after, again=True)
        for order in orders[:LISTENED_AGAIN]
    )
    without, with_words = stages[0.0], stages[1.0]
    figures: dict[str, Any] = {
        "orders": len(orders),
        "without": without,
        "with_learned_words": with_words,
        "ratio_of_misunderstood": {
            name: round((1 - with_words[name]) / (1 - without[name]), 3)
            for name in without
            if without[name] < 1
        },
        "unlearned_equals_never_learned": {**exact, "heard again alike": again},
        "aims": {"without_below": WITHOUT_BELOW, "with_at_least": WITH_AIM},
    }
    return Part(
        ok=without["spelling"] < WITHOUT_BELOW
        and with_words["with_sounds"] >= WITH_AIM
        and all(exact.values())
        and again,
        figures=figures,
        peers={
            "the words that skills list, as hints": judge.shares(by_list),
            "published, whole set, several levels of noise": PUBLISHED,
        },
        curves={"orders, by spelling": _there_and_back(stages)} if curve else {},
    )


def _there_and_back(stages: dict[float, dict[str, float]]) -> list[float]:
    """Answer the stages; to unlearn gives the hints of before, and so what was heard with them."""
    up = [stages[share]["spelling"] for share in SHARES]
    return [*up, up[2], up[0]]


def _written(words: tuple[str, ...]) -> bytes:
    return "\n".join(words).encode()


def _quiet() -> bool:
    return not sys.stderr.isatty()
