"""Encoded packets of a camera, and their moments in time that only ever moves forwards."""

from dataclasses import dataclass

PICTURE_TICKS = 90_000
"""Ticks a second of pictures, as in RTP (RFC 6184, section 8.2.1)."""

JUMP_SECONDS = 3.0
"""A longer step than this, or one backwards, is a camera whose clock was set."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One packet: a coded picture, or a little sound.

    `decoded` and `shown` are when, in ticks since the stream began; a second has `ticks` of them.
    `key` is a picture that needs no other; sound is never key.
    """

    data: bytes
    decoded: int
    shown: int
    duration: int
    ticks: int = PICTURE_TICKS
    key: bool = False
    sound: bool = False

    @property
    def at(self) -> float:
        """When it is decoded, in seconds of the stream."""
        return self.decoded / self.ticks


class Origin:
    """Where the clock of one connection to a camera began; its pictures and sound share it."""

    def __init__(self) -> None:
        self._seconds: float | None = None

    def since(self, seconds: float) -> float:
        """Answer the seconds since the first moment that was asked about."""
        if self._seconds is None:
            self._seconds = seconds
        return max(seconds - self._seconds, 0.0)


class Timeline:
    """Moments of one track, from a camera's clock, which may be set at any time, or missing."""

    def __init__(self, ticks: int, origin: Origin) -> None:
        self.ticks = ticks
        self._origin = origin
        self._source: int | None = None
        self._placed: int | None = None
        self._step = 0

    def place(self, decoded: int | None, duration: int) -> int:
        """Answer when, since the connection began, a packet is decoded; each is later."""
        if self._placed is None:
            known = decoded is not None
            began = self._origin.since(decoded / self.ticks) if decoded is not None else 0.0
            self._placed = round(began * self.ticks) if known else 0
        else:
            self._placed += self._after(decoded, duration)
        self._source = decoded if decoded is not None else self._source
        return self._placed

    def _after(self, decoded: int | None, duration: int) -> int:
        """Answer how much later than the one before this packet is."""
        if decoded is not None and self._source is not None:
            step = decoded - self._source
            if 0 < step <= JUMP_SECONDS * self.ticks:
                self._step = step
                return step
        return max(duration or self._step, 1)
