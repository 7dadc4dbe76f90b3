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
from unhear.household.cameras import Mode
from unhear.household.family import Device, Household
from unhear.household.limits import Bedtime, Limit
from unhear.household.passkeys import Passkey
from unhear.household.retention import DeviceKind, Retention, RetentionRule
from unhear.household.words import (
    UNKNOWN_PERSON,
    DeviceId,
    HouseholdId,
    PersonId,
    PersonKind,
    Purpose,
    Utterance,
)
from unhear.keep.decided_cameras import camera_fields, camera_from
from unhear.keep.known_browsers import browser_fields, browser_from
from unhear.keep.people import person_fields, person_from
from unhear.keep.permissions import permission_fields, permissions_from
from unhear.keep.subscriptions import subscription_fields, subscription_from


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
    replaced root destroyed (`ReplacedRoots.destroy_due`).
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
            "people": [person_fields(person) for person in household.people],
            **permission_fields(household),
            "devices": [_device_fields(device) for device in household.devices],
            "asleep": sorted(household.asleep),
            "unrecorded": sorted(household.unrecorded),
            "limits": [_limit_fields(limit) for limit in household.limits],
            "wakes": [[device, at.isoformat()] for device, at in household.wakes],
            "passkeys": [_passkey_fields(passkey) for passkey in household.passkeys],
            "subscriptions": [subscription_fields(one) for one in household.subscriptions],
            "browsers": [browser_fields(one) for one in household.browsers],
            "retention_days": retention.days,
            "retention_rules": [[r.days, r.purpose, r.person, r.device] for r in retention.rules],
            "child_profile_days": retention.child_profile_days,
            "cameras": [camera_fields(camera) for camera in household.cameras],
            "mode": household.mode,
        }
    ).encode()


def _profile_from(household: HouseholdId, content: bytes) -> Household:
    fields: dict[str, Any] = json.loads(content)
    return Household(
        id=household,
        name=fields["name"],
        people=tuple(person_from(person) for person in fields["people"]),
        **permissions_from(fields),
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
        devices=tuple(_device(*device) for device in fields["devices"]),
        passkeys=tuple(_passkey(passkey) for passkey in fields.get("passkeys", [])),
        subscriptions=tuple(subscription_from(one) for one in fields.get("subscriptions", [])),
        browsers=tuple(browser_from(one) for one in fields.get("browsers", [])),
        cameras=tuple(camera_from(camera) for camera in fields.get("cameras", [])),
        mode=Mode(fields.get("mode", Mode.HOME)),
    )


def _device_fields(device: Device) -> list[str | None]:
    key = None if device.key is None else device.key.hex()
    return [device.id, device.kind, device.room, device.person, key]


def _device(id_: str, kind: str, room: str | None, person: str | None, key: str | None) -> Device:
    return Device(
        DeviceId(id_),
        DeviceKind(kind),
        room,
        None if person is None else PersonId(person),
        None if key is None else bytes.fromhex(key),
    )


def _passkey_fields(key: Passkey) -> dict[str, Any]:
    return {
        "id": key.id.hex(),
        "person": key.person,
        "public_key": key.public_key.hex(),
        "sign_count": key.sign_count,
        "name": key.name,
        "added_at": key.added_at.isoformat(),
        "wrapped": None if key.wrapped is None else key.wrapped.hex(),
    }


def _passkey(fields: dict[str, Any]) -> Passkey:
    wrapped = fields["wrapped"]
    return Passkey(
        id=bytes.fromhex(fields["id"]),
        person=PersonId(fields["person"]),
        public_key=bytes.fromhex(fields["public_key"]),
        sign_count=fields["sign_count"],
        name=fields["name"],
        added_at=datetime.fromisoformat(fields["added_at"]),
        wrapped=None if wrapped is None else bytes.fromhex(wrapped),
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
