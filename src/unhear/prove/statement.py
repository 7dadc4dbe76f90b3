"""What the ledger's leaves say: canonical JSON (RFC 8785) with salted commitments, no names.

A commitment is SHA-256(tag || 32-byte salt || item). Without the salt, which only the opening
holds, nothing links two statements of one household or tells what they are about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

import rfc8785

from unhear.clock import random_bytes
from unhear.household.words import Purpose
from unhear.prove.claims import (
    LOOKS,
    Claim,
    ConsentGiven,
    ConsentLapsed,
    ConsentRefused,
    ConsentRenewed,
    ConsentWithdrawn,
    Drill,
    Erasure,
    Grant,
    Hold,
    HoldEnded,
    Keeper,
    LogKey,
    Look,
    Looked,
    Unlearning,
)
from unhear.prove.errors import ProofMalformed
from unhear.prove.fields import (
    Reader,
    exactly,
    fields,
    hex_of,
    list_of,
    none_or,
    one_of,
    presentable,
    text,
    whole,
)
from unhear.prove.log import LEAF_BYTES_MAX
from unhear.prove.merkle import HASH_BYTES, Node, completed_by, root
from unhear.prove.notes import VerifierKey

SALT_BYTES = 32
ID_BYTES = 16
VERSION = 1

SELECTORS = ("recording", "person", "device", "time range", "purpose", "words only")
"""What an erasure can select by; a scope names them in this order, joined by ` and `."""

WHOLE_SCOPES = frozenset({"everything", "expired", "household"})

HORIZON_DAYS_MAX = 30
"""How long a destroyed root may outlive an erasure at most."""

Tag = Literal["subject", "person", "item", "root", "hold", "reason", "notice"]
"""What a commitment is to; none of them begins with another."""

Statement = Mapping[str, Any]
"""One leaf as JSON has it: exactly the fields of its kind, `v` and `kind`."""


@dataclass(frozen=True, slots=True)
class Committed:
    """An item and the salt that hides it in a statement."""

    item: bytes
    salt: bytes


def commit(tag: Tag, committed: Committed) -> str:
    """Answer the commitment to an item, in hex. Raises `ProofMalformed`."""
    if len(committed.salt) != SALT_BYTES:
        raise ProofMalformed(f"a salt must have {SALT_BYTES} bytes")
    return sha256(f"unhear/{tag}/v1".encode() + committed.salt + committed.item).hexdigest()


def salted(item: bytes) -> Committed:
    """Answer an item with a fresh salt."""
    return Committed(item, random_bytes(SALT_BYTES))


def hidden(tag: Tag, item: bytes) -> str:
    """Answer a commitment whose salt is kept nowhere, so that nobody can ever open it."""
    return commit(tag, salted(item))


def item_leaves(items: Sequence[Committed]) -> list[bytes]:
    """Answer the commitments to `items` in the order in which `items_root` covers them: sorted."""
    return sorted(bytes.fromhex(commit("item", item)) for item in items)


def subtrees(leaves: Sequence[bytes]) -> Node:
    """Answer the complete subtrees over `leaves`, held in memory."""
    nodes: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        return nodes[level, index]

    for index, leaf in enumerate(leaves):
        for level, place, value in completed_by(index, leaf, node):
            nodes[level, place] = value
    return node


def items_root(items: Sequence[Committed]) -> str:
    """Answer the Merkle root (RFC 6962) over the sorted commitments to `items`, in hex."""
    return root(len(items), subtrees(item_leaves(items))).hex()


def count_class(count: int) -> str:
    """Answer a count, coarsely: 0, 1, 2-9, 10-99, 100-999, ..."""
    if count < 2:  # noqa: PLR2004 - nothing and one say no more than they must
        return str(count)
    first = 10 ** (len(str(count)) - 1)
    return f"{max(first, 2)}-{first * 10 - 1}"


def hour(moment: datetime) -> str:
    """Answer an aware moment rounded down to the hour, in RFC 3339."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:00:00Z")


def statement_of(claim: Claim) -> Statement:
    """Answer a claim as the JSON object that becomes a leaf."""
    kind = next(name for name, (made, _) in _KINDS.items() if type(claim) is made)
    values = {name: _listed(value) for name, value in asdict(claim).items()}
    return {"v": VERSION, "kind": kind, **values}


def _listed(value: Any) -> Any:
    """Answer `value` with lists in place of tuples, as JSON has it."""
    if isinstance(value, dict):
        return {name: _listed(item) for name, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def read_statement(statement: object) -> Claim:
    """Answer what a statement claims. Raises `ProofMalformed` with the field that is wrong."""
    kind = statement.get("kind") if isinstance(statement, Mapping) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ProofMalformed("the statement is of no known kind; a newer unhear may know it")
    claim, readers = _KINDS[kind]
    whole_readers = {"v": exactly(VERSION), "kind": exactly(kind), **readers}
    values = fields(statement, "the statement", frozenset(whole_readers))
    checked = {name: read(values[name], name) for name, read in whole_readers.items()}
    return claim(**{name: checked[name] for name in readers})


def statement_bytes(statement: Statement) -> bytes:
    """Answer the leaf for a statement to be made. Raises `ProofMalformed` if it is not known."""
    read_statement(statement)
    return leaf_of(statement)


def leaf_of(statement: object) -> bytes:
    """Answer the canonical bytes of any statement, known here or not. Raises `ProofMalformed`."""
    if not isinstance(statement, Mapping):
        raise ProofMalformed("the statement must be a JSON object")
    exactly(VERSION)(statement.get("v"), "v")
    text(statement.get("kind"), "kind")
    data = rfc8785.dumps(dict(presentable(statement, "the statement")))
    if len(data) > LEAF_BYTES_MAX:
        raise ProofMalformed(f"the statement has more than {LEAF_BYTES_MAX} bytes")
    return data


def _hour(value: object, where: str) -> str:
    try:
        moment = datetime.strptime(str(value), "%Y-%m-%dT%H:00:00Z").replace(tzinfo=UTC)
    except ValueError:
        moment = None
    if moment is None or hour(moment) != value:
        raise ProofMalformed(f"{where} must be a full hour like 2026-03-14T12:00:00Z")
    return hour(moment)


def _count(value: object, where: str) -> str:
    first = str(value).partition("-")[0]
    few = first.isascii() and first.isdigit() and len(first) <= _COUNT_DIGITS_MAX
    if not few or count_class(int(first)) != value:
        raise ProofMalformed(f"{where} must be 0, 1, 2-9, 10-99, 100-999 and so on")
    return str(value)


def _scope(value: object, where: str) -> str:
    parts = text(value, where).split(" and ")
    if value not in WHOLE_SCOPES and parts != [name for name in SELECTORS if name in parts]:
        raise ProofMalformed(f"{where} must name kinds of selector only")
    return str(value)


def _keeper(value: object, where: str) -> Keeper:
    found = fields(value, where, frozenset({"kind", "grade", "limits"}))
    return Keeper(
        text(found["kind"], f"{where}.kind"),
        text(found["grade"], f"{where}.grade"),
        list_of(text)(found["limits"], f"{where}.limits"),
    )


def _drill(value: object, where: str) -> Drill:
    found = fields(value, where, frozenset({"at", "result"}))
    result = one_of(frozenset({"passed", "failed"}))(found["result"], f"{where}.result")
    return Drill(_hour(found["at"], f"{where}.at"), result)


def _horizon(value: object, where: str) -> int:
    days = whole(value, where)
    if days > HORIZON_DAYS_MAX:
        raise ProofMalformed(f"{where} must be at most {HORIZON_DAYS_MAX} days")
    return days


def _look(value: object, where: str) -> Look:
    found = fields(value, where, frozenset({"holder", "remaining"}))
    remaining = exactly(0)(found["remaining"], f"{where}.remaining")
    return Look(text(found["holder"], f"{where}.holder"), remaining)


def _log_key(value: object, where: str) -> str:
    key = text(value, where)
    if str(VerifierKey.parse(key)) != key:
        raise ProofMalformed(f"{where} must be a log key without anything around it")
    return key


_COUNT_DIGITS_MAX = 15
_HASH = hex_of(HASH_BYTES)
_ID = hex_of(ID_BYTES)
_PURPOSE = one_of(frozenset(Purpose))

_GIVEN: Mapping[str, Reader[Any]] = {
    "subject": _HASH,
    "person": _HASH,
    "purpose": _PURPOSE,
    "method": text,
    "notice": _HASH,
    "given_at": _hour,
}

_KINDS: Mapping[str, tuple[type[Claim], Mapping[str, Reader[Any]]]] = {
    "erasure": (
        Erasure,
        {
            "id": _ID,
            "reopens": none_or(_ID),
            "subject": _HASH,
            "items_root": _HASH,
            "count": _count,
            "scope": _scope,
            "asked_at": _hour,
            "done_at": _hour,
            "epoch_from": whole,
            "epoch_to": whole,
            "keeper": _keeper,
            "roots_destroyed": list_of(_HASH),
            "looked": list_of(_look),
            "live_gone_at": _hour,
            "horizon_days": _horizon,
            "backups_unreadable_by": _hour,
            "drill": none_or(_drill),
            "exceptions": list_of(text),
        },
    ),
    "unlearning": (
        Unlearning,
        {
            "erasure": _ID,
            "subject": _HASH,
            "items_root": _HASH,
            "count": _count,
            "unlearned_at": _hour,
        },
    ),
    "consent": (ConsentGiven, _GIVEN),
    "consent-renewed": (ConsentRenewed, _GIVEN),
    "consent-refused": (
        ConsentRefused,
        {"subject": _HASH, "person": _HASH, "purpose": _PURPOSE, "refused_at": _hour},
    ),
    "consent-withdrawn": (
        ConsentWithdrawn,
        {
            "subject": _HASH,
            "person": _HASH,
            "purpose": _PURPOSE,
            "withdrawn_at": _hour,
        },
    ),
    "consent-lapsed": (
        ConsentLapsed,
        {
            "subject": _HASH,
            "person": _HASH,
            "purpose": _PURPOSE,
            "why": text,
            "lapsed_at": _hour,
        },
    ),
    "look": (
        Looked,
        {
            "subject": _HASH,
            "person": _HASH,
            "items_root": _HASH,
            "count": _count,
            "how": one_of(frozenset(LOOKS)),
            "looked_at": _hour,
        },
    ),
    "grant": (
        Grant,
        {
            "subject": _HASH,
            "person": _HASH,
            "items_root": _HASH,
            "count": _count,
            "granted_at": _hour,
            "expires_at": _hour,
        },
    ),
    "hold": (
        Hold,
        {
            "id": _ID,
            "subject": _HASH,
            "scope": _HASH,
            "reason": _HASH,
            "asked_by": _HASH,
            "agreed_by": _HASH,
            "placed_at": _hour,
            "expires_at": _hour,
        },
    ),
    "hold-ended": (
        HoldEnded,
        {"id": _ID, "how": one_of(frozenset({"expired", "lifted"})), "ended_at": _hour},
    ),
    "log-key": (LogKey, {"key": _log_key}),
}
"""What each kind of statement claims, and how each of its fields is read."""
