"""Tells whether a household changed, at the price of one small look for all of a database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock
from time import monotonic

from unhear.household.words import HouseholdId
from unhear.stores.transaction import Transaction

LOOK_SECONDS = 0.5
"""How old what is answered may be: the houses of one process look at about the same time."""


class News:
    """What of a database's households is new; safe to use from several threads."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Transaction]]) -> None:
        self._reading = reading
        self._lock = Lock()
        self._count = -1
        self._numbers: dict[HouseholdId, int] = {}
        self._looked_at = float("-inf")

    def of(self, household: HouseholdId) -> int:
        """Answer a number that is greater after each change to a household.

        What other processes committed counts within `LOOK_SECONDS`, what this one did at once.
        """
        with self._lock:
            if monotonic() - self._looked_at > LOOK_SECONDS:
                self._look()
            return self._numbers.get(household, 0)

    def expire(self) -> None:
        """Look anew the next time."""
        with self._lock:
            self._looked_at = float("-inf")

    def _look(self) -> None:
        looked_at = monotonic()
        with self._reading() as transaction:
            self._count, changed = transaction.news(self._count)
        self._numbers.update(changed)
        self._looked_at = looked_at
