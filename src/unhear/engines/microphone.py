"""The local microphone and loudspeaker (PortAudio)."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.errors import SoundDeviceFailed

BLOCK_FRAMES = RATE_HZ // 20
BLOCKS_WAITING_MAX = 200
"""Ten seconds of sound may wait while an answer is worked on; older sound is dropped."""


@contextmanager
def microphone() -> Iterator[Iterator[Pcm]]:
    """Open the microphone; yields an endless stream of pieces. Raises `SoundDeviceFailed`."""
    sounddevice = _portaudio()
    blocks: queue.Queue[Pcm] = queue.Queue(BLOCKS_WAITING_MAX)

    def take(data: Any, _frames: int, _time: object, _status: object) -> None:
        block = np.frombuffer(bytes(data), np.int16)
        if blocks.full():
            blocks.get_nowait()
        blocks.put_nowait(block)

    try:
        stream = sounddevice.RawInputStream(
            samplerate=RATE_HZ, channels=1, dtype="int16", blocksize=BLOCK_FRAMES, callback=take
        )
    except sounddevice.PortAudioError:
        raise SoundDeviceFailed(
            "no microphone can be opened here; plug one in, or let the assistant hear files: "
            "`unhear ask FILE.wav`"
        ) from None
    with stream:
        yield iter(blocks.get, None)


def play(speech: Speech) -> None:
    """Play a piece of speech to its end. Raises `SoundDeviceFailed`."""
    sounddevice = _portaudio()
    try:
        sounddevice.play(speech.pcm, speech.rate_hz, blocking=True)
    except sounddevice.PortAudioError:
        raise SoundDeviceFailed(
            "no loudspeaker can be opened here; write the sound to a file with --out instead"
        ) from None


def _portaudio() -> ModuleType:
    try:
        import sounddevice  # noqa: PLC0415 - it fails at import where PortAudio is missing
    except OSError:
        raise SoundDeviceFailed(
            "the PortAudio library is missing; on Debian or Ubuntu: apt-get install libportaudio2"
        ) from None
    module: ModuleType = sounddevice
    return module
