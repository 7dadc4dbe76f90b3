"""The rows of erasures and what they have left to sweep, of legal holds, and of the clock."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from unhear.forget.database import ErasureRow, ErasureState, HoldRow, HoldState
from unhear.household.clock_guard import ClockMark
from unhear.household.words import HouseholdId, TraceId
from unhear.stores import tables as t

ERASURE = t.erasure.c
OURS: BindParameter[bytes] = bindparam("ours")
SELECT_ERASURE = select(t.erasure).where(ERASURE.id == bindparam("erasure"))
SELECT_ERASURES = select(t.erasure).where(ERASURE.household == OURS)
SELECT_SINCE = SELECT_ERASURES.where(ERASURE.asked_day >= bindparam("day"))
SELECT_UNFINISHED = SELECT_ERASURES.where(ERASURE.state != ErasureState.DONE.value)
SELECT_TO_LOOK = SELECT_ERASURES.where(ERASURE.look_day.between(1, bindparam("day")))
SELECT_REQUEST = select(t.erasure).where(ERASURE.request == bindparam("request"))
CHANGES = ("state", "asked_day", "sealed", "look_day", "request")
_NEW = upsert(t.erasure)
UPSERT_ERASURE = _NEW.on_conflict_do_update(
    index_elements=["id"], set_={name: _NEW.excluded[name] for name in CHANGES}
)
SELECT_SWEEP = select(t.sweep.c.trace).where(t.sweep.c.erasure == bindparam("erasure"))
DELETE_SWEEP = delete(t.sweep).where(t.sweep.c.erasure == bindparam("erasure_id"))
_NEW_HOLD = upsert(t.hold)
UPSERT_HOLD = _NEW_HOLD.on_conflict_do_update(
    index_elements=["id"], set_={name: _NEW_HOLD.excluded[name] for name in ("state", "sealed")}
)
SELECT_HOLDS = select(t.hold).where(t.hold.c.household == OURS)
_NEW_MARK = upsert(t.clock_mark)
UPSERT_MARK = _NEW_MARK.on_conflict_do_update(
    index_elements=["one"],
    set_={name: _NEW_MARK.excluded[name] for name in ("believed", "doubted_first", "doubted_last")},
)


class ErasureRows:
    """Erasures under way, the bars of those that are done, and what holds some of them back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set_erasure(self, row: ErasureRow) -> None:
        """Put an erasure in place of what was known of it."""
        values = {
            "id": row.id,
            "household": row.household,
            "state": row.state.value,
            "asked_day": row.asked_day,
            "sealed": row.sealed,
            "look_day": row.look_day,
            "request": row.request,
        }
        self._connection.execute(UPSERT_ERASURE, values)

    def erasure(self, erasure: bytes) -> ErasureRow | None:
        """Answer one erasure, or None."""
        return next(self._erasures(SELECT_ERASURE, {"erasure": erasure}), None)

    def erasure_of_request(self, request: bytes) -> ErasureRow | None:
        """Answer the erasure that was made for a request, or None."""
        return next(self._erasures(SELECT_REQUEST, {"request": request}), None)

    def erasures(
        self, household: HouseholdId, *, asked_since: int | None = None
    ) -> list[ErasureRow]:
        """Answer the erasures of a household, or those asked on a day or later."""
        if asked_since is None:
            return list(self._erasures(SELECT_ERASURES, {"ours": household}))
        return list(self._erasures(SELECT_SINCE, {"ours": household, "day": asked_since}))

    def unfinished_erasures(self, household: HouseholdId) -> list[ErasureRow]:
        """Answer the erasures of a household that are not done."""
        return list(self._erasures(SELECT_UNFINISHED, {"ours": household}))

    def erasures_to_look_at(self, household: HouseholdId, day: int) -> list[ErasureRow]:
        """Answer the erasures whose next look for late copies is due on `day`."""
        return list(self._erasures(SELECT_TO_LOOK, {"ours": household, "day": day}))

    def drop_erasures(self, household: HouseholdId, *, but: bytes) -> None:
        """Remove every erasure of a household but one, which takes over what they had to sweep."""
        others = select(ERASURE.id).where(ERASURE.household == household, ERASURE.id != but)
        self._connection.execute(
            update(t.sweep).where(t.sweep.c.erasure.in_(others)).values(erasure=but)
        )
        self._connection.execute(
            delete(t.erasure).where(ERASURE.household == household, ERASURE.id != but)
        )

    def add_sweep(self, erasure: bytes, traces: Sequence[TraceId]) -> None:
        """Remember what is left to sweep."""
        if traces:
            self._connection.execute(
                insert(t.sweep).prefix_with("OR IGNORE"),
                [{"erasure": erasure, "trace": trace} for trace in traces],
            )

    def sweep(self, erasure: bytes) -> list[TraceId]:
        """Answer what is left to sweep, and to look for later."""
        rows = self._connection.scalars(SELECT_SWEEP, {"erasure": erasure})
        return [TraceId(trace) for trace in rows]

    def clear_sweep(self, erasure: bytes) -> None:
        """Forget what was swept."""
        self._connection.execute(DELETE_SWEEP, {"erasure_id": erasure})

    def set_hold(self, row: HoldRow) -> None:
        """Put a legal hold in place of what was known of it."""
        values = {
            "id": row.id,
            "household": row.household,
            "state": row.state.value,
            "expires_day": row.expires_day,
            "sealed": row.sealed,
        }
        self._connection.execute(UPSERT_HOLD, values)

    def holds(self, household: HouseholdId) -> list[HoldRow]:
        """Answer the legal holds of a household, ended ones too."""
        return [
            HoldRow(
                row.id,
                HouseholdId(row.household),
                HoldState(row.state),
                row.expires_day,
                row.sealed,
            )
            for row in self._connection.execute(SELECT_HOLDS, {"ours": household})
        ]

    def drop_holds(self, household: HouseholdId) -> None:
        """Remove every legal hold of a household."""
        self._connection.execute(delete(t.hold).where(t.hold.c.household == household))

    def clock_mark(self) -> ClockMark | None:
        """Answer what this house believes of the time, or None before it ever looked."""
        row = self._connection.execute(select(t.clock_mark)).one_or_none()
        if row is None:
            return None
        doubted = None
        if row.doubted_first is not None and row.doubted_last is not None:
            doubted = (_moment(row.doubted_first), _moment(row.doubted_last))
        return ClockMark(_moment(row.believed), doubted)

    def set_clock_mark(self, mark: ClockMark) -> None:
        """Remember what this house believes of the time."""
        first, last = mark.doubted or (None, None)
        values = {
            "one": 1,
            "believed": int(mark.believed.timestamp()),
            "doubted_first": None if first is None else int(first.timestamp()),
            "doubted_last": None if last is None else int(last.timestamp()),
        }
        self._connection.execute(UPSERT_MARK, values)

    def _erasures(self, query: Select[Any], values: Mapping[str, Any]) -> Iterator[ErasureRow]:
        for row in self._connection.execute(query, values):
            yield ErasureRow(
                id=row.id,
                household=HouseholdId(row.household),
                state=ErasureState(row.state),
                asked_day=row.asked_day,
                sealed=row.sealed,
                look_day=row.look_day,
                request=row.request,
            )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
