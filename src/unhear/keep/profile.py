"""The household's profile (people, consents, retention), sealed under a key of its own."""

import json
from datetime import datetime
from typing import Any

from unhear.clock import day_start
from unhear.forget.database import HouseholdRow, TraceKind, TraceRow, Transaction
from unhear.forget.errors import NoSuchTrace
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, erase_keys
from unhear.forget.slots import take_slot
from unhear.forget.traces import (
    DAY_LAST,
    NewTrace,
    add_trace,
    content_of,
    new_trace_id,
    sealed,
    utterance_of,
)
from unhear.household.family import Device, Household
from unhear.household.limits import Bedtime, Limit
from unhear.household.retention import DeviceKind, Retention, RetentionRule
from unhear.household.words import (
    UNKNOWN_PERSON,
    Consent,
    DeviceId,
    HouseholdId,
    Person,
    PersonId,
    PersonKind,
    Purpose,
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
    return _profile_from(household, content_of(tree, _row(transaction, household)))


def set_profile(transaction: Transaction, tree: KeyTree, household: Household) -> None:
    """Put another profile in place of the old one, of which old copies may stay readable."""
    row = _row(transaction, household.id)
    utterance = utterance_of(tree, row)
    transaction.set_capsule(sealed(tree, row, utterance, _profile_bytes(household), None))


def replace_profile(
    transaction: Transaction,
    keeper: RootKeeper,
    tree: KeyTree,
    household: Household,
    *,
    due_day: int,
) -> None:
    """Put another profile in place of the old one, which no copy opens afterwards.

    For whenever somebody or something is taken out of it. The caller commits, and then has the
    replaced root destroyed (`Forgetter.destroy_due_roots`).
    """
    row = _row(transaction, household.id)
    utterance = utterance_of(tree, row)
    erase_keys(transaction, keeper, tree, [row.slot], due_day=due_day)
    transaction.set_capsule(sealed(tree, row, utterance, _profile_bytes(household), None))


def _row(transaction: Transaction, household: HouseholdId) -> TraceRow:
    row = next(transaction.traces(household, (TraceKind.PROFILE,)), None)
    if row is None:
        raise NoSuchTrace("this household has no profile; restore the newest keyring")
    return row


def _profile_bytes(household: Household) -> bytes:
    retention = household.retention
    return json.dumps(
        {
            "name": household.name,
            "people": [[p.id, p.name, p.kind, p.seen_day, p.warned_day] for p in household.people],
            "consents": [
                [c.person, c.purpose, c.method, c.given_at.isoformat()] for c in household.consents
            ],
            "devices": [[device.id, device.kind] for device in household.devices],
            "asleep": sorted(household.asleep),
            "unrecorded": sorted(household.unrecorded),
            "limits": [_limit_fields(limit) for limit in household.limits],
            "wakes": [[device, at.isoformat()] for device, at in household.wakes],
            "retention_days": retention.days,
            "retention_rules": [[r.days, r.purpose, r.person, r.device] for r in retention.rules],
            "child_profile_days": retention.child_profile_days,
        }
    ).encode()


def _profile_from(household: HouseholdId, content: bytes) -> Household:
    fields: dict[str, Any] = json.loads(content)
    return Household(
        id=household,
        name=fields["name"],
        people=tuple(
            Person(PersonId(id_), name, PersonKind(kind), seen_day, warned_day)
            for id_, name, kind, seen_day, warned_day in fields["people"]
        ),
        consents=tuple(
            Consent(PersonId(person), Purpose(purpose), method, datetime.fromisoformat(given_at))
            for person, purpose, method, given_at in fields["consents"]
        ),
        retention=Retention(
            days=fields["retention_days"],
            rules=tuple(_rule(*rule) for rule in fields["retention_rules"]),
            child_profile_days=fields["child_profile_days"],
        ),
        asleep=frozenset(DeviceId(device) for device in fields["asleep"]),
        unrecorded=frozenset(DeviceId(device) for device in fields.get("unrecorded", [])),
        limits=tuple(_limit(*limit) for limit in fields.get("limits", [])),
        wakes=tuple(
            (DeviceId(device), datetime.fromisoformat(at)) for device, at in fields.get("wakes", [])
        ),
        devices=tuple(Device(DeviceId(id_), DeviceKind(kind)) for id_, kind in fields["devices"]),
    )


def _limit_fields(limit: Limit) -> list[Any]:
    bedtime = None if limit.bedtime is None else [limit.bedtime.since, limit.bedtime.until]
    kind = isinstance(limit.who, PersonKind)
    skills = None if limit.skills is None else sorted(limit.skills)
    return [limit.who, kind, skills, bedtime, limit.for_children]


def _limit(
    who: str,
    kind: bool,  # noqa: FBT001 - a field, as it stands in the profile
    skills: list[str] | None,
    bedtime: list[int] | None,
    for_children: bool = False,  # noqa: FBT001, FBT002 - profiles before it had none
) -> Limit:
    return Limit(
        PersonKind(who) if kind else PersonId(who),
        None if skills is None else frozenset(skills),
        None if bedtime is None else Bedtime(*bedtime),
        for_children,
    )


def _rule(days: int, purpose: str | None, person: str | None, device: str | None) -> RetentionRule:
    return RetentionRule(
        days,
        None if purpose is None else Purpose(purpose),
        None if person is None else PersonKind(person),
        None if device is None else DeviceKind(device),
    )
