"""The attacks find what there is to find, and nothing once it is forgotten to the bit."""

import numpy as np
import pytest
from bench.learn import attacks
from bench.learn.parts import learned
from bench.learn.versions import Release, _subtracted, choices, rows_of

from unhear.engines.sound_features import DIMENSION
from unhear.learn.labelled import Labelled
from unhear.learn.sums import Sums
from unhear.learn.telling import Telling


def recordings(count: int = 120) -> list[Labelled]:
    """Answer three kinds that overlap."""
    rng = np.random.default_rng(7)
    centres = rng.integers(-40, 41, (3, DIMENSION))
    values = [centres[n % 3] + rng.integers(-70, 71, DIMENSION) for n in range(count)]
    return [
        Labelled(np.clip(row, -127, 127).astype(np.int8), f"kind {n % 3}")
        for n, row in enumerate(values)
    ]


def test_the_area_counts_pairs() -> None:
    ones, twos = np.ones(3), np.full(4, 2.0)
    assert attacks.area(twos, ones) == 1
    assert attacks.area(ones, twos) == 0
    assert attacks.area(ones, ones) == 0.5


def test_members_stick_out_less_until_they_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attacks, "BASE", 40)
    monkeypatch.setattr(attacks, "LEARNED", 40)
    found = attacks.membership(recordings(), 0.1, 3)
    assert found["forgotten_equals_before"]
    for by in attacks.BY:
        assert found[by]["learned"]["area"] > 0.7
        assert found[by]["forgotten"] == found[by]["before"]
        assert abs(found[by]["forgotten"]["area"] - 0.5) < 0.15


def test_what_is_not_forgotten_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(_self: Telling, state: Sums, _contribution: Labelled) -> Sums:
        return state

    monkeypatch.setattr(attacks, "BASE", 40)
    monkeypatch.setattr(attacks, "LEARNED", 40)
    monkeypatch.setattr(Telling, "sub", keep)
    found = attacks.membership(recordings(), 0.1, 2)
    assert not found["forgotten_equals_before"]
    assert found["leverage"]["forgotten"]["area"] > 0.9


@pytest.mark.parametrize("release", [Release(40, 1, 0, 30), Release(40, 3, 20, 30)])
def test_insiders_find_what_was_forgotten(release: Release) -> None:
    chosen = choices(recordings(), release, 0.1)
    assert chosen["insider with both states"]["what was subtracted"] < release.forgotten
    if not release.added:
        assert set(chosen["insider with the new state"].values()) == {0}


def test_where_a_candidate_stands_does_not_matter() -> None:
    every, learner = recordings(), Telling(DIMENSION)
    old = learned(learner, every[:40])
    rows = rows_of(every[30:70])
    for place in (0, 4, 9):
        assert _subtracted(rows, old, learner.sub(old, every[30 + place])) == place


def test_guessing_is_right_as_often_as_there_are_forgotten_ones() -> None:
    assert Release(40, 5, 0, 95).chance == 0.05
