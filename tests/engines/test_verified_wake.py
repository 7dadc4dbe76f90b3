"""Who calls is heard, and what the house learned to be no call is not."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from tests.capture.streams import (
    STARTED_AT,
    WAKE,
    WAKE_SAMPLE,
    LoudnessActivity,
    SampleWake,
    silence,
    speech,
    stream,
)
from tests.speech.recordings import commands, wake_words
from unhear.capture.events import Captured, Event, Woken
from unhear.capture.listener import Listener
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.sound_features import DIMENSION, SoundFeatures
from unhear.engines.verified_wake import WAKE_FRAMES, VerifiedWake
from unhear.engines.wake import BothWake
from unhear.household.words import DeviceId
from unhear.learn.labelled import Labelled, Vector
from unhear.learn.wake import OTHER, WORD, WakeLearner, WakeModel

FEATURES = SoundFeatures()


def loudest(pcm: Pcm) -> Vector:
    """Answer where the marker of a made-up wake ends in the sound, as a vector of one value."""
    return np.array([np.flatnonzero(pcm == WAKE_SAMPLE)[-1] * 100 // len(pcm)], np.int8)


@pytest.mark.parametrize("piece", [160, 1000, 100_000])
def test_a_wake_is_described_as_it_ends_however_the_sound_is_cut(piece: int) -> None:
    asked: list[int] = []

    def describe(pcm: Pcm) -> Vector:
        asked.append(len(pcm))
        return loudest(pcm)

    wake = VerifiedWake(SampleWake(), describe, lambda _: True)
    sound = stream([silence(2000), WAKE, silence(2000)])
    heard = [wake.feed(sound[at : at + piece]) for at in range(0, len(sound), piece)]
    assert [word for word in heard if word] == ["marker"]
    assert asked == [WAKE_FRAMES]
    vector = wake.take_vector()
    assert vector is not None
    assert vector[0] >= 94  # within a piece of the end


def test_what_is_no_call_is_not_told_and_leaves_no_vector() -> None:
    wake = VerifiedWake(SampleWake(), loudest, lambda _: False)
    assert wake.feed(stream([silence(500), WAKE, silence(500), WAKE])) is None
    assert wake.take_vector() is None


def test_a_call_after_one_that_was_none_is_heard() -> None:
    answers = iter([False, True])
    wake = VerifiedWake(SampleWake(), loudest, lambda _: next(answers))
    assert wake.feed(stream([WAKE, silence(300)])) is None
    assert wake.feed(stream([WAKE])) == "marker"


def test_after_a_reset_nothing_of_before_is_described() -> None:
    described: list[Pcm] = []

    def describe(pcm: Pcm) -> Vector:
        described.append(pcm)
        return loudest(pcm)

    wake = VerifiedWake(SampleWake(), describe, lambda _: True)
    wake.feed(stream([speech(1000)]))
    wake.reset()
    wake.feed(stream([WAKE]))
    (pcm,) = described
    assert set(np.unique(pcm)) == {0, WAKE_SAMPLE}


def test_the_request_carries_what_its_wake_was_like() -> None:
    wake = VerifiedWake(SampleWake(), loudest, lambda _: True)
    ears = Listener(
        device=DeviceId("kitchen"),
        activity=LoudnessActivity(),
        wake=wake,
        started_at=STARTED_AT,
        wake_vector=wake.take_vector,
    )
    events = ears.feed(stream([silence(800), WAKE, silence(300), speech(900), silence(1000)]))
    woken = next(event for event in events if isinstance(event, Woken))
    captured = next(event for event in events if isinstance(event, Captured))
    assert woken.vector is not None
    assert captured.capture.wake_vector is woken.vector
    assert wake.take_vector() is None  # the capture alone has it


def hear(model: WakeModel, sound: Pcm) -> list[Event]:
    wake = VerifiedWake(BothWake(["alexa"]), FEATURES.vector, model.is_word)
    ears = Listener(
        device=DeviceId("kitchen"),
        activity=LoudnessActivity(),
        wake=wake,
        started_at=STARTED_AT,
        wake_vector=wake.take_vector,
    )
    rng = np.random.default_rng(4)
    room = [rng.normal(0, 10, round(seconds * RATE_HZ)).astype(np.int16) for seconds in (1.5, 1.0)]
    return ears.feed(np.concatenate([room[0], sound, room[1]]))


def wakes(model: WakeModel, sound: Pcm) -> Vector | None:
    """Answer what the sound's first wake was like, if it woke."""
    return next((event.vector for event in hear(model, sound) if isinstance(event, Woken)), None)


@cache
def people() -> list[Pcm]:
    return [read_sound(file.read_bytes()) for file in wake_words()]


@cache
def call(person: int) -> Vector:
    """Answer what a person's call is like, to a house that has learned nothing."""
    vector = wakes(WakeModel(np.zeros(0, np.int64), 0), people()[person])
    assert vector is not None
    return vector


def taught(calls: Sequence[Vector], others: Sequence[Vector]) -> WakeModel:
    learner = WakeLearner(DIMENSION)
    state = learner.zero()
    for label, vectors in ((WORD, calls), (OTHER, others)):
        for vector in vectors:
            state = learner.add(state, Labelled(vector, label))
    model = learner.solve(state)
    assert model.decides
    return model


@pytest.mark.speech
def test_people_who_are_new_to_the_house_are_still_heard() -> None:
    others = [read_sound(file.read_bytes())[:WAKE_FRAMES] for file in commands()[:8]]
    model = taught([call(n) for n in range(8)], [FEATURES.vector(sound) for sound in others])
    assert all(wakes(model, sound) is not None for sound in people()[8:18])


@pytest.mark.slow
@pytest.mark.speech
def test_a_voice_that_did_not_mean_the_house_no_longer_wakes_it() -> None:
    """Taught that these people's calls are none, as if they talked about an Alexa."""
    mistaken = range(18, 26)
    model = taught([call(n) for n in range(8)], [call(n) for n in mistaken])
    again = [wakes(model, people()[n]) for n in mistaken]
    assert sum(vector is None for vector in again) >= 0.75 * len(mistaken)
    assert all(wakes(model, people()[n]) is not None for n in range(4))
