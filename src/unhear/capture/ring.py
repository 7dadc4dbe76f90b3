"""The last moments of a stream, addressed by stream position."""

from collections import deque

import numpy as np

from unhear.capture.sound import Pcm


class Ring:
    """Holds the newest frames of a stream; positions count frames from the stream's start."""

    def __init__(self) -> None:
        self._blocks: deque[Pcm] = deque()
        self._start = 0
        self._end = 0

    @property
    def start(self) -> int:
        """The position of the oldest frame held."""
        return self._start

    @property
    def end(self) -> int:
        """The position after the newest frame."""
        return self._end

    @property
    def held_frames(self) -> int:
        """How many frames are in memory."""
        return self._end - self._start

    def append(self, block: Pcm) -> None:
        """Add the next frames. They are copied: a view would keep its whole chunk alive."""
        self._blocks.append(block.copy())
        self._end += len(block)

    def drop_before(self, position: int) -> None:
        """Let go of every block that lies wholly before `position`."""
        while self._blocks and self._start + len(self._blocks[0]) <= position:
            self._start += len(self._blocks.popleft())

    def slice(self, start: int, end: int) -> Pcm:
        """Answer a copy of the held frames from position `start` up to `end`."""
        if not self._blocks:
            return np.zeros(0, np.int16)
        frames = np.concatenate(list(self._blocks))
        return frames[max(start - self._start, 0) : max(end - self._start, 0)].copy()
