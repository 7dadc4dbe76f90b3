"""Real people, the real detectors and the real recogniser, in one stream."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.speech.recordings import commands, sphinx_sounds, wake_words, words
from unhear.capture.events import Captured, Event, Woken
from unhear.capture.listener import Listener
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.clock import day_start
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import (
    choose_activity,
    choose_recogniser,
    choose_synthesiser,
    choose_wake,
)
from unhear.household.words import DeviceId
from unhear.settings import Settings
from unhear.understand.scoring import word_errors

pytestmark = pytest.mark.speech

STARTED_AT = day_start(20_000)
CHUNK_FRAMES = 1000
LOUD_SHARE = 0.1


def listen(sounds: Sequence[Pcm]) -> list[Event]:
    """Hear the sounds one after the other in a quiet room that goes on after them."""
    rng = np.random.default_rng(11)
    stream = np.concatenate([room(rng, 1.0), *sounds, room(rng, 2.0)])
    ears = Listener(
        device=DeviceId("kitchen"),
        activity=choose_activity(),
        wake=choose_wake("both", ["alexa"]),
        started_at=STARTED_AT,
    )
    pieces = (stream[at : at + CHUNK_FRAMES] for at in range(0, len(stream), CHUNK_FRAMES))
    return [*(event for piece in pieces for event in ears.feed(piece)), *ears.finish()]


def room(rng: np.random.Generator, seconds: float) -> Pcm:
    return rng.normal(0, 10, round(seconds * RATE_HZ)).astype(np.int16)


def read(path: Path) -> Pcm:
    return read_sound(path.read_bytes())


def spoken(pcm: Pcm) -> Pcm:
    """Answer `pcm` without the quiet before and after its speech."""
    frames = len(pcm) // 160
    loudness = np.sqrt((pcm[: frames * 160].reshape(frames, 160).astype(float) ** 2).mean(axis=1))
    loud = np.flatnonzero(loudness > LOUD_SHARE * np.sort(loudness)[-5])
    return pcm[loud[0] * 160 : (loud[-1] + 1) * 160]


@pytest.mark.slow
def test_97_of_100_people_wake_a_listener() -> None:
    files = wake_words()
    woken = sum(any(isinstance(event, Woken) for event in listen([read(f)])) for f in files)
    assert woken >= 0.97 * len(files)


def test_a_listener_captures_nothing_of_people_who_do_not_wake_it() -> None:
    sounds = [read(file) for file in commands()[::3]] + sphinx_sounds()
    assert [event for sound in sounds for event in listen([sound])] == []


@pytest.mark.slow
@pytest.mark.parametrize("pause_seconds", [0.2, 0.6])
def test_what_follows_the_wake_word_is_heard_from_its_first_word(pause_seconds: float) -> None:
    recogniser = choose_recogniser("packaged", Settings().models)
    rng = np.random.default_rng(3)
    errors = said = 0
    for wake, command in list(zip(wake_words(), commands(), strict=False))[::4]:
        request = spoken(read(command))
        # The whole recording: what is cut close to its speech may lose its first word by itself.
        alone = words(recogniser.transcribe(read(command)).text)
        events = listen([spoken(read(wake)), room(rng, pause_seconds), request])
        heard = [
            word
            for event in events
            if isinstance(event, Captured)
            for word in words(recogniser.transcribe(event.capture.pcm).text)
        ]
        errors += word_errors(alone[:3], heard[:3])
        said += 3
    assert errors / said <= 0.15, f"{errors} of {said} first words"


def test_no_word_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    text = "The passphrase is marmalade."
    recogniser = choose_recogniser("packaged", Settings().models)
    with caplog.at_level(logging.DEBUG):
        (speech,) = choose_synthesiser().speak(text)
        hearing = recogniser.transcribe(
            speech.pcm[:: speech.rate_hz // RATE_HZ], hints=["marmalade"]
        )
    assert hearing.text
    assert not any(word in caplog.text.lower() for word in ("marmalade", "passphrase"))
