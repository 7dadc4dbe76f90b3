"""The homes of a fleet: a pseudonym, the hash of a token, and what is never taken again."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from hashlib import sha256
from hmac import compare_digest

from unhear.clock import random_bytes
from unhear.forget.database import HouseholdRow, TraceKind, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.slots import take_slot
from unhear.forget.traces import (
    TRACE_ID_BYTES,
    NewTrace,
    add_trace,
    content_of,
    new_trace_id,
    put_content,
)
from unhear.household.words import UNKNOWN_PERSON, DeviceId, HouseholdId, TraceId, Utterance
from unhear.learn.rows import FOR_GOOD, SINCE_EVER

TOKEN_BYTES = 32
REFUSED_MAX = 4_096
"""How many erased ids of a home are remembered, the newest: what comes late is not taken."""


@dataclass(frozen=True, slots=True)
class HomeFile:
    """What a fleet knows of a home: the hash of its token, and the ids it took back."""

    hashed: bytes
    refused: tuple[TraceId, ...] = ()

    def to_bytes(self) -> bytes:
        """Answer JSON."""
        refused = [one.hex() for one in self.refused]
        return json.dumps({"token": self.hashed.hex(), "refused": refused}).encode()

    @classmethod
    def from_bytes(cls, written: bytes) -> "HomeFile":
        """Read what `to_bytes` wrote."""
        fields = json.loads(written)
        refused = tuple(TraceId(bytes.fromhex(one)) for one in fields["refused"])
        return cls(bytes.fromhex(fields["token"]), refused)

    def without(self, gone: Collection[TraceId]) -> "HomeFile":
        """Answer the file of a home that took these ids back."""
        kept = [one for one in self.refused if one not in gone]
        return replace(self, refused=(*kept, *sorted(gone))[-REFUSED_MAX:])


def add_home(transaction: Transaction, tree: KeyTree) -> str:
    """Add a home under a fresh pseudonym; answer its token, which is kept nowhere."""
    home, secret = HouseholdId(random_bytes(TRACE_ID_BYTES)), random_bytes(TOKEN_BYTES)
    slot = take_slot(transaction, tree, home)
    transaction.add_household(HouseholdRow(home, slot, recipient="", identity=b""))
    file = HomeFile(sha256(secret).digest())
    add_trace(transaction, tree, home, _profile(file))
    return (home + secret).hex()


def home_of(transaction: Transaction, tree: KeyTree, token: str) -> HouseholdId | None:
    """Answer whose token this is; None for nobody's."""
    try:
        told = bytes.fromhex(token)
    except ValueError:
        return None
    home, secret = HouseholdId(told[:TRACE_ID_BYTES]), told[TRACE_ID_BYTES:]
    row = next(transaction.traces(home, (TraceKind.PROFILE,)), None)
    if row is None:
        return None
    known = HomeFile.from_bytes(content_of(tree, row)).hashed
    return home if compare_digest(sha256(secret).digest(), known) else None


def file_of(transaction: Transaction, tree: KeyTree, home: HouseholdId) -> HomeFile:
    """Answer what is known of a home."""
    row = next(transaction.traces(home, (TraceKind.PROFILE,)))
    return HomeFile.from_bytes(content_of(tree, row))


def set_file(transaction: Transaction, tree: KeyTree, home: HouseholdId, file: HomeFile) -> None:
    """Put another file of a home in place of the old one, of which old copies may stay."""
    row = next(transaction.traces(home, (TraceKind.PROFILE,)))
    put_content(transaction, tree, row, file.to_bytes())


def nobody(of: TraceId) -> Utterance:
    """Answer what a fleet says of whom, where and when something came: nothing.

    So every erasure that was ever asked for bars it.
    """
    return Utterance(of=of, heard_at=SINCE_EVER, device=DeviceId("home"), person=UNKNOWN_PERSON)


def _profile(file: HomeFile) -> NewTrace:
    trace = new_trace_id()
    return NewTrace(trace, TraceKind.PROFILE, nobody(trace), file.to_bytes(), FOR_GOOD)
