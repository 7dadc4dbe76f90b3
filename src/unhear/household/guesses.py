"""Wrong proofs of who one is, counted for the whole house, so that many addresses help nobody.

Strangers sign in with passphrases that leaked elsewhere, from as many addresses as they like. What
holds against them is counted in three places:

1. Each address may try a few times a minute (`web.security.Limits`, each process for itself).
2. Each browser that is known here, and each session, has few wrong proofs an hour of its own.
3. All wrong proofs together: beyond a bound within an hour the house is under *attack*, and takes
   passphrase and recovery phrase from no browser that never signed in here. Attempts that are
   refused count on, so the attack lasts while they come, and is over about an hour after them.

Passkeys cannot be guessed and are taken all the time, and so is everything else of who is signed
in. What is refused is refused before any name or proof is looked at.

Moments are seconds since 1970. What lies ahead of the clock was counted before it was set back, and
counts no more: otherwise an attack would last until the clock is there again.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

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


@dataclass(slots=True)
class Tally:
    """The counts of one house. Knows no names, and nothing of what was tried."""

    by_minute: Counter[int] = field(default_factory=Counter)
    own: dict[str, Counter[int]] = field(default_factory=dict)
    began: float | None = None
    attempts: int = 0
    told_at: float | None = None
    ended: int | None = None

    def may_try(self, own: bytes | None, now: float) -> bool:
        """Whether a proof is looked at.

        `own` is a known browser or a session, by what is remembered of its cookie; None is a
        browser that never signed in here.
        """
        self._settle(now)
        if own is not None:
            return _recent(self.own.get(own.hex(), Counter()), now) < OWN_MAX
        return self.began is None

    def refused(self, count: int, now: float) -> None:
        """Count attempts that were not even looked at."""
        self._settle(now)
        self._count(count, now)

    def wrong(self, own: bytes | None, now: float) -> int | None:
        """Note a wrong proof. Answers how many there were, where guardians are to be told now."""
        self._settle(now)
        if own is not None:
            self.own = {one: hour for one, hour in self.own.items() if _recent(hour, now)}
            self.own.setdefault(own.hex(), Counter())[_minute(now)] += 1
        self._count(1, now)
        recent = _recent(self.by_minute, now)
        if self.began is not None or recent < ATTACK_BEGINS:
            return None
        self.began, self.attempts = now, recent
        if self.told_at is not None and 0 <= now - self.told_at < TOLD_AGAIN_SECONDS:
            return None
        self.told_at = now
        return recent

    def attack(self, now: float) -> Attack | None:
        """Answer the attack that goes on, or None."""
        self._settle(now)
        if self.began is None:
            return None
        return Attack(timedelta(seconds=max(0.0, now - self.began)), self.attempts)

    def over(self, now: float) -> int | None:
        """Answer, once, how many attempts an attack had that is over and was told of."""
        self._settle(now)
        ended, self.ended = self.ended, None
        return ended

    def _count(self, count: int, now: float) -> None:
        self.by_minute[_minute(now)] += count
        if self.began is not None:
            self.attempts += count

    def _settle(self, now: float) -> None:
        """Drop what is older than an hour; end an attack that is over."""
        self.by_minute = _of_the_hour(self.by_minute, now)
        if self.began is None or _recent(self.by_minute, now) >= ATTACK_ENDS:
            return
        if self.told_at is not None and self.told_at >= self.began:
            self.ended = self.attempts
        self.began, self.attempts = None, 0


def tally_fields(tally: Tally) -> dict[str, Any]:
    """Answer what `tally_from` takes, as JSON has it."""
    return {
        "by_minute": list(tally.by_minute.items()),
        "own": [[one, list(hour.items())] for one, hour in tally.own.items()],
        "began": tally.began,
        "attempts": tally.attempts,
        "told_at": tally.told_at,
        "ended": tally.ended,
    }


def tally_from(fields: Mapping[str, Any]) -> Tally:
    """Answer the counts in such fields."""
    return Tally(
        by_minute=_counted(fields["by_minute"]),
        own={one: _counted(hour) for one, hour in fields["own"]},
        began=fields["began"],
        attempts=fields["attempts"],
        told_at=fields["told_at"],
        ended=fields["ended"],
    )


def _counted(pairs: list[tuple[int, int]]) -> Counter[int]:
    return Counter(dict(pairs))


def _minute(now: float) -> int:
    return int(now // MINUTE_SECONDS)


def _of_the_hour(counted: Counter[int], now: float) -> Counter[int]:
    this = _minute(now)
    within = range(this - WINDOW_MINUTES + 1, this + 2)
    if all(minute in within for minute in counted):
        return counted
    return Counter({minute: count for minute, count in counted.items() if minute in within})


def _recent(counted: Counter[int], now: float) -> int:
    return _of_the_hour(counted, now).total()
