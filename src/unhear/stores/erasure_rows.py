"""The rows of erasures and what they have left to sweep, of legal holds, and of the clock."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, delete, select, text

from unhear.forget.database import ErasureRow, ErasureState, HoldRow, HoldState
from unhear.household.clock_guard import ClockMark
from unhear.household.words import HouseholdId, TraceId
from unhear.stores import tables as t
from unhear.stores.rows import Rows
from unhear.stores.upserts import insert_new, upsert

ERASURE, SWEEP = t.erasure.c, t.sweep.c
OURS: BindParameter[bytes] = bindparam("ours")
SELECT_ERASURES = select(t.erasure).where(ERASURE.household == OURS)
SELECT_ERASURE = SELECT_ERASURES.where(ERASURE.id == bindparam("erasure"))
SELECT_SINCE = SELECT_ERASURES.where(ERASURE.asked_day >= bindparam("day"))
SELECT_UNFINISHED = SELECT_ERASURES.where(ERASURE.state != ErasureState.DONE.value)
SELECT_TO_LOOK = SELECT_ERASURES.where(ERASURE.look_day.between(1, bindparam("day")))
SELECT_REQUEST = SELECT_ERASURES.where(ERASURE.request == bindparam("request"))
UPSERT_ERASURE = upsert(t.erasure)
INSERT_SWEEP = insert_new(t.sweep)
_OF_ERASURE = (SWEEP.household == OURS, SWEEP.erasure == bindparam("of"))
SELECT_SWEEP = select(SWEEP.trace).where(*_OF_ERASURE)
DELETE_SWEEP = delete(t.sweep).where(*_OF_ERASURE)
TAKE_OVER_SWEEP = text(
    "INSERT INTO sweep (household, erasure, trace) SELECT household, :but, trace FROM sweep "
    "WHERE household = :household AND erasure <> :but ON CONFLICT DO NOTHING"
)
UPSERT_HOLD = upsert(t.hold)
SELECT_HOLDS = select(t.hold).where(t.hold.c.household == OURS)
UPSERT_MARK = upsert(t.clock_mark)


class ErasureRows(Rows):
    """Erasures under way, the bars of those that are done, and what holds some of them back."""

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

    def erasure(self, household: HouseholdId, erasure: bytes) -> ErasureRow | None:
        """Answer one erasure of a household, or None."""
        values = {"ours": household, "erasure": erasure}
        return next(self._erasures(SELECT_ERASURE, values), None)

    def erasure_of_request(self, household: HouseholdId, request: bytes) -> ErasureRow | None:
        """Answer the erasure that was made for a request, or None."""
        values = {"ours": household, "request": request}
        return next(self._erasures(SELECT_REQUEST, values), None)

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
        self._connection.execute(TAKE_OVER_SWEEP, {"household": household, "but": but})
        self._connection.execute(
            delete(t.sweep).where(SWEEP.household == household, SWEEP.erasure != but)
        )
        self._connection.execute(
            delete(t.erasure).where(ERASURE.household == household, ERASURE.id != but)
        )

    def add_sweep(self, household: HouseholdId, erasure: bytes, traces: Sequence[TraceId]) -> None:
        """Remember what is left to sweep."""
        if traces:
            self._connection.execute(
                INSERT_SWEEP,
                [{"household": household, "erasure": erasure, "trace": trace} for trace in traces],
            )

    def sweep(self, household: HouseholdId, erasure: bytes) -> list[TraceId]:
        """Answer what is left to sweep, and to look for later."""
        rows = self._connection.scalars(SELECT_SWEEP, {"ours": household, "of": erasure})
        return [TraceId(trace) for trace in rows]

    def clear_sweep(self, household: HouseholdId, erasure: bytes) -> None:
        """Forget what was swept."""
        self._connection.execute(DELETE_SWEEP, {"ours": household, "of": erasure})

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
