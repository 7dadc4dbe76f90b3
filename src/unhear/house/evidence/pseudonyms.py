"""What stands in reports in place of people and things: only their own house can tell who it is."""

import hmac
from collections.abc import Iterator
from hashlib import sha256

from unhear.house.evidence.facts import Facts
from unhear.household.words import HouseholdId

DIGITS = 12
"""Hex digits of a pseudonym: enough that two of one house are hardly ever the same."""


def house_pseudonym(household: HouseholdId) -> str:
    """Answer what a house is called; who has its database can tell which it is."""
    return f"house-{sha256(b'unhear/audit/house/v1' + household).hexdigest()[:DIGITS]}"


def pseudonym(secret: bytes, kind: str, id_: bytes) -> str:
    """Answer what an id of a house is called; without the house's `secret` it leads nowhere."""
    if kind in ("entry", "model", "log", "keeper"):
        return _plain(kind, id_)
    digest = hmac.digest(secret, kind.encode() + b"\0" + id_, "sha256")
    return f"{kind}-{digest.hex()[:DIGITS]}"


def ids_of(facts: Facts) -> Iterator[tuple[str, bytes]]:
    """Yield every id of a house that a report can speak of, to find which one is meant."""
    yield from (("person", person.encode()) for person in facts.people)
    yield from (("person", one.person.encode()) for one in facts.agreed)
    yield from (("thing", thing.id) for thing in facts.things)
    yield from (("thing", id_) for id_ in facts.forgotten)
    yield from (("erasure", one.id) for one in facts.erased)
    yield from (("hold", one.id) for one in facts.holds)
    yield from (("looker", look.who.encode()) for look in facts.looks if look.who is not None)


def _plain(kind: str, id_: bytes) -> str:
    """Answer what is no secret: a number of the log, a subject that is learned about."""
    if kind == "entry":
        return f"entry {int.from_bytes(id_)}"
    return f"{kind} {id_.decode()}".strip()
