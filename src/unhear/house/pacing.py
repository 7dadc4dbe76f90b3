"""Sound goes to a device only a little ahead of what it plays, so that it can be stopped."""

from collections.abc import Iterator
from threading import Event
from time import monotonic

import numpy as np

from unhear.answer.synthesiser import Speech

AHEAD_SECONDS = 0.3
PIECE_SECONDS = 0.1


class Pace:
    """Counts what a device has been sent against the time that passes."""

    def __init__(self) -> None:
        self._stopped = Event()
        self._ends_at = 0.0

    def begin(self) -> None:
        """Begin to say something: what was stopped before may be said again."""
        self._stopped.clear()

    def stop(self) -> None:
        """Let nobody wait any more; nothing more is to be sent until `begin`."""
        self._stopped.set()
        self._ends_at = 0.0

    def pieces(self, speech: Speech) -> Iterator[Speech]:
        """Yield pieces of the speech, each when it is time to send it; ends when stopped."""
        size = max(round(speech.rate_hz * PIECE_SECONDS), 1)
        for start in range(0, len(speech.pcm), size):
            piece = speech.pcm[start : start + size]
            self._ends_at = max(self._ends_at, monotonic()) + len(piece) / speech.rate_hz
            if self._stopped.wait(max(self._ends_at - monotonic() - AHEAD_SECONDS, 0)):
                return
            yield Speech(np.ascontiguousarray(piece), speech.rate_hz)

    @property
    def left_seconds(self) -> float:
        """How long the device still plays what it was sent."""
        return max(self._ends_at - monotonic(), 0.0)
