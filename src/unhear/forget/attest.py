"""The last step of an erasure: look at the database again, and write what was seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from unhear.clock import random_bytes
from unhear.forget.database import (
    ErasureRow,
    ErasureState,
    TraceKind,
    Transaction,
)
from unhear.forget.errors import NoSuchTrace, TraceRemains
from unhear.forget.holder import Holder
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.traces import (
    ErasureRecord,
    NewTrace,
    add_trace,
    content_of,
    new_trace_id,
    record_of,
)
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId, HouseholdId, TraceId, Utterance
from unhear.prove.ledger import Ledger
from unhear.prove.receipt import Opening, Receipt
from unhear.prove.statement import (
    SALT_BYTES,
    VERSION,
    Committed,
    Statement,
    commit,
    count_class,
    hour,
    items_root,
)

RECEIPT_YEARS = 3
"""How long the house itself keeps a receipt; the guardian's copy stays as long as they like."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """Everything the last step needs to know."""

    household: HouseholdId
    erasure: bytes
    keeper: RootKeeper
    ledger: Ledger
    holders: Sequence[Holder]
    now: datetime


def erasure_row(transaction: Transaction, erasure: bytes) -> ErasureRow:
    """Answer an erasure's row. Raises `NoSuchTrace`."""
    row = transaction.erasure(erasure)
    if row is None:
        raise NoSuchTrace("no such erasure was asked for")
    return row


def attest(transaction: Transaction, attestation: Attestation) -> Receipt:
    """Append the erasure's statement, keep its receipt and close the case.

    An erasure that another process closed meanwhile is answered with the receipt it has.
    Raises `TraceRemains` when a row or an old root is still there.
    """
    row = erasure_row(transaction, attestation.erasure)
    tree = open_tree(transaction, attestation.keeper)
    record = record_of(transaction, tree, row)
    if row.state is ErasureState.DONE:
        return receipt_of(transaction, attestation)
    traces = transaction.sweep(row.id)
    _look_at_database(transaction, attestation, record, traces)
    opening = Opening(
        subject=_hidden(attestation.household), items=tuple(_hidden(trace) for trace in traces)
    )
    statement = _statement(attestation, record, opening)
    index = attestation.ledger.append(transaction, statement)
    receipt = attestation.ledger.receipt(transaction, index, statement, opening)
    add_trace(transaction, tree, attestation.household, _kept_receipt(attestation, receipt))
    transaction.clear_sweep(row.id)
    if record.old_root is not None:
        transaction.unqueue_root(record.old_root)
    transaction.set_erasure(replace(row, state=ErasureState.DONE))
    return receipt


def receipts(transaction: Transaction, keeper: RootKeeper, household: HouseholdId) -> list[Receipt]:
    """Answer the receipts the house keeps, oldest first."""
    tree = open_tree(transaction, keeper)
    rows = transaction.traces(household, (TraceKind.RECEIPT,))
    found = [Receipt.from_json(content_of(tree, row)) for row in rows]
    return sorted(found, key=lambda receipt: receipt.proof.index)


def receipt_of(transaction: Transaction, attestation: Attestation) -> Receipt:
    """Answer the receipt of an erasure that is done. Raises `NoSuchTrace` when it has expired."""
    kept = receipts(transaction, attestation.keeper, attestation.household)
    wanted = statement_id(attestation.erasure)
    for receipt in kept:
        if receipt.statement.get("id") == wanted:
            return receipt
    raise NoSuchTrace("this erasure is done, and its receipt is no longer kept here")


def statement_id(erasure: bytes) -> str:
    """Answer how a statement names its erasure."""
    return erasure.hex()


def scope_kind(scope: Scope) -> str:
    """Answer what kind of selector a scope is, without what it selects."""
    parts = {
        "recording": scope.recordings is not None,
        "person": scope.person is not None,
        "device": scope.device is not None,
        "time range": scope.since is not None or scope.until is not None,
    }
    return " and ".join(name for name, used in parts.items() if used) or "everything"


def _look_at_database(
    transaction: Transaction,
    attestation: Attestation,
    record: ErasureRecord,
    traces: Sequence[TraceId],
) -> None:
    left = sum(transaction.trace(attestation.household, trace) is not None for trace in traces)
    if left:
        raise TraceRemains(f"the index still has {left} of the rows that were erased")
    if record.old_root is not None and record.old_root in attestation.keeper.ids():
        raise TraceRemains("the root keeper still holds the root that was replaced")


def _statement(attestation: Attestation, record: ErasureRecord, opening: Opening) -> Statement:
    epoch_from, epoch_to = record.epochs or (0, 0)
    old_roots = [] if record.old_root is None else [commit("root", _hidden(record.old_root))]
    places = ["key tree", "index", *(holder.place.value for holder in attestation.holders)]
    done = hour(attestation.now)
    return {
        "v": VERSION,
        "kind": "erasure",
        "id": statement_id(attestation.erasure),
        "reopens": None,
        "subject": commit("subject", opening.subject),
        "items_root": items_root(opening.items),
        "count": count_class(len(opening.items)),
        "scope": "expired" if record.expired else scope_kind(record.scope),
        "asked_at": hour(record.asked_at),
        "done_at": done,
        "epoch_from": epoch_from,
        "epoch_to": epoch_to,
        "keeper": {
            "kind": attestation.keeper.kind,
            "grade": attestation.keeper.grade,
            "limits": [],
        },
        "roots_destroyed": old_roots,
        "looked": [{"holder": place, "remaining": 0} for place in places],
        "live_gone_at": done,
        "horizon_days": 0,
        "backups_unreadable_by": done,
        "drill": None,
        "exceptions": [
            "an answer already spoken",
            "a copy that a guardian exported",
        ],
    }


def _kept_receipt(attestation: Attestation, receipt: Receipt) -> NewTrace:
    trace = new_trace_id()
    return NewTrace(
        id=trace,
        kind=TraceKind.RECEIPT,
        utterance=Utterance(
            of=trace,
            heard_at=attestation.now,
            device=DeviceId("ledger"),
            person=UNKNOWN_PERSON,
        ),
        content=receipt.to_json().encode(),
        expires_at=attestation.now.replace(
            year=attestation.now.year + RECEIPT_YEARS, day=min(attestation.now.day, 28)
        ),
    )


def _hidden(item: bytes) -> Committed:
    return Committed(item, random_bytes(SALT_BYTES))
