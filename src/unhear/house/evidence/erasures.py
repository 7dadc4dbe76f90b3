"""What was forgotten: every erasure with its times, and the ids of what it named."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from unhear.clock import day_number
from unhear.forget.attest import scope_kind
from unhear.forget.database import ErasureRow, ErasureState, HoldState, Transaction
from unhear.forget.holds import PlacedHold, hold_of
from unhear.forget.keytree import KeyTree
from unhear.forget.records import ErasureRecord, record_of
from unhear.house.evidence.facts import Erased
from unhear.house.evidence.log import Entry
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId
from unhear.prove.opening import Opening

LATE_AFTER = timedelta(days=1)
"""An erasure that took longer is late. No law that is known here counts in hours: this is our own
promise, and far inside the month of GDPR Article 12(3)."""


def erased(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    entries: Sequence[Entry],
    now: datetime,
) -> Iterator[Erased]:
    """Yield every erasure; of those whose rows went with the household, what the log says."""
    stated = {
        str(entry.statement["id"]): (entry, (entry.at("asked_at"), entry.at("done_at")))
        for entry in entries
        if entry.kind == "erasure"
    }
    holds = list(_holds(transaction, tree, household))
    rows = transaction.erasures(household)
    for row in rows:
        said = stated.get(row.id.hex())
        record = record_of(transaction, tree, row)
        yield _of_row(row, record, None if said is None else said[1], holds, now)
    for id_ in stated.keys() - {row.id.hex() for row in rows}:
        entry, (asked, done) = stated[id_]
        scope = str(entry.statement["scope"])
        yield Erased(
            bytes.fromhex(id_),
            asked,
            done,
            scope,
            by_age=scope == "expired",
            held=_held_by_log(entries, asked, done),
            stated=(asked, done),
        )


def _holds(transaction: Transaction, tree: KeyTree, household: HouseholdId) -> Iterator[PlacedHold]:
    for row in transaction.holds(household):
        with suppress(ValueError):  # one that nobody could have placed holds nothing back
            yield PlacedHold(row.id, row.state, hold_of(transaction, tree, row))


def forgotten(entries: Sequence[Entry]) -> Mapping[bytes, str]:
    """Answer the ids of everything that was forgotten, with the kind of scope that named it."""
    return {
        item.item: str(entry.statement["scope"])
        for entry in entries
        if entry.kind == "erasure" and isinstance(entry.opening, Opening)
        for item in entry.opening.items
    }


def _of_row(
    row: ErasureRow,
    record: ErasureRecord,
    stated: tuple[datetime, datetime] | None,
    holds: Sequence[PlacedHold],
    now: datetime,
) -> Erased:
    done = record.done_at if row.state is ErasureState.DONE else None
    return Erased(
        id=row.id,
        asked_at=record.asked_at,
        done_at=done,
        scope="expired" if record.expired else scope_kind(record.scope),
        by_age=record.expired,
        held=_held(record.scope, record.asked_at, done or now, holds),
        stated=stated,
    )


def _held(scope: Scope, asked: datetime, done: datetime, holds: Sequence[PlacedHold]) -> bool:
    """Whether a legal hold on some of it was in force when it should have been done."""
    due = asked + LATE_AFTER
    return any(
        one.state is not HoldState.ASKED
        and one.hold.agreed_at is not None
        and one.hold.agreed_at <= due
        and day_number(one.hold.expires_at) >= day_number(due)
        and done <= one.hold.expires_at + LATE_AFTER
        and _may_meet(scope, one.hold.scope)
        for one in holds
    )


def _held_by_log(entries: Sequence[Entry], asked: datetime, done: datetime) -> bool:
    """Whether any legal hold was in force then; on what, the log does not tell."""
    due = asked + LATE_AFTER
    return any(
        entry.kind == "hold"
        and entry.at("placed_at") <= due <= entry.at("expires_at")
        and done <= entry.at("expires_at") + LATE_AFTER
        for entry in entries
    )


def _may_meet(one: Scope, other: Scope) -> bool:
    """Whether something can be named by both scopes."""
    if one.recordings is not None and other.recordings is not None:
        return not one.recordings.isdisjoint(other.recordings)
    pairs = ((one.person, other.person), (one.device, other.device))
    return all(None in pair or pair[0] == pair[1] for pair in pairs)
