"""What all rows of a transaction share."""

from sqlalchemy import Connection

from unhear.forget.database import HouseholdRow
from unhear.forget.roots import CurrentRoot
from unhear.household.words import HouseholdId, TraceId


class Rows:
    """One transaction's connection, and what was read on it once and nobody changes meanwhile.

    A transaction sees one state, or has the lock: only what it writes itself is new.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._root: CurrentRoot | None = None
        self._households: dict[HouseholdId, HouseholdRow] = {}
        self._places: dict[tuple[HouseholdId, TraceId], tuple[int, str] | None] = {}
        """The slot and kind of kept things; None for what is not kept."""
        self._ledger_size: int | None = None
        self._ledger_nodes: dict[tuple[int, int], bytes] = {}
        self._ledger_edge_known = False
