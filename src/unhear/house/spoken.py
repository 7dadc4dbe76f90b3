"""What somebody says to who is at a door: one thread brings it, in pieces, another plays it."""

from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Full, Queue

from unhear.answer.synthesiser import Speech

WAITING_MAX = 100
"""How many pieces may wait to be played; one that speaks faster is given up."""

PIECE_SECONDS_MAX = 60.0
"""A microphone that sends nothing for so long is counted as gone."""


class TooFast(Exception):
    """More is said than can be played."""


class Spoken:
    """A voice until it ends; in memory alone, and no longer than until it is played."""

    def __init__(self) -> None:
        self._waiting: Queue[Speech | None] = Queue(WAITING_MAX)

    def add(self, speech: Speech) -> None:
        """Bring the next piece; never waits. Raises `TooFast`."""
        try:
            self._waiting.put_nowait(speech)
        except Full:
            raise TooFast from None

    def end(self) -> None:
        """Let nothing come any more; never waits, and lets a piece go for it that nobody plays."""
        while True:
            with suppress(Full):
                self._waiting.put_nowait(None)
                return
            with suppress(Empty):
                self._waiting.get_nowait()

    def __iter__(self) -> Iterator[Speech]:
        """Yield the pieces as they come, once."""
        with suppress(Empty):
            while (speech := self._waiting.get(timeout=PIECE_SECONDS_MAX)) is not None:
                yield speech
