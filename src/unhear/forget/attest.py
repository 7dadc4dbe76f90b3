"""The last step of an erasure: look at the database again, and write what was seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import rfc8785

from unhear.clock import day_number
from unhear.forget.database import ErasureRow, ErasureState, TraceKind, Transaction
from unhear.forget.errors import NoSuchTrace, TraceRemains
from unhear.forget.kept_receipts import keep_receipt, receipts
from unhear.forget.keytree import KeyTree
from unhear.forget.records import ErasureRecord, record_of, sealed_record, unlearned_fields
from unhear.forget.roots import RootKeeper
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, TraceId
from unhear.prove.claims import Drill, Erasure, Keeper, Look, Unlearning
from unhear.prove.ledger import Ledger
from unhear.prove.opening import Opening
from unhear.prove.receipt import Receipt
from unhear.prove.statement import (
    commit,
    count_class,
    hidden,
    hour,
    items_root,
    salted,
    statement_of,
)

LOOK_AFTER_DAYS = (1, 7, 30)
"""On which days after an erasure is done the house looks again for late copies.

Until the last it remembers what was erased: as long as the longest backup horizon.
"""

EXCEPTIONS = (
    "an answer already spoken",
    "a copy that a guardian exported",
    "what somebody saw whom a guardian let open it",
)
"""What no erasure reaches."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """Everything the last step needs to know besides the erasure itself."""

    keeper: RootKeeper
    ledger: Ledger
    places: Sequence[str]
    horizon_days: int
    drill: Drill | None
    now: datetime


def erasure_row(transaction: Transaction, household: HouseholdId, erasure: bytes) -> ErasureRow:
    """Answer an erasure's row. Raises `NoSuchTrace`."""
    row = transaction.erasure(household, erasure)
    if row is None:
        raise NoSuchTrace("no such erasure was asked for")
    return row


def attest(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    erasure: bytes,
    attestation: Attestation,
) -> Receipt:
    """Append the erasure's statement, keep its receipt and close the case.

    An erasure that another process closed meanwhile is answered with the receipt it has.
    Raises `TraceRemains` when a row or an old root is still there.
    """
    row = erasure_row(transaction, household, erasure)
    if row.state is ErasureState.DONE:
        return receipt_of(transaction, tree, row)
    record = record_of(transaction, tree, row)
    traces = transaction.sweep(household, row.id)
    _look_at_database(transaction, row, record, traces, attestation)
    opening = Opening(salted(row.household), tuple(salted(trace) for trace in traces))
    statement = statement_of(_claim(row, record, opening, attestation))
    index = attestation.ledger.append(transaction, statement)
    receipt = attestation.ledger.receipt(transaction, index, statement, opening)
    keep_receipt(transaction, tree, row.household, receipt, attestation.now)
    if record.unlearned:
        _attest_unlearning(transaction, tree, row, record, attestation)
    if attestation.horizon_days == 0:
        for root_id in record.old_roots:
            transaction.unqueue_root(root_id)
    look_day = day_number(attestation.now) + LOOK_AFTER_DAYS[0] if traces else 0
    done = replace(record, done_at=attestation.now)
    transaction.set_erasure(
        replace(
            row,
            state=ErasureState.DONE,
            sealed=sealed_record(transaction, tree, row.household, row.id, done),
            look_day=look_day,
        )
    )
    return receipt


def receipt_of(transaction: Transaction, tree: KeyTree, row: ErasureRow) -> Receipt:
    """Answer the receipt of an erasure that is done. Raises `NoSuchTrace` when it has expired."""
    for receipt in receipts(transaction, tree, row.household, (TraceKind.RECEIPT,)):
        if receipt.statement.get("id") == row.id.hex():
            return receipt
    raise NoSuchTrace("this erasure is done, and its receipt is no longer kept here")


def scope_kind(scope: Scope) -> str:
    """Answer what kind of selector a scope is, without what it selects."""
    if scope.household:
        return "household"
    parts = {
        "recording": scope.recordings is not None,
        "person": scope.person is not None,
        "device": scope.device is not None,
        "time range": scope.since is not None or scope.until is not None,
        "purpose": scope.purpose is not None,
        "words only": scope.words_only,
    }
    return " and ".join(name for name, used in parts.items() if used) or "everything"


def _attest_unlearning(
    transaction: Transaction,
    tree: KeyTree,
    row: ErasureRow,
    record: ErasureRecord,
    attestation: Attestation,
) -> None:
    """State beside the erasure what became of what was learned, and keep the receipt."""
    changes = [rfc8785.dumps(unlearned_fields(one)) for one in record.unlearned]
    opening = Opening(salted(row.household), tuple(salted(change) for change in changes))
    claim = Unlearning(
        erasure=row.id.hex(),
        subject=commit("subject", opening.subject),
        items_root=items_root(opening.items),
        count=count_class(len(opening.items)),
        unlearned_at=hour(attestation.now),
    )
    statement = statement_of(claim)
    index = attestation.ledger.append(transaction, statement)
    receipt = attestation.ledger.receipt(transaction, index, statement, opening)
    keep_receipt(transaction, tree, row.household, receipt, attestation.now)


def _look_at_database(
    transaction: Transaction,
    row: ErasureRow,
    record: ErasureRecord,
    traces: Sequence[TraceId],
    attestation: Attestation,
) -> None:
    rows = list(transaction.traces_by_id(row.household, traces))
    left = sum(not record.scope.words_only or trace.words is not None for trace in rows)
    if left:
        raise TraceRemains(f"the index still has {left} of the rows that were erased")
    if set(record.old_roots) & set(attestation.keeper.ids()):
        raise TraceRemains("the root keeper still holds the root that was replaced")


def _claim(
    row: ErasureRow, record: ErasureRecord, opening: Opening, attestation: Attestation
) -> Erasure:
    epoch_from, epoch_to = record.epochs or (0, 0)
    done = attestation.now
    covered = done + timedelta(days=attestation.horizon_days) if record.old_roots else done
    keeper = attestation.keeper
    places = ("key tree", "index", *attestation.places)
    return Erasure(
        id=row.id.hex(),
        reopens=record.reopens.hex() if record.reopens else None,
        subject=commit("subject", opening.subject),
        items_root=items_root(opening.items),
        count=count_class(len(opening.items)),
        scope="expired" if record.expired else scope_kind(record.scope),
        asked_at=hour(record.asked_at),
        done_at=hour(done),
        epoch_from=epoch_from,
        epoch_to=epoch_to,
        keeper=Keeper(keeper.kind, keeper.grade, tuple(keeper.limits)),
        roots_destroyed=tuple(hidden("root", root) for root in record.old_roots),
        looked=tuple(Look(place, 0) for place in places),
        live_gone_at=hour(done),
        horizon_days=attestation.horizon_days,
        backups_unreadable_by=hour(covered + timedelta(hours=1)) if covered > done else hour(done),
        drill=attestation.drill,
        exceptions=EXCEPTIONS,
    )
