"""Has what other processes changed of a household here at once, where somebody would see it.

A browser that changed something with one process may ask another one next. So whoever answers a
guardian looks, with what is read anyway, at the number of the household's news, and reads the
household anew where that is another than when it was read last. What nobody looks at is brought
along about once a second (`house/elsewhere.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from unhear.forget.database import Database, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper
from unhear.forget.snapshot import snapshot
from unhear.household.family import Household
from unhear.household.words import HouseholdId
from unhear.keep.identity import WrappedIdentity
from unhear.keep.profile import profile_of


@dataclass(frozen=True, slots=True)
class Known:
    """What a process has in mind of its household."""

    household: Household
    identity: WrappedIdentity


@dataclass(frozen=True, slots=True)
class _Seen:
    number: int
    known: Known


class Newest:
    """Keeps what is known of one household up to date; safe to use from several threads."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        household: HouseholdId,
        known: Callable[[], Household],
        told: Callable[[Known, Household], None],
    ) -> None:
        """`known` answers what is in mind. `told` is to put something newer in place of that."""
        self._database = database
        self._keeper = keeper
        self._household = household
        self._known = known
        self._told = told
        self._seen: _Seen | None = None
        self._lock = Lock()

    def look(self) -> Household:
        """Answer the household as it stands, at the price of one small look if nothing changed."""
        with self._database.reading() as transaction:
            number = transaction.news_of(self._household)
        return self.at(number)

    def at(self, number: int) -> Household:
        """Answer the household as it stands at this number of its news, or later."""
        if self._is_seen(number):
            return self._known()
        with self._lock:
            if self._is_seen(number):
                return self._known()
            before = self._known()
            seen = snapshot(self._database, self._keeper, self._read)
            self._told(seen.known, before)
            self._seen = seen
            return seen.known.household

    def _is_seen(self, number: int) -> bool:
        """Whether what is in mind is what was read here last, and nothing happened since."""
        seen = self._seen
        return seen is not None and seen.number == number and seen.known.household is self._known()

    def _read(self, transaction: Transaction, tree: KeyTree) -> _Seen:
        number = transaction.news_of(self._household)
        identity = WrappedIdentity.from_bytes(transaction.household(self._household).identity)
        household = profile_of(transaction, tree, self._household)
        return _Seen(number, Known(household, identity))
