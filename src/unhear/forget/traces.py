"""Keep small things sealed under slots of the key tree, and find those a scope names."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unhear.clock import day_number, random_bytes
from unhear.forget.capsule import seal, unseal, utterance_bytes, utterance_from
from unhear.forget.database import SPOKEN_KINDS, ErasureRow, TraceKind, TraceRow, Transaction
from unhear.forget.errors import Barred
from unhear.forget.keytree import KeyTree
from unhear.forget.slots import take_slot
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, HouseholdId, PersonId, TraceId, Utterance

TRACE_ID_BYTES = 16
DAY_LAST = 2_932_896
"""The day number of 9999-12-31."""


def new_trace_id() -> TraceId:
    """Answer a fresh random id for something to be kept."""
    return TraceId(random_bytes(TRACE_ID_BYTES))


@dataclass(frozen=True, slots=True)
class NewTrace:
    """Something to keep until `expires_at`: what the index seals about it, and its content."""

    id: TraceId
    kind: TraceKind
    utterance: Utterance
    content: bytes
    expires_at: datetime


def add_trace(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, new: NewTrace
) -> None:
    """Keep something under a slot of its own.

    Raises `Barred` when an erasure asked for since it was heard names it.
    """
    if new.kind in SPOKEN_KINDS:
        _raise_if_barred(transaction, tree, household, new.utterance)
    slot = take_slot(transaction, tree, household)
    key = tree.key(slot)
    transaction.add_trace(
        TraceRow(
            household=household,
            id=new.id,
            slot=slot,
            kind=new.kind,
            day=day_number(new.utterance.heard_at),
            expires_day=day_number(new.expires_at),
            details=seal(key, "details", household, new.id, utterance_bytes(new.utterance)),
            content=seal(key, "content", household, new.id, new.content),
        )
    )


def utterance_of(tree: KeyTree, row: TraceRow) -> Utterance:
    """Open what the index sealed. Raises `CapsuleClosed`."""
    return utterance_from(unseal(tree.key(row.slot), "details", row.household, row.id, row.details))


def content_of(tree: KeyTree, row: TraceRow) -> bytes:
    """Open a kept thing's content. Raises `CapsuleClosed`."""
    return unseal(tree.key(row.slot), "content", row.household, row.id, row.content)


def named(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, scope: Scope
) -> Iterator[TraceRow]:
    """Yield the kept things whose words `scope` names, and what was made from them."""
    for row in _candidates(transaction, household, scope):
        if covers(scope, utterance_of(tree, row)):
            yield row


def _candidates(
    transaction: Transaction, household: HouseholdId, scope: Scope
) -> Iterator[TraceRow]:
    """Narrow down by what lies in clear, so that one recording costs the same in any store."""
    days = _days(scope)
    if scope.recordings is None:
        yield from transaction.traces(household, SPOKEN_KINDS, days=days)
        return
    for trace in scope.recordings:
        row = transaction.trace(household, trace)
        if row is not None and row.kind is TraceKind.RECORDING:
            yield row
    yield from transaction.traces(household, (TraceKind.MEMORY,), days=days)


def _days(scope: Scope) -> tuple[int, int]:
    first = day_number(scope.since) if scope.since else 0
    last = day_number(scope.until) if scope.until else DAY_LAST
    return first, last


def covers(scope: Scope, utterance: Utterance) -> bool:
    """Whether `scope` names what came of this utterance."""
    return scope.covers(
        trace=utterance.of,
        person=utterance.person,
        device=utterance.device,
        heard_at=utterance.heard_at,
    )


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """What an erasure's row seals: the request, and what its commit changed."""

    asked_at: datetime
    scope: Scope
    expired: bool = False
    epochs: tuple[int, int] | None = None
    old_root: bytes | None = None


def sealed_record(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    erasure: bytes,
    record: ErasureRecord,
) -> bytes:
    """Seal an erasure's record under the household's key."""
    key = tree.key(transaction.household(household).slot)
    return seal(key, "erasure", household, erasure, _record_bytes(record))


def record_of(transaction: Transaction, tree: KeyTree, row: ErasureRow) -> ErasureRecord:
    """Open an erasure's record. Raises `CapsuleClosed`."""
    key = tree.key(transaction.household(row.household).slot)
    return _record_from(unseal(key, "erasure", row.household, row.id, row.sealed))


def _raise_if_barred(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, utterance: Utterance
) -> None:
    since = day_number(utterance.heard_at)
    for row in transaction.erasures(household, asked_since=since):
        record = record_of(transaction, tree, row)
        if utterance.heard_at < record.asked_at and covers(record.scope, utterance):
            raise Barred("this was named by an erasure asked for since; nothing of it was kept")


def _record_bytes(record: ErasureRecord) -> bytes:
    scope = record.scope
    return json.dumps(
        {
            "asked_at": record.asked_at.isoformat(),
            "recordings": _hexes(scope.recordings),
            "person": scope.person,
            "device": scope.device,
            "since": _iso(scope.since),
            "until": _iso(scope.until),
            "expired": record.expired,
            "epochs": record.epochs,
            "old_root": record.old_root.hex() if record.old_root else None,
        }
    ).encode()


def _record_from(plaintext: bytes) -> ErasureRecord:
    fields: dict[str, Any] = json.loads(plaintext)
    recordings, epochs, old_root = fields["recordings"], fields["epochs"], fields["old_root"]
    return ErasureRecord(
        asked_at=datetime.fromisoformat(fields["asked_at"]),
        scope=Scope(
            recordings=_ids(recordings) if recordings is not None else None,
            person=PersonId(fields["person"]) if fields["person"] is not None else None,
            device=DeviceId(fields["device"]) if fields["device"] is not None else None,
            since=datetime.fromisoformat(fields["since"]) if fields["since"] else None,
            until=datetime.fromisoformat(fields["until"]) if fields["until"] else None,
        ),
        expired=fields["expired"],
        epochs=(epochs[0], epochs[1]) if epochs else None,
        old_root=bytes.fromhex(old_root) if old_root else None,
    )


def _hexes(recordings: frozenset[TraceId] | None) -> list[str] | None:
    return None if recordings is None else sorted(trace.hex() for trace in recordings)


def _ids(hexes: Sequence[str]) -> frozenset[TraceId]:
    return frozenset(TraceId(bytes.fromhex(text)) for text in hexes)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
