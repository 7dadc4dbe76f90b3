"""The rows in which contributions, learned states and models lie, each under a key of its own."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256

from unhear.forget.database import TraceKind, TraceRow, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import (
    TRACE_ID_BYTES,
    NewTrace,
    add_trace,
    content_of,
    sealed,
    utterance_of,
    words_of,
)
from unhear.household.learning import Subject
from unhear.household.words import UNKNOWN_PERSON, DeviceId, HouseholdId, TraceId, Utterance
from unhear.learn.contribution import Contribution

LEARNED_KINDS = (TraceKind.STATE, TraceKind.MODEL)

FOR_GOOD = datetime(9999, 12, 31, tzinfo=UTC)
"""What was learned has no date of its own: it goes as what taught it goes."""

SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""And it tells nothing of when that was."""


def learned_id(household: HouseholdId, kind: TraceKind, subject: Subject) -> TraceId:
    """Answer the id of a household's state or model of a subject."""
    hashed = sha256(b"unhear/learned/v1" + household + f"{kind.value}/{subject}".encode())
    return TraceId(hashed.digest()[:TRACE_ID_BYTES])


def learned_row(
    transaction: Transaction, household: HouseholdId, kind: TraceKind, subject: Subject
) -> TraceRow | None:
    """Answer the row of a state or model, or None while nothing is learned."""
    return transaction.trace(household, learned_id(household, kind, subject))


def put_learned(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    learned: tuple[TraceKind, Subject],
    content: bytes,
) -> None:
    """Write a state or model, in place of the one before."""
    row = learned_row(transaction, household, *learned)
    trace = learned_id(household, *learned)
    about = Utterance(
        of=trace, heard_at=SINCE_EVER, device=DeviceId("learning"), person=UNKNOWN_PERSON
    )
    if row is not None:
        transaction.set_capsule(sealed(tree, row, about, content, None))
        return
    new = NewTrace(id=trace, kind=learned[0], utterance=about, content=content, expires_at=FOR_GOOD)
    add_trace(transaction, tree, household, new)


def add_contribution(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    new: tuple[TraceId, Utterance, datetime],
    contribution: Contribution,
) -> None:
    """Keep a contribution; what comes of words lies where words do, and goes with them.

    Raises `Barred`.
    """
    trace, utterance, expires_at = new
    written, of_words = contribution.to_bytes(), contribution.subject.of_words
    kept = NewTrace(
        id=trace,
        kind=TraceKind.CONTRIBUTION,
        utterance=utterance,
        content=b"" if of_words else written,
        expires_at=expires_at,
        words=written if of_words else None,
    )
    add_trace(transaction, tree, household, kept)


def contribution_of(tree: KeyTree, row: TraceRow) -> Contribution:
    """Open a contribution. Raises `CapsuleClosed`."""
    words = words_of(tree, row)
    return Contribution.from_bytes(content_of(tree, row) if words is None else words)


def contributions(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    but: Collection[TraceId] = (),
) -> Iterator[tuple[Utterance, Contribution]]:
    """Yield the contributions that are kept, by day, save those of some ids.

    Raises `CapsuleClosed`.
    """
    for row in transaction.traces(household, (TraceKind.CONTRIBUTION,)):
        if row.id not in but:
            yield utterance_of(tree, row), contribution_of(tree, row)


def contribution_rows(
    transaction: Transaction, household: HouseholdId, ids: Collection[TraceId]
) -> Iterable[TraceRow]:
    """Answer the rows of those of these ids that are contributions."""
    slots = transaction.slots_by_id(household, ids, (TraceKind.CONTRIBUTION,))
    return transaction.traces_by_id(household, [trace for trace, _ in slots])
