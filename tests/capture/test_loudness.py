"""What is suddenly loud is heard; noise that stays, and what is soft, is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhear.capture.loudness import Loudness
from unhear.capture.sound import RATE_HZ, Pcm


def noise(seconds: float, dbfs: float) -> Pcm:
    rng = np.random.default_rng(7)
    level = 32_768 * 10 ** (dbfs / 20)
    return np.clip(rng.normal(0, level, int(seconds * RATE_HZ)), -32_768, 32_767).astype(np.int16)


def heard(*sounds: Pcm, sensitivity: float = 0.5) -> bool:
    loudness = Loudness()
    return [loudness.hear(sound, sensitivity) for sound in sounds][-1]


@pytest.mark.parametrize("usual", [-80, -50, -40])
def test_a_bang_is_heard_over_what_is_usual(usual: float) -> None:
    assert heard(noise(3, usual), noise(0.2, -10))
    assert not heard(noise(3, usual), noise(0.2, usual + 5))


def test_noise_that_stays_becomes_usual() -> None:
    street = noise(0.5, -30)
    assert heard(noise(3, -70), street)
    assert not heard(noise(3, -70), *[street] * 60)


def test_what_is_soft_is_never_loud() -> None:
    assert not heard(noise(3, -90), noise(0.5, -45), sensitivity=1)


def test_the_sensitivity_decides_in_between() -> None:
    sounds = noise(3, -45), noise(0.3, -25)
    assert heard(*sounds, sensitivity=1)
    assert not heard(*sounds, sensitivity=0)


@pytest.mark.parametrize("dbfs", [-20, -60])
def test_a_stream_that_begins_with_silence_has_no_bang_in_it(dbfs: float) -> None:
    assert not heard(np.zeros(RATE_HZ // 5, np.int16), noise(3, dbfs))


@given(st.lists(st.integers(1, 5_000), max_size=20))
def test_it_is_the_same_however_the_stream_is_cut(lengths: list[int]) -> None:
    whole = np.concatenate([noise(2, -60), noise(0.5, -10), noise(1, -60)])
    loudness, at, cut = Loudness(), 0, False
    for length in [*lengths, len(whole)]:
        cut |= loudness.hear(whole[at : at + length], 0.5)
        at += length
    assert cut == heard(whole)
