"""The local microphone and loudspeaker (PortAudio)."""

import threading
from collections import deque
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

STILL_SECONDS_MAX = 5.0
"""How long a microphone may deliver nothing, not even silence, before it counts as gone."""


class Backlog:
    """Sound that waits while an answer is worked on; one thread puts, one takes.

    When too much waits the oldest is dropped, and silence of the same length takes its place, so
    that positions in the stream stay moments in time and no two sounds are joined.
    """

    def __init__(self, blocks_max: int) -> None:
        self._blocks: deque[Pcm] = deque()
        self._blocks_max = blocks_max
        self._dropped_frames = 0
        self._changed = threading.Condition()

    def put(self, block: Pcm) -> None:
        """Add the next frames; never waits."""
        with self._changed:
            if len(self._blocks) == self._blocks_max:
                self._dropped_frames += len(self._blocks.popleft())
            self._blocks.append(block)
            self._changed.notify()

    def take(self) -> Iterator[Pcm]:
        """Yield the frames in order, for ever, waiting for each piece.

        Raises `SoundDeviceFailed` when none comes for `STILL_SECONDS_MAX`.
        """
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: self._blocks, STILL_SECONDS_MAX):
                    raise SoundDeviceFailed(
                        "the microphone delivers nothing any more; plug it in again and start anew"
                    )
                block = self._blocks.popleft()
                dropped, self._dropped_frames = self._dropped_frames, 0
            for start in range(0, dropped, BLOCK_FRAMES):
                yield np.zeros(min(BLOCK_FRAMES, dropped - start), np.int16)
            yield block


@contextmanager
def microphone() -> Iterator[Iterator[Pcm]]:
    """Open the microphone; yields an endless stream of pieces. Raises `SoundDeviceFailed`."""
    sounddevice = _portaudio()
    backlog = Backlog(BLOCKS_WAITING_MAX)

    def hear(data: Any, _frames: int, _time: object, _status: object) -> None:
        backlog.put(np.frombuffer(bytes(data), np.int16))

    try:
        stream = sounddevice.RawInputStream(
            samplerate=RATE_HZ, channels=1, dtype="int16", blocksize=BLOCK_FRAMES, callback=hear
        )
        stream.start()
    except sounddevice.PortAudioError:
        raise SoundDeviceFailed(
            "no microphone can be opened here; plug one in, or let the assistant hear files: "
            "`unhear ask FILE.wav`"
        ) from None
    try:
        yield backlog.take()
    finally:
        stream.close()


def play(speech: Speech) -> None:
    """Play a piece of speech to its end. Raises `SoundDeviceFailed`."""
    sounddevice = _portaudio()
    try:
        sounddevice.play(speech.pcm, speech.rate_hz, blocking=True)
    except sounddevice.PortAudioError:
        raise SoundDeviceFailed(
            "no loudspeaker can be opened here; write the sound to a file with --out instead"
        ) from None


def stop_playing() -> None:
    """Stop what plays, at once; does nothing where no loudspeaker was opened."""
    _portaudio().stop()


def _portaudio() -> ModuleType:
    try:
        import sounddevice  # noqa: PLC0415 - it fails at import where PortAudio is missing
    except OSError:
        raise SoundDeviceFailed(
            "the PortAudio library is missing; on Debian or Ubuntu: apt-get install libportaudio2"
        ) from None
    module: ModuleType = sounddevice
    return module
