"""The microphone's backlog keeps the stream's time, and a machine without one says so."""

import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from tests.needs import need
from unhear.answer.synthesiser import Speech
from unhear.capture.sound import Pcm
from unhear.engines import microphone as module
from unhear.engines.errors import SoundDeviceFailed
from unhear.engines.microphone import BLOCK_FRAMES, Backlog, microphone, play


def block(value: int) -> Pcm:
    return np.full(BLOCK_FRAMES, value, np.int16)


def values(backlog: Backlog, count: int) -> list[int]:
    return [int(piece[0]) for piece in islice(backlog.take(), count)]


def test_sound_comes_out_in_order() -> None:
    backlog = Backlog(blocks_max=5)
    for value in (1, 2, 3):
        backlog.put(block(value))
    assert values(backlog, 3) == [1, 2, 3]


def test_silence_takes_the_place_of_sound_that_was_dropped() -> None:
    backlog = Backlog(blocks_max=2)
    for value in (1, 2, 3, 4, 5):
        backlog.put(block(value))
    assert values(backlog, 5) == [0, 0, 0, 4, 5]


def test_a_microphone_that_is_unplugged_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STILL_SECONDS_MAX", 0.01)
    with pytest.raises(SoundDeviceFailed, match="plug it in"):
        next(Backlog(blocks_max=2).take())


def test_a_machine_without_sound_devices_says_what_to_do() -> None:
    need(not Path("/dev/snd").exists(), "a machine without sound devices")
    with pytest.raises(SoundDeviceFailed, match=r"unhear ask|libportaudio2"), microphone():
        pass
    with pytest.raises(SoundDeviceFailed, match=r"--out|libportaudio2"):
        play(Speech(block(0), 16_000))


def test_a_machine_without_portaudio_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: None)
    with pytest.raises(SoundDeviceFailed, match="apt-get install libportaudio2"):
        play(Speech(block(0), 16_000))
