"""The household's profile (people, consents, retention), sealed under a key of its own."""

import json
from datetime import datetime
from typing import Any

from unhear.clock import day_start
from unhear.forget.database import HouseholdRow, TraceKind, Transaction
from unhear.forget.errors import NoSuchTrace
from unhear.forget.keytree import KeyTree
from unhear.forget.slots import take_slot
from unhear.forget.traces import DAY_LAST, NewTrace, add_trace, content_of, new_trace_id
from unhear.household.words import (
    UNKNOWN_PERSON,
    Consent,
    DeviceId,
    Household,
    HouseholdId,
    Person,
    PersonId,
    PersonKind,
    Purpose,
    Retention,
    Utterance,
)


def add_household(
    transaction: Transaction,
    tree: KeyTree,
    household: Household,
    *,
    recipient: str,
    identity: bytes,
    now: datetime,
) -> None:
    """Add a household with its wrapped identity and its profile."""
    slot = take_slot(transaction, tree, household.id)
    transaction.add_household(HouseholdRow(household.id, slot, recipient, identity))
    trace = new_trace_id()
    profile = NewTrace(
        id=trace,
        kind=TraceKind.PROFILE,
        utterance=Utterance(
            of=trace, heard_at=now, device=DeviceId("set-up"), person=UNKNOWN_PERSON
        ),
        content=_profile_bytes(household),
        expires_at=day_start(DAY_LAST),
    )
    add_trace(transaction, tree, household.id, profile)


def profile_of(transaction: Transaction, tree: KeyTree, household: HouseholdId) -> Household:
    """Answer a household's profile. Raises `NoSuchTrace` and `CapsuleClosed`."""
    row = next(transaction.traces(household, (TraceKind.PROFILE,)), None)
    if row is None:
        raise NoSuchTrace("this household has no profile; restore the newest keyring")
    return _profile_from(household, content_of(tree, row))


def _profile_bytes(household: Household) -> bytes:
    return json.dumps(
        {
            "name": household.name,
            "people": [[p.id, p.name, p.kind] for p in household.people],
            "consents": [
                [c.person, c.purpose, c.method, c.given_at.isoformat()] for c in household.consents
            ],
            "retention_days": household.retention.days,
        }
    ).encode()


def _profile_from(household: HouseholdId, content: bytes) -> Household:
    fields: dict[str, Any] = json.loads(content)
    return Household(
        id=household,
        name=fields["name"],
        people=tuple(
            Person(PersonId(id_), name, PersonKind(kind)) for id_, name, kind in fields["people"]
        ),
        consents=tuple(
            Consent(PersonId(person), Purpose(purpose), method, datetime.fromisoformat(given_at))
            for person, purpose, method, given_at in fields["consents"]
        ),
        retention=Retention(fields["retention_days"]),
    )
