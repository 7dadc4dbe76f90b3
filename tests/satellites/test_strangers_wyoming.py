"""Over Wyoming a stranger can send anything: the house goes on, and tells nothing of it."""

import asyncio
import logging
import socket

import pytest
from hypothesis import given
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event

from tests.satellites.mutations import mutated
from tests.satellites.quick import Words, spoken
from tests.satellites.serving import Background
from tests.satellites.serving import wyoming as served
from tests.satellites.strangers import (
    FUZZ,
    INFO,
    MARK,
    OFFERED,
    SATELLITES,
    SOUND,
    Stranger,
    answers,
    any_events,
    asked,
    dialled,
    sent,
    serves,
    told_nothing,
)
from tests.satellites.wyoming_device import WyomingDevice
from unhear.capture.sound import RATE_HZ
from unhear.house.house import House
from unhear.house.voice import Ways
from unhear.satellites.frames import FrameBroken
from unhear.satellites.sounds import Hearing
from unhear.satellites.wyoming_connection import REQUEST_LETTERS_MAX, SPEECH_LETTERS_MAX


def test_what_is_offered_outlives_any_events(
    port: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)

    @FUZZ
    @given(mutated(OFFERED) | any_events())
    def stranger(data: bytes) -> None:
        sent(port, data)

    stranger()
    assert serves(port)
    assert told_nothing(caplog)
    assert MARK not in capfd.readouterr().err


def test_a_house_outlives_any_satellite(
    made: tuple[House, Words],
    ways: Ways,
    background: Background,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    stranger, neighbour = Stranger(), WyomingDevice()
    background.enter(served(stranger.serve, ways, "stranger"))
    background.enter(served(neighbour.serve, ways, "neighbour"))

    @FUZZ
    @given(mutated(SATELLITES) | any_events() | mutated(SATELLITES).map(lambda more: INFO + more))
    def events(data: bytes) -> None:
        background.do(stranger.send(data))

    events()
    assert answers(neighbour, made[1], ways, background)
    assert told_nothing(caplog)
    assert MARK not in capfd.readouterr().err


@pytest.mark.parametrize("at", range(0, sum(len(event) for event in OFFERED[:8]), 41))
def test_who_is_gone_at_any_moment_disturbs_nobody(port: int, at: int) -> None:
    with dialled(port) as connection:
        connection.sendall(b"".join(OFFERED)[:at])
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert asyncio.run(asked(port, Event("describe"))) is not None


@pytest.mark.parametrize(
    "data",
    [
        {"rate": 1, "width": 2, "channels": 1},
        {"rate": 10**30, "width": 2, "channels": 1},
        {"rate": RATE_HZ, "width": 5, "channels": 1},
        {"rate": RATE_HZ, "width": 2, "channels": 0},
        {"rate": RATE_HZ, "width": 2, "channels": 10**9},
        {"rate": True, "width": 2, "channels": 1},
        {"rate": "16000", "width": 2, "channels": 1},
        {},
    ],
)
def test_sound_that_no_microphone_makes_is_refused_before_it_is_made_larger(
    data: dict[str, object],
) -> None:
    with pytest.raises(FrameBroken):
        Hearing().pcm(Event("audio-chunk", data, bytes(1 << 20)))


def test_sound_of_other_forms_is_heard_as_sixteen_thousand_frames_a_second() -> None:
    stereo = Event("audio-chunk", {"rate": 48_000, "width": 4, "channels": 2}, bytes(48_000 * 8))
    assert abs(len(Hearing().pcm(stereo)) - RATE_HZ) <= 1
    odd = Event("audio-chunk", {**SOUND}, bytes(7))
    assert len(Hearing().pcm(odd)) == 3


def test_words_longer_than_anybody_says_are_not_worked_on(port: int) -> None:
    long = "two plus " * REQUEST_LETTERS_MAX
    answers = [
        asyncio.run(asked(port, Event(kind, {"text": text})))
        for kind, text in [
            ("recognize", long),
            ("transcript", long),
            ("synthesize", "a" * (SPEECH_LETTERS_MAX + 1)),
            ("synthesize", "a" * SPEECH_LETTERS_MAX),
        ]
    ]
    kinds = [None if answer is None else answer.type for answer in answers]
    assert kinds == ["not-recognized", "not-handled", "error", "audio-start"]


def test_sound_is_offered_as_sound(port: int) -> None:
    """What strangers are held to keeps no friend from being heard."""
    start, stop = AudioStart(RATE_HZ, 2, 1).event(), AudioStop().event()
    chunk = AudioChunk(RATE_HZ, 2, 1, spoken().tobytes()).event()
    answer = asyncio.run(asked(port, Event("transcribe"), start, chunk, stop))
    assert answer is not None
    assert answer.type == "transcript"
