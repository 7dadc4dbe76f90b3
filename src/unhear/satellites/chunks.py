"""The sound of Wyoming events, however cut and in whatever format, as the house carries it."""

import numpy as np
from wyoming.audio import AudioChunk, AudioChunkConverter
from wyoming.event import Event

from unhear.capture.sound import RATE_HZ, Pcm
from unhear.satellites.frames import FrameBroken

RATES_HZ = range(8_000, 192_001)
"""What sound is sent at; a stranger's "1 Hz" would become sixteen thousand times as much."""

BYTES_A_SAMPLE = range(1, 5)
CHANNELS = range(1, 3)


class Chunks:
    """Reads the chunks of one stream after the other.

    They may be cut anywhere: what Home Assistant is sent as a file comes in lines, wherever a byte
    happens to be a line feed, so that every second line would begin within a sample.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget the stream before: what comes next is the beginning of another."""
        self._cut = b""
        self._convert = AudioChunkConverter(rate=RATE_HZ, width=2, channels=1)

    def pcm(self, event: Event) -> Pcm:
        """Answer the whole frames that are there by now. Raises `FrameBroken`."""
        rate = _one_of(RATES_HZ, event, "rate")
        width = _one_of(BYTES_A_SAMPLE, event, "width")
        channels = _one_of(CHANNELS, event, "channels")
        sound = self._cut + (event.payload or b"")
        whole = len(sound) // (width * channels) * width * channels
        self._cut = sound[whole:]
        chunk = self._convert.convert(AudioChunk(rate, width, channels, sound[:whole]))
        return np.frombuffer(chunk.audio, np.int16)


def _one_of(allowed: range, event: Event, name: str) -> int:
    value = event.data.get(name)
    if not isinstance(value, int) or value not in allowed:
        raise FrameBroken(f"the {name} of a sound is none that is used")
    return value
