"""Keep small things sealed under slots of the key tree, and open them again."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from unhear.clock import day_number, random_bytes
from unhear.forget.capsule import seal, unseal, utterance_bytes, utterance_from
from unhear.forget.database import NAMED_KINDS, PURPOSES, TraceKind, TraceRow, Transaction
from unhear.forget.errors import Barred, NoSuchTrace
from unhear.forget.keytree import KeyTree
from unhear.forget.records import ErasureRecord, record_of
from unhear.forget.slots import take_slot
from unhear.household.learning import Subject
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, TraceId, Utterance

TRACE_ID_BYTES = 16
DAY_LAST = 2_932_896
"""The day number of 9999-12-31."""


def new_trace_id() -> TraceId:
    """Answer a fresh random id for something to be kept."""
    return TraceId(random_bytes(TRACE_ID_BYTES))


def contribution_id(subject: Subject, recording: TraceId) -> TraceId:
    """Answer the id of what a recording contributes to a subject, to be found without a search."""
    hashed = sha256(b"unhear/contribution/v1" + subject.encode() + b"\0" + recording)
    return TraceId(hashed.digest()[:TRACE_ID_BYTES])


@dataclass(frozen=True, slots=True)
class NewTrace:
    """Something to keep until `expires_at`: what the index seals about it, and its content.

    `words` is what of it was said, where there is such a part: it can be forgotten alone.
    """

    id: TraceId
    kind: TraceKind
    utterance: Utterance
    content: bytes
    expires_at: datetime
    words: bytes | None = None


def add_trace(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, new: NewTrace
) -> None:
    """Keep something under a slot of its own.

    Raises `Barred` when an erasure asked for since it was heard names it; where one names its
    words only, it is kept without them.
    """
    if new.kind in NAMED_KINDS:
        new = _not_barred(transaction, tree, household, new)
    slot = take_slot(transaction, tree, household)
    row = TraceRow(
        household=household,
        id=new.id,
        slot=slot,
        kind=new.kind,
        day=day_number(new.utterance.heard_at),
        expires_day=day_number(new.expires_at),
        details=b"",
        content=b"",
    )
    transaction.add_trace(sealed(tree, row, new.utterance, new.content, new.words))


def sealed(
    tree: KeyTree, row: TraceRow, utterance: Utterance, content: bytes, words: bytes | None
) -> TraceRow:
    """Answer `row` with its capsule sealed under the key that its slot holds now."""
    key, ours, trace = tree.key(row.slot), row.household, row.id
    return replace(
        row,
        details=seal(key, "details", ours, trace, utterance_bytes(utterance)),
        content=seal(key, "content", ours, trace, content),
        words=None if words is None else seal(key, "words", ours, trace, words),
    )


def row_of(
    transaction: Transaction,
    household: HouseholdId,
    trace: TraceId,
    kinds: Collection[TraceKind],
    missing: str,
) -> TraceRow:
    """Answer a kept thing of one of these kinds. Raises `NoSuchTrace`, which says `missing`."""
    row = transaction.trace(household, trace)
    if row is None or row.kind not in kinds:
        raise NoSuchTrace(missing)
    return row


def put_content(transaction: Transaction, tree: KeyTree, row: TraceRow, content: bytes) -> None:
    """Put other content in place of a kept thing's old one, and of its words, if it had any."""
    transaction.set_capsule(sealed(tree, row, utterance_of(tree, row), content, None))


def details_of(tree: KeyTree, row: TraceRow) -> bytes:
    """Open what the index sealed, as it was written down. Raises `CapsuleClosed`."""
    return unseal(tree.key(row.slot), "details", row.household, row.id, row.details)


def utterance_of(tree: KeyTree, row: TraceRow) -> Utterance:
    """Open what the index sealed. Raises `CapsuleClosed`."""
    return utterance_from(details_of(tree, row))


def content_of(tree: KeyTree, row: TraceRow) -> bytes:
    """Open a kept thing's content. Raises `CapsuleClosed`."""
    return unseal(tree.key(row.slot), "content", row.household, row.id, row.content)


def words_of(tree: KeyTree, row: TraceRow) -> bytes | None:
    """Open a kept thing's words; None where it has none. Raises `CapsuleClosed`."""
    if row.words is None:
        return None
    return unseal(tree.key(row.slot), "words", row.household, row.id, row.words)


def covers(scope: Scope, kind: TraceKind, utterance: Utterance) -> bool:
    """Whether `scope` names what of this kind came of this utterance."""
    if scope.purpose is not None:
        of_kind = PURPOSES.get(kind, frozenset())
        own = of_kind.intersection(utterance.purposes)
        if scope.purpose not in (own if kind is TraceKind.CONTRIBUTION else of_kind):
            return False
    return scope.covers(
        trace=utterance.of,
        person=utterance.person,
        device=utterance.device,
        heard_at=utterance.heard_at,
    )


def bars_against(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    kind: TraceKind,
    utterance: Utterance,
) -> Iterator[ErasureRecord]:
    """Yield the erasures, asked for since it was heard, that name what of this kind came of it."""
    heard_at = utterance.heard_at
    for row in transaction.erasures(household, asked_since=day_number(heard_at)):
        record = record_of(transaction, tree, row)
        if heard_at < record.barred_until and covers(record.scope, kind, utterance):
            yield record


def _not_barred(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, new: NewTrace
) -> NewTrace:
    for bar in bars_against(transaction, tree, household, new.kind, new.utterance):
        if not bar.scope.words_only:
            raise Barred("this was named by an erasure asked for since; nothing of it was kept")
        new = without_words(new)
    return new


def without_words(new: NewTrace) -> NewTrace:
    """Answer the same without what was said and understood."""
    return replace(new, words=None, utterance=replace(new.utterance, intent=None))
