"""One transaction: what the rooms ask of the database, in SQL."""

from collections.abc import Sequence

from sqlalchemy import Connection

from unhear.forget.database import ErasureRow, HouseholdRow, TraceKind, TraceRow
from unhear.household.words import HouseholdId, TraceId
from unhear.stores.copy_rows import CopyRows
from unhear.stores.erasure_rows import ErasureRows
from unhear.stores.keyring_rows import KeyringRows
from unhear.stores.ledger_rows import LedgerRows
from unhear.stores.news_rows import NewsRows
from unhear.stores.sign_in_rows import SignInRows
from unhear.stores.trace_rows import TraceRows

IN_MIND = frozenset({TraceKind.PROFILE, TraceKind.MEMORY})
"""What processes that serve a household have in mind: they look again when it changes."""


class Transaction(KeyringRows, TraceRows, ErasureRows, LedgerRows, CopyRows, NewsRows, SignInRows):
    """Everything the rooms may do inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._changed: set[HouseholdId] = set()

    def set_household(self, row: HouseholdRow) -> None:
        """Put another recipient and wrapped identity in place of a household's old ones."""
        super().set_household(row)
        self._changed.add(row.id)

    def add_trace(self, row: TraceRow) -> None:
        """Add a kept thing."""
        super().add_trace(row)
        self._note(row)

    def set_capsule(self, row: TraceRow) -> None:
        """Put another capsule in place of a kept thing's old one."""
        super().set_capsule(row)
        self._note(row)

    def drop_traces(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Remove the rows of these ids."""
        super().drop_traces(household, traces)
        self._changed.add(household)

    def set_erasure(self, row: ErasureRow) -> None:
        """Put an erasure in place of what was known of it."""
        super().set_erasure(row)
        self._changed.add(row.household)

    def drop_erasures(self, household: HouseholdId, *, but: bytes) -> None:
        """Remove every erasure of a household but one, which takes over what they had to sweep."""
        super().drop_erasures(household, but=but)
        self._changed.add(household)

    def finish(self) -> bool:
        """Write down, before the commit, whose news this is; answer whether it is anybody's."""
        self.tell(self._changed)
        return bool(self._changed)

    def _note(self, row: TraceRow) -> None:
        if row.kind in IN_MIND:
            self._changed.add(row.household)
