"""Undo a look that should not have been: forget what a member of staff saw, and what came of it.

What they saw stands in the receipts of the looks that the ledger states, whatever became of grants.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from unhear.clock import day_number
from unhear.forget.database import Database, TraceKind, Transaction
from unhear.forget.engine import Forgetter
from unhear.forget.errors import NoSuchTrace
from unhear.forget.holds import scopes_held
from unhear.forget.kept_receipts import receipts
from unhear.forget.keytree import KeyTree
from unhear.forget.naming import named
from unhear.forget.roots import RootKeeper
from unhear.forget.snapshot import snapshot
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, TraceId
from unhear.prove.claims import BY_STAFF
from unhear.prove.opening import Opening
from unhear.prove.receipt import Receipt

HOUR = timedelta(hours=1)
"""How exactly a statement tells when; rounded down; a look in an hour that is touched counts."""


class Undoing:
    """Forgets what staff saw in one household."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        forgetter: Forgetter,
        household: HouseholdId,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._forgetter = forgetter
        self._household = household

    def seen(
        self, staff: str, since: datetime | None = None, until: datetime | None = None
    ) -> frozenset[TraceId]:
        """Answer the recordings that a member of staff opened, kept still or not."""
        found = snapshot(
            self._database,
            self._keeper,
            lambda transaction, tree: receipts(
                transaction, tree, self._household, (TraceKind.PERSONAL_RECEIPT,)
            ),
        )
        looks = (_items(one) for one in found if _is_look(one, staff, since, until))
        return frozenset(item for items in looks for item in items)

    def would_erase(self, recordings: frozenset[TraceId], now: datetime) -> Mapping[TraceKind, int]:
        """Answer how much of which kind is kept of these recordings, what they taught too."""
        if not recordings:
            return {}

        def read(transaction: Transaction, tree: KeyTree) -> Mapping[TraceKind, int]:
            held = scopes_held(transaction, tree, self._household, day_number(now))
            scope = Scope(recordings=recordings)
            found = named(transaction, tree, self._household, scope, held)
            return Counter(one.kind for one in found if not one.held)

        return snapshot(self._database, self._keeper, read)

    def undo(self, recordings: frozenset[TraceId]) -> Receipt:
        """Forget them, with everything that came of them. Raises as `Forgetter.forget` does."""
        if not recordings:
            raise NoSuchTrace("no look of this member of staff is stated in that time")
        return self._forgetter.forget(self._household, Scope(recordings=recordings))


def _is_look(receipt: Receipt, staff: str, since: datetime | None, until: datetime | None) -> bool:
    said, opening = receipt.statement, receipt.opening
    if said["kind"] != "look" or said["how"] != BY_STAFF or not isinstance(opening, Opening):
        return False
    if opening.person is None or opening.person.item != staff.encode():
        return False
    hour = datetime.fromisoformat(str(said["looked_at"]))
    return (since is None or hour + HOUR > since) and (until is None or hour < until)


def _items(receipt: Receipt) -> list[TraceId]:
    opening = receipt.opening
    return [TraceId(one.item) for one in opening.items] if isinstance(opening, Opening) else []
