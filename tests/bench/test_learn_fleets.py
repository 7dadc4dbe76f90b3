"""Two releases of a fleet give a forgotten recording away, unless there is noise in them."""

import pytest
from bench.learn import fleets

from tests.bench.test_learn_attacks import recordings
from unhear.learn.fleet import bounded
from unhear.learn.labelled import Labelled
from unhear.learn.noise import Noise
from unhear.learn.wake import OTHER, WORD


def test_noise_hides_what_two_releases_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleets, "LEARNED", 60)
    monkeypatch.setattr(fleets, "OTHERS", 40)
    some = [
        Labelled(bounded(one.vector), (WORD, OTHER)[number % 2])
        for number, one in enumerate(recordings())
    ]
    assert fleets.picks(some, fleets.Case(0, None), 10) == 1
    assert fleets.picks(some, fleets.Case(0, Noise(8.0, 1e-6)), 10) < 0.5, "with 41 to choose from"
