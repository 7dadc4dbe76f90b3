"""Counts wrong proofs of who one is, with all processes of the house together.

Each wrong proof that is looked at is written down at once: beyond the bounds of
`household.guesses` none is looked at, so these are few. What an attack brings beyond them is
counted in memory, and written every two seconds: the number of writes does not grow with it.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import TypeVar

from unhear.clock import Clock
from unhear.house.passing import Passing
from unhear.household.guesses import Attack, Tally, tally_fields, tally_from
from unhear.stores.errors import StoreError

T = TypeVar("T")

ABOUT = b"guesses"
REMEMBERED = timedelta(hours=8)
"""Longer than guardians are not told again, and than an hour's attempts count."""

LOOK_SECONDS = 2.0
"""How old what is known of an attack may be, and how late attempts that were refused are added."""


class Guesses:
    """The counts of one house; safe to use from several threads."""

    def __init__(self, passing: Passing, clock: Clock) -> None:
        self._passing = passing
        self._clock = clock
        self._lock = Lock()
        self._attacked = False
        self._looked_at = self._written_at = float("-inf")
        self._refused = 0

    def refuses(self) -> bool:
        """Whether strangers are refused, as is known here; who is refused counts as an attempt.

        Nothing is waited for: now and then one is passed on, for `may_try` to look.
        """
        now = monotonic()
        with self._lock:
            if not self._attacked:
                return False
            if now - self._looked_at > LOOK_SECONDS:
                self._looked_at = now
                return False
            self._refused += 1
            return True

    def may_try(self, own: bytes | None) -> bool:
        """Whether a proof is looked at; one of a stranger that is refused counts as an attempt.

        `own` is a known browser or a session, by what is remembered of its cookie; None is a
        browser that never signed in here.
        """
        may = self._look().may_try(own, self._now())
        if not may and own is None:
            with self._lock:
                self._refused += 1
        return may

    def wrong(self, own: bytes | None) -> int | None:
        """Note a wrong proof. Answers how many there were, where guardians are to be told now."""
        return self._change(lambda tally: tally.wrong(own, self._now()))

    def attack(self) -> Attack | None:
        """Answer the attack that goes on, or None; this process's attempts of this moment too."""
        return self._look(exactly=True).attack(self._now())

    def over(self) -> int | None:
        """Answer, once, how many attempts an attack had that is over and was told of."""
        if self._look().over(self._now()) is None:
            return None
        return self._change(lambda tally: tally.over(self._now()))

    def _look(self, *, exactly: bool = False) -> Tally:
        """Answer the counts, and add now and then what was refused here; at once if `exactly`."""
        with self._lock:
            due = exactly or monotonic() - self._written_at > LOOK_SECONDS
            waiting = self._refused > 0 and due
        if waiting:
            return self._change(lambda tally: tally)
        tally = _tally(self._passing.read(ABOUT))
        self._note(tally)
        return tally

    def _change(self, change: Callable[[Tally], T]) -> T:
        """Change the counts, whoever else does; what was refused here is added first."""
        with self._lock:
            refused, self._refused = self._refused, 0
            self._written_at = monotonic()
        done: list[tuple[Tally, T]] = []

        def changed(content: bytes | None) -> bytes:
            tally = _tally(content)
            if refused:
                tally.refused(refused, self._now())
            done.append((tally, change(tally)))
            return json.dumps(tally_fields(tally)).encode()

        try:
            self._passing.change(ABOUT, self._clock() + REMEMBERED, changed)
        except StoreError:
            with self._lock:
                self._refused += refused
            raise
        tally, answer = done[0]
        self._note(tally)
        return answer

    def _note(self, tally: Tally) -> None:
        attacked = tally.attack(self._now()) is not None
        with self._lock:
            self._attacked, self._looked_at = attacked, monotonic()

    def _now(self) -> float:
        return self._clock().timestamp()


def _tally(content: bytes | None) -> Tally:
    return Tally() if content is None else tally_from(json.loads(content))
