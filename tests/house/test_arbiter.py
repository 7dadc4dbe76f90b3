"""Of devices that hear the same request one answers; people who ask at once are all answered."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from unhear.capture.sound import RATE_HZ, Pcm
from unhear.house.arbiter import Arbiter
from unhear.household.words import DeviceId

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
KITCHEN, HALL, ATTIC = DeviceId("kitchen"), DeviceId("hall"), DeviceId("attic")
ECHO_FRAMES = 4_800


def spoken(seed: int, seconds: float = 4.0) -> Pcm:
    """Make syllables: noise that swells and fades at random."""
    rng = np.random.default_rng(seed)
    frames = int(seconds * RATE_HZ)
    syllables = np.repeat(rng.uniform(0, 1, frames // 1_600 + 1) ** 2, 1_600)[:frames]
    sound: Pcm = (rng.standard_normal(frames) * syllables * 6_000).astype(np.int16)
    return sound


def from_afar(pcm: Pcm, late: int = 1_600) -> Pcm:
    rng = np.random.default_rng(9)
    room = rng.standard_normal(ECHO_FRAMES) * np.exp(-np.arange(ECHO_FRAMES) / 1_600)
    room[0] = 3
    echoed = np.convolve(pcm.astype(np.float64), room)[late : len(pcm) + late]
    sound: Pcm = (echoed / np.abs(echoed).max() * 2_000).astype(np.int16)
    return sound


@pytest.mark.parametrize("first", ["near", "far"])
def test_the_nearer_of_two_that_hear_one_request_answers(first: str) -> None:
    arbiter, sound = Arbiter(), spoken(1)
    heard = {KITCHEN: sound, HALL: from_afar(sound)}
    arbiter.woken(KITCHEN, NOW)
    arbiter.woken(HALL, NOW + timedelta(seconds=0.2))
    at = {KITCHEN: NOW, HALL: NOW + timedelta(seconds=0.2)}
    for device, pcm in heard.items():
        arbiter.heard(device, at[device], pcm)
    order = [KITCHEN, HALL] if first == "near" else [HALL, KITCHEN]
    told = {device: arbiter.answers(device, at[device], heard[device]) for device in order}
    assert told == {KITCHEN: True, HALL: False}


@pytest.mark.parametrize("seed", range(20))
def test_two_people_who_ask_at_once_are_both_answered(seed: int) -> None:
    arbiter = Arbiter()
    for device, sound in ((KITCHEN, spoken(seed)), (HALL, spoken(seed + 100))):
        arbiter.woken(device, NOW)
        arbiter.heard(device, NOW, sound)
    assert arbiter.answers(KITCHEN, NOW, spoken(seed))
    assert arbiter.answers(HALL, NOW, spoken(seed + 100))


def test_of_many_one_answers_even_if_the_loudest_said_nothing_in_time() -> None:
    arbiter, sound = Arbiter(), spoken(2)
    for device in (KITCHEN, HALL, ATTIC):
        arbiter.woken(device, NOW)
    told = [arbiter.answers(device, NOW, from_afar(sound)) for device in (HALL, ATTIC)]
    assert told.count(True) == 1
    assert not arbiter.answers(KITCHEN, NOW, sound)


def test_the_same_words_a_moment_later_are_another_request() -> None:
    arbiter, sound, later = Arbiter(), spoken(3), NOW + timedelta(seconds=2)
    arbiter.woken(KITCHEN, NOW)
    arbiter.woken(HALL, later)
    assert arbiter.answers(KITCHEN, NOW, sound)
    assert arbiter.answers(HALL, later, sound)


def test_silence_is_like_nothing() -> None:
    arbiter, nothing = Arbiter(), np.zeros(RATE_HZ, np.int16)
    for device in (KITCHEN, HALL):
        arbiter.woken(device, NOW)
        assert arbiter.answers(device, NOW, nothing)
