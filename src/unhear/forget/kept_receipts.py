"""The receipts the house keeps: sealed like everything else, and found again.

Receipts of erasures outlast the household, because they hold no personal data. Those of consents,
looks and grants say in their openings about whom they are, and go with that person.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from unhear.forget.database import TraceKind, TraceRow, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import (
    DAY_LAST,
    NewTrace,
    add_trace,
    content_of,
    new_trace_id,
    utterance_of,
)
from unhear.household.words import (
    UNKNOWN_PERSON,
    DeviceId,
    HouseholdId,
    PersonId,
    TraceId,
    Utterance,
)
from unhear.prove.claims import Claim
from unhear.prove.ledger import Ledger
from unhear.prove.opening import AnyOpening, ConsentOpening, Opening
from unhear.prove.receipt import Receipt
from unhear.prove.statement import Statement, statement_of

RECEIPT_YEARS = 3
"""How long the house itself keeps a receipt; the guardian's copy stays as long as they like."""

KINDS = (TraceKind.RECEIPT, TraceKind.PERSONAL_RECEIPT)


class Shown(StrEnum):
    """What receipts can be narrowed down to."""

    ERASURE = "erasure"
    CONSENT = "consent"
    LOOK = "look"
    GRANT = "grant"


SHOWN: Mapping[Shown, Sequence[str]] = {
    Shown.ERASURE: ("erasure", "unlearning"),
    Shown.CONSENT: (
        "consent",
        "consent-renewed",
        "consent-refused",
        "consent-withdrawn",
        "consent-lapsed",
    ),
    Shown.LOOK: ("look",),
    Shown.GRANT: ("grant",),
}
"""Which kinds of statement belong to each."""

_TIMES = (
    "done_at",
    "unlearned_at",
    "given_at",
    "refused_at",
    "withdrawn_at",
    "lapsed_at",
    "looked_at",
    "granted_at",
)

Place = tuple[int, int]
"""Where a receipt stands among all: its day, and its entry of the log."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is to be stated about somebody, and what opens it."""

    claim: Claim
    opening: AnyOpening
    about: PersonId


def state(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    claimed: Claimed,
    *,
    ledger: Ledger,
    now: datetime,
) -> Receipt:
    """Append a statement about somebody, and keep its receipt, inside the caller's transaction."""
    statement = statement_of(claimed.claim)
    index = ledger.append(transaction, statement)
    receipt = ledger.receipt(transaction, index, statement, claimed.opening)
    keep_receipt(transaction, tree, household, receipt, now, about=claimed.about)
    return receipt


def keep_receipt(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    receipt: Receipt,
    now: datetime,
    *,
    about: PersonId | None = None,
) -> None:
    """Keep a receipt; with `about`, as one that goes with that person."""
    trace = new_trace_id()
    kept = NewTrace(
        id=trace,
        kind=TraceKind.RECEIPT if about is None else TraceKind.PERSONAL_RECEIPT,
        utterance=Utterance(
            of=trace, heard_at=now, device=DeviceId("ledger"), person=about or UNKNOWN_PERSON
        ),
        content=receipt.to_json(indent=None).encode(),
        expires_at=now.replace(year=now.year + RECEIPT_YEARS, day=min(now.day, 28)),
    )
    add_trace(transaction, tree, household, kept)


def receipts(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    kinds: Collection[TraceKind] = KINDS,
) -> list[Receipt]:
    """Answer the receipts of these kinds that the house keeps, oldest first."""
    found = [_receipt(tree, row) for row in transaction.traces(household, kinds)]
    return sorted(found, key=lambda receipt: receipt.proof.index)


def newest(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    *,
    statements: Collection[str] = (),
    before: Place | None = None,
) -> Iterator[tuple[Place, Receipt]]:
    """Yield the receipts older than `before`, newest first; reads no more days than are taken.

    With `statements`, only those of statements of these kinds.
    """
    kinds = _kinds(statements)
    day = DAY_LAST if before is None else before[0]
    while True:
        latest = transaction.newest_day(household, kinds, day)
        if latest is None:
            return
        rows = transaction.traces(household, kinds, days=(latest, latest))
        of_day = [((latest, one.proof.index), one) for one in (_receipt(tree, row) for row in rows)]
        for place, receipt in sorted(of_day, key=lambda one: one[0], reverse=True):
            wanted = not statements or receipt.statement["kind"] in statements
            if wanted and (before is None or place < before):
                yield place, receipt
        day = latest - 1


def hour_of(receipt: Receipt) -> str:
    """Answer the hour in which what a kept receipt is of was done, in RFC 3339."""
    return hour_in(receipt.statement)


def hour_in(statement: Statement) -> str:
    """Answer the hour in which what a statement of these kinds says was done, in RFC 3339."""
    return str(next(statement[name] for name in _TIMES if name in statement))


def person_in(receipt: Receipt) -> PersonId | None:
    """Answer whom the opening of a receipt is about; None where it is about nobody."""
    opening = receipt.opening
    if isinstance(opening, Opening | ConsentOpening) and opening.person is not None:
        return PersonId(opening.person.item.decode())
    return None


def file_name(receipt: Receipt) -> str:
    """Answer what a receipt's file is called; it tells no more than the statement."""
    statement = receipt.statement
    if statement["kind"] == "erasure":
        return f"unhear-receipt-{statement['id'][:8]}.json"
    return f"unhear-{statement['kind']}-{receipt.proof.index}.json"


def receipts_about(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, person: PersonId
) -> list[TraceId]:
    """Answer the receipts that go with a person."""
    rows = transaction.traces(household, (TraceKind.PERSONAL_RECEIPT,))
    return [row.id for row in rows if utterance_of(tree, row).person == person]


def _kinds(statements: Collection[str]) -> Collection[TraceKind]:
    if not statements:
        return KINDS
    wanted = {one in SHOWN[Shown.ERASURE] for one in statements}
    return [kind for kind in KINDS if (kind is TraceKind.RECEIPT) in wanted]


def _receipt(tree: KeyTree, row: TraceRow) -> Receipt:
    return Receipt.from_json(content_of(tree, row))
