"""What an erasure's row seals under the household's key: the request, and what became of it."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unhear.forget.capsule import seal, unseal
from unhear.forget.database import ErasureRow, Transaction
from unhear.forget.keytree import KeyTree
from unhear.household.learning import Subject, Unlearned
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, HouseholdId, PersonId, Purpose, TraceId

REQUEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """A request to forget, and what its commit changed so far.

    `barred_until` is when it was last asked for: nothing of its scope heard before may be kept.
    `reopens` is the erasure of which a late copy was found, `done_at` when it was attested: long
    after it was asked for, where a legal hold was in the way.
    """

    asked_at: datetime
    barred_until: datetime
    scope: Scope
    expired: bool = False
    reopens: bytes | None = None
    epochs: tuple[int, int] | None = None
    old_roots: tuple[bytes, ...] = ()
    done_at: datetime | None = None
    unlearned: tuple[Unlearned, ...] = ()


def sealed_record(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    erasure: bytes,
    record: ErasureRecord,
) -> bytes:
    """Seal an erasure's record under the household's key."""
    key = household_key(transaction, tree, household)
    return seal(key, "erasure", household, erasure, _record_bytes(record))


def record_of(transaction: Transaction, tree: KeyTree, row: ErasureRow) -> ErasureRecord:
    """Open an erasure's record. Raises `CapsuleClosed`."""
    key = household_key(transaction, tree, row.household)
    return _record_from(unseal(key, "erasure", row.household, row.id, row.sealed))


def request_of(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, scope: Scope
) -> bytes:
    """Answer a digest that only this household's key can make: the same for the same scope."""
    key = household_key(transaction, tree, household)
    wanted = json.dumps(scope_fields(scope), sort_keys=True).encode()
    return hmac.digest(key, b"unhear/request/v1" + wanted, "sha256")[:REQUEST_BYTES]


def household_key(transaction: Transaction, tree: KeyTree, household: HouseholdId) -> bytes:
    """Answer the 32-byte key of a household's own slot."""
    return tree.key(transaction.household(household).slot)


def scope_fields(scope: Scope) -> dict[str, Any]:
    """Answer a scope as JSON has it."""
    return {
        "recordings": None if scope.recordings is None else sorted(_hexes(scope.recordings)),
        "person": scope.person,
        "device": scope.device,
        "since": _iso(scope.since),
        "until": _iso(scope.until),
        "purpose": scope.purpose,
        "words_only": scope.words_only,
        "household": scope.household,
    }


def scope_from(fields: dict[str, Any]) -> Scope:
    """Answer the scope in such fields."""
    recordings = fields["recordings"]
    return Scope(
        recordings=None if recordings is None else _ids(recordings),
        person=PersonId(fields["person"]) if fields["person"] is not None else None,
        device=DeviceId(fields["device"]) if fields["device"] is not None else None,
        since=datetime.fromisoformat(fields["since"]) if fields["since"] else None,
        until=datetime.fromisoformat(fields["until"]) if fields["until"] else None,
        purpose=Purpose(fields["purpose"]) if fields["purpose"] else None,
        words_only=fields["words_only"],
        household=fields["household"],
    )


def _record_bytes(record: ErasureRecord) -> bytes:
    return json.dumps(
        {
            "asked_at": record.asked_at.isoformat(),
            "barred_until": record.barred_until.isoformat(),
            "scope": scope_fields(record.scope),
            "expired": record.expired,
            "reopens": record.reopens.hex() if record.reopens else None,
            "epochs": record.epochs,
            "old_roots": [root.hex() for root in record.old_roots],
            "done_at": _iso(record.done_at),
            "unlearned": [unlearned_fields(one) for one in record.unlearned],
        }
    ).encode()


def _record_from(plaintext: bytes) -> ErasureRecord:
    fields: dict[str, Any] = json.loads(plaintext)
    epochs, reopens, done_at = fields["epochs"], fields["reopens"], fields.get("done_at")
    return ErasureRecord(
        asked_at=datetime.fromisoformat(fields["asked_at"]),
        barred_until=datetime.fromisoformat(fields["barred_until"]),
        scope=scope_from(fields["scope"]),
        expired=fields["expired"],
        reopens=bytes.fromhex(reopens) if reopens else None,
        epochs=(epochs[0], epochs[1]) if epochs else None,
        old_roots=tuple(bytes.fromhex(root) for root in fields["old_roots"]),
        done_at=datetime.fromisoformat(done_at) if done_at else None,
        unlearned=tuple(_unlearned_from(one) for one in fields.get("unlearned", ())),
    )


def unlearned_fields(one: Unlearned) -> dict[str, str | list[str]]:
    """Answer a change of what was learned as JSON has it: digests in hex, before and after."""
    return {
        "subject": one.subject.value,
        "state": [one.state_before.hex(), one.state_after.hex()],
        "model": [one.model_before.hex(), one.model_after.hex()],
    }


def _unlearned_from(fields: dict[str, Any]) -> Unlearned:
    state, model = (tuple(map(bytes.fromhex, fields[name])) for name in ("state", "model"))
    return Unlearned(Subject(fields["subject"]), *state, *model)


def _hexes(recordings: frozenset[TraceId]) -> list[str]:
    return [trace.hex() for trace in recordings]


def _ids(hexes: Sequence[str]) -> frozenset[TraceId]:
    return frozenset(TraceId(bytes.fromhex(text)) for text in hexes)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
