"""The rows of households and of the things kept for them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)

from unhear.forget.database import HouseholdRow, TraceKind, TraceRow
from unhear.household.words import HouseholdId, TraceId
from unhear.stores import tables as t
from unhear.stores.rows import Rows

IDS_PER_QUERY_MAX = 500
"""Bounds the size of one SQL statement."""

ROWS_AT_ONCE = 500

TRACE, HOUSEHOLD = t.trace.c, t.household.c
OURS: BindParameter[bytes] = bindparam("ours")
_COLUMNS = (
    TRACE.household,
    TRACE.id,
    TRACE.slot,
    TRACE.kind,
    TRACE.day,
    TRACE.expires_day,
    TRACE.details,
    TRACE.content,
    TRACE.words,
)
KINDS = {kind.value: kind for kind in TraceKind}
SELECT_TRACES = select(*_COLUMNS).order_by(TRACE.day, TRACE.slot)
SELECT_BY_IDS = select(*_COLUMNS).where(
    TRACE.household == OURS, TRACE.id.in_(bindparam("ids", expanding=True))
)
SELECT_SLOTS = select(TRACE.id, TRACE.slot, TRACE.kind).where(
    TRACE.household == OURS, TRACE.id.in_(bindparam("ids", expanding=True))
)
SELECT_BY_KIND = SELECT_TRACES.where(
    TRACE.household == OURS, TRACE.kind.in_(bindparam("kinds", expanding=True))
)
SELECT_BY_DAY = SELECT_BY_KIND.where(TRACE.day.between(bindparam("first"), bindparam("last")))
SELECT_IDS_OF_DAYS = select(TRACE.id).where(
    TRACE.household == OURS,
    TRACE.kind.in_(bindparam("kinds", expanding=True)),
    TRACE.day.between(bindparam("first"), bindparam("last")),
)
SELECT_EXTENT = select(func.count(), func.min(TRACE.day)).where(
    TRACE.household == OURS, TRACE.kind == bindparam("kind")
)
# The index tells who is late by itself; an index by expiry alone would make every erasure dearer.
_LATE = select(TRACE.slot).where(TRACE.household == OURS, TRACE.expires_day <= bindparam("day"))
SELECT_EXPIRED = SELECT_TRACES.where(TRACE.slot.in_(_LATE))
DELETE_BY_IDS = delete(t.trace).where(
    TRACE.household == OURS, TRACE.id.in_(bindparam("ids", expanding=True))
)
UPDATE_TRACE = (
    update(t.trace)
    .where(TRACE.household == OURS, TRACE.id == bindparam("trace"))
    .values(details=bindparam("details"), content=bindparam("content"), words=bindparam("words"))
)
SELECT_HOUSEHOLD = select(t.household).where(HOUSEHOLD.id == OURS)
UPDATE_HOUSEHOLD = (
    update(t.household)
    .where(HOUSEHOLD.id == OURS)
    .values(recipient=bindparam("recipient"), identity=bindparam("identity"))
)


class TraceRows(Rows):
    """Households and the things kept for them."""

    def add_household(self, row: HouseholdRow) -> None:
        """Add a household."""
        self._connection.execute(
            insert(t.household).values(
                id=row.id, slot=row.slot, recipient=row.recipient, identity=row.identity
            )
        )

    def set_household(self, row: HouseholdRow) -> None:
        """Put another recipient and wrapped identity in place of a household's old ones."""
        values = {"ours": row.id, "recipient": row.recipient, "identity": row.identity}
        self._connection.execute(UPDATE_HOUSEHOLD, values)
        self._households.pop(row.id, None)

    def households(self) -> list[HouseholdRow]:
        """Answer all households."""
        return [_household(row) for row in self._connection.execute(select(t.household))]

    def household(self, household: HouseholdId) -> HouseholdRow:
        """Answer one household, read once. Raises `KeyError` for an unknown one."""
        if household not in self._households:
            row = self._connection.execute(SELECT_HOUSEHOLD, {"ours": household}).one_or_none()
            if row is None:
                raise KeyError(household.hex())
            self._households[household] = _household(row)
        return self._households[household]

    def add_trace(self, row: TraceRow) -> None:
        """Add a kept thing."""
        values = {
            "household": row.household,
            "id": row.id,
            "slot": row.slot,
            "kind": row.kind.value,
            "day": row.day,
            "expires_day": row.expires_day,
            "details": row.details,
            "content": row.content,
            "words": row.words,
        }
        self._connection.execute(insert(t.trace), values)
        self._places[row.household, row.id] = row.slot, row.kind.value

    def set_capsule(self, row: TraceRow) -> None:
        """Put another capsule in place of a kept thing's old one."""
        values = {
            "ours": row.household,
            "trace": row.id,
            "details": row.details,
            "content": row.content,
            "words": row.words,
        }
        self._connection.execute(UPDATE_TRACE, values)

    def trace(self, household: HouseholdId, trace: TraceId) -> TraceRow | None:
        """Answer one kept thing, or None."""
        return next(self.traces_by_id(household, [trace]), None)

    def traces_by_id(self, household: HouseholdId, ids: Collection[TraceId]) -> Iterator[TraceRow]:
        """Yield the kept things of these ids; what is not kept is left out."""
        for some in _parts(ids):
            yield from self._traces(SELECT_BY_IDS, {"ours": household, "ids": some})

    def slots_by_id(
        self, household: HouseholdId, ids: Collection[TraceId], kinds: Collection[TraceKind]
    ) -> Iterator[tuple[TraceId, int]]:
        """Yield id and slot of those of these ids that are kept and of these kinds."""
        wanted = {kind.value for kind in kinds}  # not in SQL, which would look them up by kind
        for trace, slot, kind in self._placed(household, ids):
            if kind in wanted:
                yield trace, slot

    def kinds_by_id(
        self, household: HouseholdId, ids: Collection[TraceId]
    ) -> Iterator[tuple[TraceId, TraceKind]]:
        """Yield id and kind of those of these ids that are kept."""
        for trace, _, kind in self._placed(household, ids):
            yield trace, KINDS[kind]

    def traces(
        self,
        household: HouseholdId,
        kinds: Collection[TraceKind],
        *,
        days: tuple[int, int] | None = None,
    ) -> Iterator[TraceRow]:
        """Yield the kept things of these kinds by day; with `days`, from the first to the last."""
        values = {"ours": household, "kinds": [kind.value for kind in kinds]}
        if days is None:
            return self._traces(SELECT_BY_KIND, values)
        return self._traces(SELECT_BY_DAY, {**values, "first": days[0], "last": days[1]})

    def trace_ids(
        self, household: HouseholdId, kinds: Collection[TraceKind], days: tuple[int, int]
    ) -> list[TraceId]:
        """Answer the ids of the kept things of these kinds, from the first day to the last."""
        values = {"ours": household, "kinds": [kind.value for kind in kinds]}
        of_days = {**values, "first": days[0], "last": days[1]}
        return list(self._connection.execute(SELECT_IDS_OF_DAYS, of_days).scalars())

    def newest_day(
        self, household: HouseholdId, kinds: Collection[TraceKind], last: int
    ) -> int | None:
        """Answer the last day up to `last` that has a kept thing of one of these kinds, or None."""
        values = {"ours": household, "last": last, **_numbered(kinds)}
        day: int | None = self._connection.scalar(_newest_day(len(kinds)), values)
        return day

    def extent(self, household: HouseholdId, kind: TraceKind) -> tuple[int, int | None]:
        """Answer how many kept things of a kind there are, and the day of the oldest."""
        row = self._connection.execute(SELECT_EXTENT, {"ours": household, "kind": kind.value}).one()
        return row[0], row[1]

    def expired(self, household: HouseholdId, day: int) -> Iterator[TraceRow]:
        """Yield the kept things that may not stay on `day`, oldest first."""
        return self._traces(SELECT_EXPIRED, {"ours": household, "day": day})

    def drop_traces(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Remove the rows of these ids."""
        for some in _parts(traces):
            self._connection.execute(DELETE_BY_IDS, {"ours": household, "ids": some})
            self._places |= {(household, trace): None for trace in some}

    def _placed(
        self, household: HouseholdId, ids: Collection[TraceId]
    ) -> Iterator[tuple[TraceId, int, str]]:
        """Yield id, slot and kind of what is kept of these ids, each read once."""
        unread = [trace for trace in ids if (household, trace) not in self._places]
        for some in _parts(unread):
            rows = self._connection.execute(SELECT_SLOTS, {"ours": household, "ids": some})
            there = {trace: (slot, kind) for trace, slot, kind in rows}
            self._places |= {(household, trace): there.get(trace) for trace in some}
        for trace in sorted(ids):
            if (place := self._places[household, trace]) is not None:
                yield trace, *place

    def _traces(self, query: Select[Any], values: Mapping[str, Any]) -> Iterator[TraceRow]:
        for rows in self._connection.execute(query, values).partitions(ROWS_AT_ONCE):
            for household, trace, slot, kind, day, expires_day, details, content, words in rows:
                yield TraceRow(
                    household, trace, slot, KINDS[kind], day, expires_day, details, content, words
                )


def _parts(ids: Collection[TraceId]) -> Iterator[list[TraceId]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), IDS_PER_QUERY_MAX):
        yield wanted[start : start + IDS_PER_QUERY_MAX]


@cache
def _newest_day(kinds: int) -> Select[Any]:
    """Answer the statement that looks once in the index for each of so many kinds."""
    of_kinds = (
        select(func.max(TRACE.day).label("day")).where(
            TRACE.household == OURS, TRACE.kind == bindparam(name), TRACE.day <= bindparam("last")
        )
        for name in _numbered(range(kinds))
    )
    return select(func.max(union_all(*of_kinds).subquery().c.day))


def _numbered(kinds: Iterable[object]) -> dict[str, str]:
    return {f"kind{number}": str(kind) for number, kind in enumerate(kinds)}


def _household(row: Any) -> HouseholdRow:
    return HouseholdRow(HouseholdId(row.id), row.slot, row.recipient, row.identity)
