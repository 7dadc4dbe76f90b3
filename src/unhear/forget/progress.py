"""How far each erasure has come, and what none of them reaches: what a guardian is shown."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from unhear.forget.attest import EXCEPTIONS, scope_kind
from unhear.forget.database import Database, ErasureRow, ErasureState, Transaction
from unhear.forget.holds import scopes_held
from unhear.forget.keytree import KeyTree
from unhear.forget.naming import named
from unhear.forget.records import record_of
from unhear.forget.roots import RootKeeper
from unhear.forget.snapshot import snapshot
from unhear.household.words import HouseholdId

EPOCH = date(1970, 1, 1)
LEGAL_HOLD = "a legal hold"


@dataclass(frozen=True, slots=True)
class Progress:
    """One erasure: what was asked, what is gone, and what it still waits for.

    `destroyed` counts the kept things whose keys are gone and that are still looked for; it is 0
    once the last look is over. `waits_for` is empty when it is done.
    """

    id: bytes
    asked_at: datetime
    scope: str
    expired: bool
    reopens: bool
    state: ErasureState
    destroyed: int
    waits_for: tuple[str, ...]
    looks_again: date | None


def progress_of(
    database: Database,
    keeper: RootKeeper,
    household: HouseholdId,
    today: int,
    *,
    unfinished: bool = False,
) -> list[Progress]:
    """Answer every erasure of a household, or the unfinished ones alone, oldest first.

    `today` counts from 1970-01-01.
    """

    def read(transaction: Transaction, tree: KeyTree) -> list[Progress]:
        replaced = any(due <= today for due in transaction.queued_roots().values())
        rows = transaction.unfinished_erasures if unfinished else transaction.erasures
        return [
            _progress(transaction, tree, row, today=today, replaced=replaced)
            for row in rows(household)
        ]

    return sorted(snapshot(database, keeper, read), key=lambda one: one.asked_at)


def out_of_reach(horizon_days: int, now: datetime) -> list[str]:
    """Answer, in plain words, what no erasure of this house reaches."""
    said = list(EXCEPTIONS)
    if horizon_days:
        until = now + timedelta(days=horizon_days)
        said.append(f"backups made until now: what is erased today opens there until {until:%F}")
    return said


def _progress(
    transaction: Transaction, tree: KeyTree, row: ErasureRow, *, today: int, replaced: bool
) -> Progress:
    record = record_of(transaction, tree, row)
    waits: list[str] = []
    if row.state is not ErasureState.DONE:
        held = scopes_held(transaction, tree, row.household, today)
        traces = named(transaction, tree, row.household, record.scope, held)
        if any(trace.held for trace in traces):
            waits.append(LEGAL_HOLD)
        if row.state is ErasureState.COMMITTED:
            waits.append("a place that could not be reached")
        if replaced:
            waits.append("the root keeper or the mirror")
    return Progress(
        id=row.id,
        asked_at=record.asked_at,
        scope=scope_kind(record.scope),
        expired=record.expired,
        reopens=record.reopens is not None,
        state=row.state,
        destroyed=len(transaction.sweep(row.household, row.id)),
        waits_for=tuple(waits),
        looks_again=EPOCH + timedelta(days=row.look_day) if row.look_day else None,
    )
