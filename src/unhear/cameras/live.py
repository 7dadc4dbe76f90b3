"""Watching a camera now: the same film, a fragment a picture, to whoever subscribes."""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition, Lock

from unhear.cameras.source import Source
from unhear.capture.encoded import Encoded
from unhear.capture.fragments import Fragment
from unhear.engines.film import FilmWriter
from unhear.household.cameras import Area

WAITING_BYTES_MAX = 8 * 1024 * 1024
"""How much waits for one who reads slowly; then they miss the film up to the next key picture."""


class Live:
    """One who watches. Parts are to be read one behind the other.

    Each begins with an initialization segment at a key picture, and again after whatever was missed
    or changed. The film's own time goes on: a late one's does not begin at zero.
    """

    def __init__(self, leave: Callable[["Live"], None], waiting_bytes_max: int) -> None:
        self._leave = leave
        self._bytes_max = waiting_bytes_max
        self._changed = Condition()
        self._parts: deque[bytes] = deque()
        self._bytes = 0
        self._began = False
        self._closed = False

    def read(self, seconds: float) -> bytes | None:
        """Answer what has come since the last time, or wait for it; `None` where nothing comes."""
        with self._changed:
            self._changed.wait_for(lambda: self._parts or self._closed, seconds)
            if not self._parts:
                return None
            parts = b"".join(self._parts)
            self._parts.clear()
            self._bytes = 0
            return parts

    @property
    def closed(self) -> bool:
        """Whether nothing comes any more."""
        return self._closed

    def close(self) -> None:
        """Watch no more."""
        self._leave(self)
        self.end()

    def end(self) -> None:
        """Tell the reader that nothing more comes."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def begin_again(self) -> None:
        """Expect an initialization segment next; what was not read is not shown any more."""
        with self._changed:
            self._forget_unread()

    def give(self, init: bytes, fragment: Fragment) -> None:
        """Take the film's next fragment; never waits."""
        with self._changed:
            if self._began and self._bytes + len(fragment.data) > self._bytes_max:
                self._forget_unread()
            if not self._began and not fragment.key:
                return
            part = fragment.data if self._began else init + fragment.data
            self._began = True
            self._parts.append(part)
            self._bytes += len(part)
            self._changed.notify_all()

    def _forget_unread(self) -> None:
        self._parts.clear()
        self._bytes = 0
        self._began = False


class LiveTap:
    """Makes the live film while anybody watches; encoded once for all, where it must be at all."""

    def __init__(self, waiting_bytes_max: int = WAITING_BYTES_MAX) -> None:
        self._bytes_max = waiting_bytes_max
        self._lock = Lock()
        self._watching: list[Live] = []
        self._writer: FilmWriter | None = None

    def subscribe(self) -> Live:
        """Answer a subscription; its film begins with the next key picture."""
        live = Live(self._left, self._bytes_max)
        with self._lock:
            self._watching = [*self._watching, live]
        return live

    def add(self, packet: Encoded, source: Source, private: Sequence[Area]) -> None:
        """Show the camera's next packet to those who watch."""
        watching = self._watching
        if not watching:
            self._writer = None
            return
        if self._writer is None:
            if not packet.key:
                return
            self._begin(source, private)
        writer = self._writer
        for fragment in writer.add(packet) if writer else ():
            for live in watching:
                live.give(writer.init if writer else b"", fragment)

    def interrupt(self) -> None:
        """Expect another film: of another connection, or with other private areas."""
        self._writer = None
        for live in self._watching:
            live.begin_again()

    def close(self) -> None:
        """End every subscription."""
        for live in self._watching:
            live.end()

    def _begin(self, source: Source, private: Sequence[Area]) -> None:
        self._writer = FilmWriter(source.pictures, source.sound, private, every_picture=True)

    def _left(self, live: Live) -> None:
        with self._lock:
            self._watching = [one for one in self._watching if one is not live]
