"""One transaction: what the rooms ask of the database, in SQL."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from unhear.forget.database import (
    ErasureRow,
    ErasureState,
    HouseholdRow,
    TraceKind,
    TraceRow,
)
from unhear.household.words import HouseholdId, TraceId
from unhear.stores import tables as t
from unhear.stores.keyring_rows import KeyringRows

IDS_PER_QUERY_MAX = 500
"""Bounds the size of one SQL statement."""


class TraceRows:
    """Households and the things kept for them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_household(self, row: HouseholdRow) -> None:
        """Add a household."""
        self._connection.execute(
            insert(t.household).values(
                id=row.id, slot=row.slot, recipient=row.recipient, identity=row.identity
            )
        )

    def set_identity(self, household: HouseholdId, identity: bytes) -> None:
        """Put another wrapping of the household's identity in place of the old one."""
        self._connection.execute(
            update(t.household).where(t.household.c.id == household).values(identity=identity)
        )

    def households(self) -> list[HouseholdRow]:
        """Answer all households."""
        rows = self._connection.execute(select(t.household))
        return [HouseholdRow(HouseholdId(r.id), r.slot, r.recipient, r.identity) for r in rows]

    def household(self, household: HouseholdId) -> HouseholdRow:
        """Answer one household. Raises `KeyError` for an unknown one."""
        for row in self.households():
            if row.id == household:
                return row
        raise KeyError(household.hex())

    def add_trace(self, row: TraceRow) -> None:
        """Add a kept thing."""
        self._connection.execute(
            insert(t.trace).values(
                household=row.household,
                id=row.id,
                slot=row.slot,
                kind=row.kind.value,
                day=row.day,
                expires_day=row.expires_day,
                details=row.details,
                content=row.content,
            )
        )

    def trace(self, household: HouseholdId, trace: TraceId) -> TraceRow | None:
        """Answer one kept thing, or None."""
        found = self._traces(t.trace.c.household == household, t.trace.c.id == trace)
        return next(found, None)

    def traces(
        self,
        household: HouseholdId,
        kinds: Collection[TraceKind],
        *,
        days: tuple[int, int] | None = None,
    ) -> Iterator[TraceRow]:
        """Yield the kept things of these kinds by day; with `days`, from the first to the last."""
        where = [
            t.trace.c.household == household,
            t.trace.c.kind.in_([kind.value for kind in kinds]),
        ]
        if days is not None:
            where.append(t.trace.c.day.between(*days))
        return self._traces(*where)

    def expired(self, household: HouseholdId, day: int) -> Iterator[TraceRow]:
        """Yield the kept things that may not stay on `day`, oldest first."""
        return self._traces(t.trace.c.household == household, t.trace.c.expires_day <= day)

    def drop_traces(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Remove the rows of these ids."""
        for start in range(0, len(traces), IDS_PER_QUERY_MAX):
            some = traces[start : start + IDS_PER_QUERY_MAX]
            self._connection.execute(
                delete(t.trace).where(t.trace.c.household == household, t.trace.c.id.in_(some))
            )

    def _traces(self, *where: ColumnElement[bool]) -> Iterator[TraceRow]:
        rows = self._connection.execute(
            select(t.trace).where(*where).order_by(t.trace.c.day, t.trace.c.slot)
        )
        for r in rows:
            yield TraceRow(
                household=HouseholdId(r.household),
                id=TraceId(r.id),
                slot=r.slot,
                kind=TraceKind(r.kind),
                day=r.day,
                expires_day=r.expires_day,
                details=r.details,
                content=r.content,
            )


class ErasureRows:
    """Erasures under way, and the bars of those that are done."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set_erasure(self, row: ErasureRow) -> None:
        """Put an erasure in place of what was known of it."""
        values = {"state": row.state.value, "sealed": row.sealed}
        self._connection.execute(
            upsert(t.erasure)
            .values(id=row.id, household=row.household, asked_day=row.asked_day, **values)
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def erasure(self, erasure: bytes) -> ErasureRow | None:
        """Answer one erasure, or None."""
        return next(self._erasures(t.erasure.c.id == erasure), None)

    def erasures(
        self, household: HouseholdId, *, asked_since: int | None = None
    ) -> list[ErasureRow]:
        """Answer the erasures of a household, or those asked on a day or later."""
        where = [t.erasure.c.household == household]
        if asked_since is not None:
            where.append(t.erasure.c.asked_day >= asked_since)
        return list(self._erasures(*where))

    def add_sweep(self, erasure: bytes, traces: Sequence[TraceId]) -> None:
        """Remember what is left to sweep."""
        if traces:
            self._connection.execute(
                insert(t.sweep), [{"erasure": erasure, "trace": trace} for trace in traces]
            )

    def sweep(self, erasure: bytes) -> list[TraceId]:
        """Answer what is left to sweep."""
        rows = self._connection.scalars(select(t.sweep.c.trace).where(t.sweep.c.erasure == erasure))
        return [TraceId(trace) for trace in rows]

    def clear_sweep(self, erasure: bytes) -> None:
        """Forget what was swept."""
        self._connection.execute(delete(t.sweep).where(t.sweep.c.erasure == erasure))

    def _erasures(self, *where: ColumnElement[bool]) -> Iterator[ErasureRow]:
        for r in self._connection.execute(select(t.erasure).where(*where)):
            yield ErasureRow(
                id=r.id,
                household=HouseholdId(r.household),
                state=ErasureState(r.state),
                asked_day=r.asked_day,
                sealed=r.sealed,
            )


class LedgerRows:
    """The ledger's leaves and the hashes of its complete subtrees."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ledger_size(self) -> int:
        """Answer how many leaves there are."""
        highest = self._connection.scalar(select(func.max(t.ledger_leaf.c.leaf_index)))
        return 0 if highest is None else highest + 1

    def ledger_node(self, level: int, index: int) -> bytes:
        """Answer the hash of a complete subtree of 2**level leaves."""
        found: bytes = self._connection.execute(
            select(t.ledger_node.c.hash).where(
                t.ledger_node.c.level == level, t.ledger_node.c.node_index == index
            )
        ).scalar_one()
        return found

    def ledger_nodes(self, level: int, first: int, last: int) -> Sequence[bytes]:
        """Answer the hashes of the complete subtrees from `first` to before `last`."""
        node = t.ledger_node.c
        return self._connection.scalars(
            select(node.hash)
            .where(node.level == level, node.node_index >= first, node.node_index < last)
            .order_by(node.node_index)
        ).all()

    def ledger_leaves(self, first: int, last: int) -> Sequence[bytes]:
        """Answer the data of the leaves from `first` to before `last`."""
        leaf = t.ledger_leaf.c
        return self._connection.scalars(
            select(leaf.data)
            .where(leaf.leaf_index >= first, leaf.leaf_index < last)
            .order_by(leaf.leaf_index)
        ).all()

    def append_leaf(self, index: int, data: bytes, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Add leaf `index` with the subtrees (level, index, hash) that it completes."""
        self._connection.execute(insert(t.ledger_leaf).values(leaf_index=index, data=data))
        self._connection.execute(
            insert(t.ledger_node),
            [{"level": level, "node_index": place, "hash": value} for level, place, value in nodes],
        )


class Transaction(KeyringRows, TraceRows, ErasureRows, LedgerRows):
    """Everything the rooms may do inside one transaction."""
