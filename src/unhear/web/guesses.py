"""Wrong proofs of who one is, counted for the whole house, so that many addresses help nobody.

Strangers sign in with passphrases that leaked elsewhere, from as many addresses as they like. What
holds against them is counted in three places:

1. Each address may try a few times a minute (`security.Limits`).
2. Each browser that is known here, and each session, has few wrong proofs an hour of its own.
3. All wrong proofs together: beyond a bound within an hour the house is under *attack*, and takes
   passphrase and recovery phrase from no browser that never signed in here. Attempts that are
   refused count on, so the attack lasts while they come, and is over about an hour after them.

Passkeys cannot be guessed and are taken all the time, and so is everything else of who is signed
in. What is refused is refused before any name or proof is looked at.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from time import monotonic

ATTACK_BEGINS = 30
"""Wrong proofs within an hour. A family that mistypes makes a few; below it a stranger has 720
guesses a day, of which a passphrase that the console takes withstands a hundred million."""

ATTACK_ENDS = 10
"""With fewer attempts than this within an hour it is over. A guardian who tries now and then
whether the house takes the passphrase again does not keep it from ending."""

OWN_MAX = 10
"""Wrong proofs within an hour by one browser that is known, or by one session."""

WINDOW_MINUTES = 60
MINUTE_SECONDS = 60.0
TOLD_AGAIN_SECONDS = 6 * 3_600.0
"""Guardians are told of no attack that begins so soon after the last one they were told of."""


@dataclass(frozen=True, slots=True)
class Attack:
    """Somebody tries out passphrases: for how long now, and how often so far."""

    lasts: timedelta
    attempts: int


class Guesses:
    """Counts; safe to use from several threads. Knows no names, and nothing of what was tried."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._by_minute: Counter[int] = Counter()
        self._own: dict[bytes, Counter[int]] = {}
        self._began: float | None = None
        self._attempts = 0
        self._told_at: float | None = None
        self._ended: int | None = None

    def may_try(self, own: bytes | None) -> bool:
        """Whether a proof is looked at; one that is refused counts as an attempt.

        `own` is a known browser or a session, by what is remembered of its cookie; None is a
        browser that never signed in here.
        """
        now = self._clock()
        with self._lock:
            self._settle(now)
            if own is not None:
                return _recent(self._own.get(own, Counter()), now) < OWN_MAX
            if self._began is None:
                return True
            self._count(now)
            return False

    def wrong(self, own: bytes | None) -> int | None:
        """Note a wrong proof. Answers how many there were, where guardians are to be told now."""
        now = self._clock()
        with self._lock:
            self._settle(now)
            if own is not None:
                self._own = {one: hour for one, hour in self._own.items() if _recent(hour, now)}
                self._own.setdefault(own, Counter())[_minute(now)] += 1
            self._count(now)
            recent = _recent(self._by_minute, now)
            if self._began is not None or recent < ATTACK_BEGINS:
                return None
            self._began, self._attempts = now, recent
            if self._told_at is not None and now - self._told_at < TOLD_AGAIN_SECONDS:
                return None
            self._told_at = now
            return recent

    def attack(self) -> Attack | None:
        """Answer the attack that goes on, or None."""
        now = self._clock()
        with self._lock:
            self._settle(now)
            began = self._began
            return None if began is None else Attack(timedelta(seconds=now - began), self._attempts)

    def over(self) -> int | None:
        """Answer, once, how many attempts an attack had that is over and was told of."""
        now = self._clock()
        with self._lock:
            self._settle(now)
            ended, self._ended = self._ended, None
            return ended

    def _count(self, now: float) -> None:
        self._by_minute[_minute(now)] += 1
        if self._began is not None:
            self._attempts += 1

    def _settle(self, now: float) -> None:
        """Drop what is older than an hour; end an attack that is over."""
        self._by_minute = _of_the_hour(self._by_minute, now)
        if self._began is None or _recent(self._by_minute, now) >= ATTACK_ENDS:
            return
        if self._told_at is not None and self._told_at >= self._began:
            self._ended = self._attempts
        self._began, self._attempts = None, 0


def _minute(now: float) -> int:
    return int(now // MINUTE_SECONDS)


def _of_the_hour(counted: Counter[int], now: float) -> Counter[int]:
    since = _minute(now) - WINDOW_MINUTES
    if all(minute > since for minute in counted):
        return counted
    return Counter({minute: count for minute, count in counted.items() if minute > since})


def _recent(counted: Counter[int], now: float) -> int:
    return _of_the_hour(counted, now).total()
