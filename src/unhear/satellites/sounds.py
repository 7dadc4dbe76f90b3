"""Sound in Wyoming events, brought to the form of this house, whatever a stranger declares."""

from collections.abc import Container

import numpy as np
from wyoming.audio import AudioChunk, AudioChunkConverter
from wyoming.event import Event

from unhear.capture.sound import RATE_HZ, Pcm
from unhear.satellites.frames import FrameBroken

RATES_HZ = range(8_000, 96_001)
"""What microphones deliver. A rate of 1 would make sixteen thousand frames of each."""

WIDTHS, CHANNELS = (1, 2, 3, 4), (1, 2)


class Hearing:
    """One stream's way to 16 kHz mono; what is left of a piece is heard with the next.

    Pieces may be cut anywhere: what Home Assistant is sent as a file comes in lines, wherever a
    byte happens to be a line feed, so that every second line would begin within a sample.
    """

    def __init__(self) -> None:
        self._cut = b""
        self._converter = AudioChunkConverter(rate=RATE_HZ, width=2, channels=1)

    def pcm(self, event: Event) -> Pcm:
        """Answer the frames of an `audio-chunk`. Raises `FrameBroken`."""
        rate = _one_of(RATES_HZ, event, "rate")
        width = _one_of(WIDTHS, event, "width")
        channels = _one_of(CHANNELS, event, "channels")
        sound = self._cut + (event.payload or b"")
        whole = len(sound) // (width * channels) * width * channels
        self._cut = sound[whole:]
        chunk = self._converter.convert(AudioChunk(rate, width, channels, sound[:whole]))
        return np.frombuffer(chunk.audio, np.int16)


def _one_of(allowed: Container[int], event: Event, name: str) -> int:
    value = event.data.get(name)
    if type(value) is not int or value not in allowed:
        raise FrameBroken(f"no {name} that anybody sends")
    return value
