"""When a clip begins and ends: by what is seen, in the time of the stream."""

from collections.abc import Callable
from dataclasses import dataclass

from unhear.capture.encoded import Encoded
from unhear.capture.film_ring import BYTES_MAX, FilmRing
from unhear.household.words import Seen

Keeps = Callable[[frozenset[Seen]], bool]
"""Whether film that shows this is kept."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long clips are, in seconds of the stream, and how much waits in memory."""

    preroll: float = 5.0
    quiet: float = 10.0
    clip: float = 300.0
    waiting: float = 60.0
    """How far back film reaches that may yet turn out to be kept."""

    ring_bytes: int = BYTES_MAX


@dataclass(frozen=True, slots=True)
class Begun:
    """A clip begins, with these packets; the first is a key picture."""

    seen: frozenset[Seen]
    packets: tuple[Encoded, ...]


@dataclass(frozen=True, slots=True)
class Went:
    """The clip goes on."""

    packet: Encoded


@dataclass(frozen=True, slots=True)
class Showed:
    """The clip shows something more."""

    seen: Seen


@dataclass(frozen=True, slots=True)
class Ended:
    """The clip is over."""


Step = Begun | Went | Showed | Ended


class Clips:
    """Makes clips of one stream's packets and of what was seen in it.

    A clip begins with the key picture at least `preroll` seconds before something was seen, as far
    as that is there and in no clip before. It ends before the first key picture after `quiet`
    seconds without anything seen, or after `clip` seconds, and then another follows on at once: no
    packet is in two clips, and none between a clip's first and last is missing. While what is seen
    is not yet reason to keep it, its film waits.
    """

    def __init__(self, bounds: Bounds = Bounds()) -> None:
        self._bounds = bounds
        self._ring = FilmRing(bounds.ring_bytes)
        self._now = 0.0
        self._seen: dict[Seen, float] = {}
        self._since: float | None = None
        self._began: float | None = None
        self._told: set[Seen] = set()

    @property
    def filming(self) -> bool:
        """Whether a clip has begun and not ended."""
        return self._began is not None

    @property
    def held_bytes(self) -> int:
        """How much film waits in memory."""
        return self._ring.held_bytes

    def see(self, seen: frozenset[Seen]) -> None:
        """Note what the newest packet shows."""
        if seen and self._since is None:
            self._since = self._now
        self._seen.update(dict.fromkeys(seen, self._now))

    def packet(self, packet: Encoded, keeps: Keeps) -> list[Step]:
        """Take the stream's next packet; answer what it means, in order."""
        self._now = max(self._now, packet.at)
        self._forget_what_is_over()
        if self._began is not None:
            if not (packet.key and self._is_over(self._began)):
                return [*self._showed(), Went(packet)]
            return [self._end(), *self._wait_with(packet, keeps)]
        return self._wait_with(packet, keeps)

    def stop(self) -> list[Step]:
        """End what is filmed, and hold nothing of what came: all that follows is new."""
        steps: list[Step] = [self._end()] if self.filming else []
        self._ring.clear()
        self._seen.clear()
        self._since = None
        return steps

    def abandon(self) -> None:
        """End the clip that is being filmed without a word: nobody wants it.

        What is seen from now on begins another.
        """
        self._began = self._since = None
        self._seen.clear()

    def _wait_with(self, packet: Encoded, keeps: Keeps) -> list[Step]:
        self._ring.append(packet)
        seen = frozenset(self._seen)
        if len(self._ring) and seen and keeps(seen):
            packets = self._ring.take()
            self._began, self._told = packets[0].at, set(seen)
            return [Begun(seen, packets)]
        bounds, since = self._bounds, self._now if self._since is None else self._since
        self._ring.trim(max(since - bounds.preroll, self._now - bounds.waiting))
        return []

    def _end(self) -> Ended:
        self._began = None
        return Ended()

    def _showed(self) -> list[Step]:
        more = [seen for seen in self._seen if seen not in self._told]
        self._told.update(more)
        return [Showed(seen) for seen in more]

    def _is_over(self, began: float) -> bool:
        return not self._seen or self._now - began >= self._bounds.clip

    def _forget_what_is_over(self) -> None:
        """Let go of what was seen too long ago to matter."""
        since = self._now - self._bounds.quiet
        self._seen = {seen: at for seen, at in self._seen.items() if at > since}
        if not self._seen:
            self._since = None
