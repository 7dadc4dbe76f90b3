"""The challenges of passkey ceremonies: each counts once, within half an hour (WebAuthn, 13.4.3).

Of a house that several processes serve, any may check what another gave out: a challenge says
itself until when it counts, under a key that all of them have. Nothing is written down when one is
given out, for anybody may ask for one; that it was used is, and only of one that a passkey signed.
"""

import hmac
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Protocol

from unhear.clock import Clock, random_bytes
from unhear.house.passing import Passing

CHALLENGE_BYTES = 32
WITHIN = timedelta(minutes=30)
"""At the first run somebody writes down twelve words meanwhile."""

WAITING_MAX = 1_000
"""How many ceremonies may be under way in one process's memory; the oldest gives way."""

MOMENT_BYTES, MAC_BYTES = 8, 32


class Challenges(Protocol):
    """Gives challenges out, and knows them again."""

    def make(self) -> bytes:
        """Answer a new one."""

    def counts(self, challenge: bytes) -> bool:
        """Whether it was given out here, not too long ago."""

    def use(self, challenge: bytes) -> bool:
        """Use it up; False where somebody did already."""


class ChallengesHere:
    """Those of one process, in its memory; safe to use from several threads."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, float] = {}
        self._lock = Lock()

    def make(self) -> bytes:
        """Answer a new one."""
        challenge, now = random_bytes(CHALLENGE_BYTES), monotonic()
        within = WITHIN.total_seconds()
        with self._lock:
            waiting = {c: t for c, t in self._waiting.items() if now - t <= within}
            while len(waiting) >= WAITING_MAX:
                del waiting[next(iter(waiting))]
            waiting[challenge] = now
            self._waiting = waiting
        return challenge

    def counts(self, challenge: bytes) -> bool:
        """Whether it was given out here, not too long ago."""
        with self._lock:
            begun = self._waiting.get(challenge)
        return begun is not None and monotonic() - begun <= WITHIN.total_seconds()

    def use(self, challenge: bytes) -> bool:
        """Use it up; False where somebody did already."""
        with self._lock:
            return self._waiting.pop(challenge, None) is not None


class SharedChallenges:
    """Those of all processes of a house: random bytes, until when they count, and a MAC."""

    def __init__(self, passing: Passing, clock: Clock) -> None:
        self._passing = passing
        self._clock = clock

    def make(self) -> bytes:
        """Answer a new one."""
        until = int((self._clock() + WITHIN).timestamp()).to_bytes(MOMENT_BYTES)
        said = random_bytes(CHALLENGE_BYTES) + until
        return said + self._mac(said)

    def counts(self, challenge: bytes) -> bool:
        """Whether a process of this house gave it out, not too long ago."""
        said, mac = challenge[:-MAC_BYTES], challenge[-MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(said)):
            return False
        return timedelta(0) <= _until(said) - self._clock() <= 2 * WITHIN

    def use(self, challenge: bytes) -> bool:
        """Use it up; False where somebody did already."""
        until = _until(challenge[:-MAC_BYTES])
        return self._passing.first(b"challenge/" + challenge, until)

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._passing.key(b"challenges"), said, "sha256")


def _until(said: bytes) -> datetime:
    return datetime.fromtimestamp(int.from_bytes(said[CHALLENGE_BYTES:]), UTC)
