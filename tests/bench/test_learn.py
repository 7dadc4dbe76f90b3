"""The measurement of learning counts rightly, and sees when something was not unlearned."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest
from bench.learn import cost, wakes
from bench.learn.digits import FIXED, PACES, VALUES, Setting, Spoken, choose, right, taught
from bench.learn.parts import STAGES, forgetting, in_folds, learned
from bench.plot import stages

from unhear.engines.sound_features import DIMENSION, EMBEDDING
from unhear.learn.labelled import Labelled
from unhear.learn.sums import Sums
from unhear.learn.telling import Telling, Weights
from unhear.learn.vocabulary import Vocabulary, said
from unhear.learn.wake import OTHER, WORD


def around(centre: int, seed: int, spread: int = 20) -> "np.ndarray[tuple[int], np.dtype[np.int8]]":
    values = centre + np.random.default_rng(seed).integers(-spread, spread + 1, DIMENSION)
    return np.clip(values, -127, 127).astype(np.int8)


def test_many_vectors_at_once_are_the_same_as_one_after_the_other() -> None:
    rng = np.random.default_rng(1)
    rows = rng.integers(-127, 128, (40, 1 + DIMENSION), np.int8)
    rows[:, 0] = 127
    labels = np.arange(40) % len(cost.LABELS)
    learner = Telling(DIMENSION)
    contributions = [
        Labelled(row[1:], cost.LABELS[label]) for row, label in zip(rows, labels, strict=True)
    ]
    together = cost.summed(rows, labels)
    assert learner.digest(together) == learner.digest(learned(learner, contributions))


def test_what_it_costs_is_measured_with_what_is_left_equal_to_the_bit() -> None:
    part = cost.measure((200, 300))
    for figures in part.figures["by_recordings"].values():
        assert figures["equals_never_learned"]
        assert figures["unlearned"]["p50_ms"] >= figures["of_which_subtracted"]["p50_ms"]


class Forgetful(Telling):
    """Says that it unlearned, and keeps what it knows."""

    def sub(self, state: Sums, contribution: Labelled) -> Sums:
        del contribution
        return state


@pytest.mark.parametrize("learner", [Telling, Forgetful])
def test_a_learner_that_does_not_forget_is_found_out(learner: type[Telling]) -> None:
    contributions = [Labelled(around(0, n)[:8], f"label {n % 2}") for n in range(12)]
    found = forgetting(learner(8), contributions, Weights.to_bytes)
    assert found.pop("one too few is seen")
    assert set(found.values()) == {learner is Telling}


def test_words_are_forgotten_too() -> None:
    contributions = [said(text) for text in ("iced mocha", "iced tea", "milk", "mocha")]
    assert all(forgetting(Vocabulary(), contributions, lambda w: " ".join(w).encode()).values())


def test_nothing_is_asked_that_was_taught() -> None:
    folds = list(in_folds(range(23)))
    assert sorted(one for _, asked in folds for one in asked) == list(range(23))
    assert all(not set(others) & set(asked) for others, asked in folds)


def spoken() -> list[Spoken]:
    """Answer two digits of three speakers; only the means tell them apart, the rest is noise."""
    found = []
    for number in range(36):
        digit, speaker = number % 2, number // 2 % 3
        vector = around(0, number, 100)
        vector[:EMBEDDING] = around(40 * (2 * digit - 1), number)[:EMBEDDING]
        vector[EMBEDDING:] = np.roll(vector[EMBEDDING:], speaker)
        found.append(Spoken(str(digit), f"s{speaker}", dict.fromkeys(PACES["more"], vector)))
    return found


def test_a_setting_is_chosen_without_the_speaker_who_is_asked() -> None:
    every = spoken()
    others = [one for one in every if one.speaker != "s0"]
    setting = choose(others)
    assert setting.values == "means"
    assert right(taught(others, setting), every, "s0", setting) == 1


def test_a_recording_teaches_once_for_each_pace() -> None:
    one = spoken()[0]
    assert len(one.teaches(FIXED)) == 1
    lessons = one.teaches(Setting("means", "more", 0.1))
    assert [len(lesson.vector) for lesson in lessons] == [VALUES["means"]] * 5


def test_calls_and_others_are_counted() -> None:
    calls = [[Labelled(around(50, n), WORD)] for n in range(10)]
    others = [[Labelled(around(-50, n), OTHER)] * 2 for n in range(10)]
    lessons = [one for recording in calls + others for one in recording]
    counted = wakes.ask(wakes.model(lessons), lessons)
    assert (counted.calls, counted.called, counted.others, counted.let_in) == (10, 10, 20, 0)
    untaught = wakes.ask(wakes.model([]), lessons)
    assert (untaught.accepts, untaught.false_accepts, untaught.told) == (1, 1, 0.5)


def test_stages_are_drawn() -> None:
    drawn = stages("Told", STAGES, {"one": [0, 0.2, 0.5, 1, 0.5, 0], "two": [1] * 6})
    root = ET.fromstring(drawn)  # noqa: S314 - made here
    lines = [line for line in root.iter() if line.tag.endswith("polyline")]
    assert [len(line.attrib["points"].split()) for line in lines] == [6, 6]
