"""What the ledger's leaves say: canonical JSON (RFC 8785) with salted commitments, no names.

A commitment is SHA-256(tag || 32-byte salt || item). Without the salt, which only the opening
holds, nothing links two statements of one household or tells what they are about.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import rfc8785

from unhear.prove.errors import ProofMalformed
from unhear.prove.merkle import completed_by, root

SALT_BYTES = 32
VERSION = 1

ERASURE_FIELDS: Mapping[str, type] = {
    "v": int,
    "kind": str,
    "id": str,
    "subject": str,
    "items_root": str,
    "count": str,
    "scope": str,
    "asked_at": str,
    "done_at": str,
    "epoch_from": int,
    "epoch_to": int,
    "keeper": dict,
    "roots_destroyed": list,
    "looked": list,
    "live_gone_at": str,
    "backups_unreadable_by": str,
    "exceptions": list,
}
"""The fields of an erasure's statement and their JSON types; see docs/receipts.md."""

CONSENT_FIELDS: Mapping[str, type] = {
    "v": int,
    "kind": str,
    "subject": str,
    "person": str,
    "purpose": str,
    "method": str,
    "given_at": str,
}
LOG_KEY_FIELDS: Mapping[str, type] = {"v": int, "kind": str, "key": str}

FIELDS: Mapping[str, Mapping[str, type]] = {
    "erasure": ERASURE_FIELDS,
    "consent": CONSENT_FIELDS,
    "log-key": LOG_KEY_FIELDS,
}

Statement = Mapping[str, Any]
"""The fields of one leaf; every value is a string, a whole number, or lists and maps of them."""


@dataclass(frozen=True, slots=True)
class Committed:
    """An item and the salt that hides it in a statement."""

    item: bytes
    salt: bytes


def commit(tag: str, committed: Committed) -> str:
    """Answer the commitment to an item, in hex."""
    if len(committed.salt) != SALT_BYTES:
        raise ProofMalformed(f"a salt must have {SALT_BYTES} bytes")
    return sha256(f"unhear/{tag}/v1".encode() + committed.salt + committed.item).hexdigest()


def items_root(items: Sequence[Committed]) -> str:
    """Answer the Merkle root (RFC 6962) over the sorted commitments to `items`, in hex."""
    nodes: dict[tuple[int, int], bytes] = {}
    leaves = sorted(bytes.fromhex(commit("item", item)) for item in items)
    for index, leaf in enumerate(leaves):
        for level, place, value in completed_by(index, leaf, lambda *at: nodes[at]):
            nodes[level, place] = value
    return root(len(leaves), lambda *at: nodes[at]).hex()


def count_class(count: int) -> str:
    """Answer a count, coarsely: 0, 1, 2-9, 10-99, 100-999, ..."""
    if count < 2:  # noqa: PLR2004 - nothing and one say no more than they must
        return str(count)
    first = 10 ** (len(str(count)) - 1)
    return f"{max(first, 2)}-{first * 10 - 1}"


def hour(moment: datetime) -> str:
    """Answer an aware moment rounded down to the hour, in RFC 3339."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:00:00Z")


def statement_bytes(statement: Statement) -> bytes:
    """Answer the canonical bytes of a statement: the ledger's leaf. Raises `ProofMalformed`."""
    _check(statement)
    try:
        return rfc8785.dumps(dict(statement))
    except rfc8785.CanonicalizationError:
        raise ProofMalformed("the statement cannot be written as canonical JSON") from None


def parse_statement(data: bytes) -> Statement:
    """Answer the statement in a leaf. Raises `ProofMalformed`."""
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        raise ProofMalformed("the statement is not JSON") from None
    if statement_bytes(fields) != data:
        raise ProofMalformed("the statement is not canonical JSON")
    result: Statement = fields
    return result


def _check(statement: object) -> None:
    if not isinstance(statement, Mapping):
        raise ProofMalformed("a statement must be a JSON object")
    kind = statement.get("kind")
    fields = FIELDS.get(kind) if isinstance(kind, str) else None
    if fields is None:
        raise ProofMalformed("the statement is of no known kind")
    if set(statement) != set(fields):
        raise ProofMalformed(f"a statement of kind {kind} must have exactly its own fields")
    for name, kind_of_value in fields.items():
        if type(statement[name]) is not kind_of_value:
            raise ProofMalformed(f"the statement's field {name} is of the wrong type")
    if statement["v"] != VERSION:
        raise ProofMalformed("the statement is of an unknown version; use a newer unhear")
