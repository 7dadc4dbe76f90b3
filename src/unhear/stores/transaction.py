"""One transaction: what the rooms ask of the database, in SQL."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import (
    Connection,
    ColumnElement,
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
from unhear.forget.errors import RootGone
from unhear.forget.keytree import FAN_OUT, SealedPage
from unhear.forget.roots import CurrentRoot
from unhear.household.words import HouseholdId, TraceId
from unhear.stores import tables as t

IDS_PER_QUERY_MAX = 500
"""Bounds the size of one SQL statement."""


class KeyringRows:
    """The key tree's pages and roots, and whose each leaf page is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_page(self, level: int, index: int) -> SealedPage | None:
        """Answer a page, or None before its first write."""
        row = self._connection.execute(
            select(t.key_page.c.epoch, t.key_page.c.sealed).where(
                t.key_page.c.level == level, t.key_page.c.page_index == index
            )
        ).one_or_none()
        return None if row is None else SealedPage(row.epoch, row.sealed)

    def write_page(self, level: int, index: int, page: SealedPage) -> None:
        """Put a page in place of what was there."""
        values = {"epoch": page.epoch, "sealed": page.sealed}
        self._connection.execute(
            upsert(t.key_page)
            .values(level=level, page_index=index, **values)
            .on_conflict_do_update(index_elements=["level", "page_index"], set_=values)
        )

    def current_root(self) -> CurrentRoot:
        """Answer the root the pages open under. Raises `RootGone` before set-up."""
        row = self._connection.execute(select(t.key_root)).one_or_none()
        if row is None:
            raise RootGone("this house has not been set up yet; run `unhear setup` first")
        return CurrentRoot(row.tree_id, row.epoch, row.root_id)

    def set_root(self, root: CurrentRoot) -> None:
        """Point at another root."""
        values = {"tree_id": root.tree_id, "epoch": root.epoch, "root_id": root.root_id}
        self._connection.execute(
            upsert(t.key_root)
            .values(one=1, **values)
            .on_conflict_do_update(index_elements=["one"], set_=values)
        )

    def queue_root(self, root_id: bytes) -> None:
        """Remember that this root must be destroyed."""
        self._connection.execute(insert(t.root_queue).values(root_id=root_id))

    def queued_roots(self) -> Collection[bytes]:
        """Answer the roots still to be destroyed."""
        return self._connection.scalars(select(t.root_queue.c.root_id)).all()

    def unqueue_root(self, root_id: bytes) -> None:
        """Forget about a root that is destroyed."""
        self._connection.execute(delete(t.root_queue).where(t.root_queue.c.root_id == root_id))

    def page_with_room(self, household: HouseholdId) -> tuple[int, bytes] | None:
        """Answer a leaf page of the household with a free slot: its index and bitmap."""
        row = self._connection.execute(
            select(t.leaf_page.c.page_index, t.leaf_page.c.used)
            .where(t.leaf_page.c.household == household, t.leaf_page.c.free > 0)
            .limit(1)
        ).one_or_none()
        return None if row is None else (row.page_index, row.used)

    def next_leaf_page(self) -> int:
        """Answer the lowest page index never given to a household."""
        highest = self._connection.scalar(select(func.max(t.leaf_page.c.page_index)))
        return 0 if highest is None else highest + 1

    def leaf_page(self, page_index: int) -> tuple[HouseholdId, bytes]:
        """Answer whose a leaf page is, and its bitmap of slots in use."""
        row = self._connection.execute(
            select(t.leaf_page.c.household, t.leaf_page.c.used).where(
                t.leaf_page.c.page_index == page_index
            )
        ).one()
        return HouseholdId(row.household), row.used

    def set_leaf_page(self, page_index: int, household: HouseholdId, used: bytes) -> None:
        """Say whose a leaf page is and which of its slots are in use."""
        free = FAN_OUT - int.from_bytes(used, "little").bit_count()
        values = {"household": household, "used": used, "free": free}
        self._connection.execute(
            upsert(t.leaf_page)
            .values(page_index=page_index, **values)
            .on_conflict_do_update(index_elements=["page_index"], set_=values)
        )


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

    def size(self) -> int:
        """Answer how many leaves there are."""
        highest = self._connection.scalar(select(func.max(t.ledger_leaf.c.leaf_index)))
        return 0 if highest is None else highest + 1


class Transaction(KeyringRows, TraceRows, ErasureRows, LedgerRows):
    """Everything the rooms may do inside one transaction."""
