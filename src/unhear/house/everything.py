"""Everything that the house itself can say of a household, for a copy that a guardian takes.

Recordings are not in it: they are sealed to the household, and are opened where the key is. What
may not be written down, such as what a child asked to have remembered, is not in it either.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from unhear import __version__
from unhear.clock import day_number
from unhear.forget.database import TraceKind, Transaction
from unhear.forget.kept_receipts import receipts as kept_receipts
from unhear.forget.keytree import KeyTree
from unhear.forget.progress import progress_of
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import content_of, utterance_of
from unhear.house.data_map_pages import rows as data_map_rows
from unhear.house.house import House
from unhear.household.words import PersonId
from unhear.keep.notices import notices as kept_notices
from unhear.keep.people import person_fields
from unhear.keep.permissions import permission_fields
from unhear.learn.rows import contributions
from unhear.prove.receipt import Receipt

Parts = Mapping[str, Any]
"""What JSON can say, by the name of the file that it becomes."""


def everything(house: House, guardian: PersonId | None = None) -> Parts:
    """Answer all of it; notices and passkeys are this guardian's own, or everybody's for None."""
    parts = {name: say(house) for name, say in _SAID.items()}
    parts["notices"] = _notices(house, guardian)
    parts["passkeys"] = [
        {"name": key.name, "added_at": key.added_at, "person": key.person}
        for key in house.household.passkeys
        if guardian in {None, key.person}
    ]
    if house.settings.staff is not None or house.access.requests():
        parts["staff"] = _staff(house)
    return {name: _plain(part) for name, part in parts.items()}


def all_receipts(house: House) -> list[Receipt]:
    """Answer every receipt that is kept, as it is proved best today."""

    def read(transaction: Transaction, tree: KeyTree) -> list[Receipt]:
        kept = kept_receipts(transaction, tree, house.household.id)
        return [house.ledger.renewed(transaction, one) for one in kept]

    return snapshot(house.database, house.keeper, read)


def _household(house: House) -> Parts:
    retention = house.household.retention
    return {
        "name": house.household.name,
        "recipient": str(house.identity.recipient),
        "log_key": str(house.ledger.key),
        "time_zone": house.settings.time_zone,
        "language": house.settings.language,
        "version": __version__,
        "days": retention.days,
        "child_profile_days": retention.child_profile_days,
        "rules": [asdict(rule) for rule in retention.rules],
    }


def _people(house: House) -> list[Parts]:
    limits = {limit.who: asdict(limit) for limit in house.household.limits}
    return [
        {**person_fields(person), "limit": limits.get(person.id)}
        for person in house.household.people
    ]


def _devices(house: House) -> Parts:
    household = house.household
    return {
        "devices": [
            {"name": one.id, "kind": one.kind, "room": one.room, "person": one.person}
            for one in household.devices
        ],
        "settings": [
            {"name": one.name, "room": one.room, "person": one.person}
            for one in house.settings.satellites
        ],
        "asleep": household.asleep,
        "unrecorded": household.unrecorded,
        "wakes": household.wakes,
    }


def _remembered(house: House) -> list[Parts]:
    def read(transaction: Transaction, tree: KeyTree) -> list[Parts]:
        found: list[Parts] = []
        for row in transaction.traces(house.household.id, (TraceKind.MEMORY,)):
            utterance, content = utterance_of(tree, row), json.loads(content_of(tree, row))
            found.append(
                {
                    **content,
                    "heard_at": utterance.heard_at,
                    "device": utterance.device,
                    "person": utterance.person,
                    "reasons": utterance.reasons,
                }
            )
        return found

    found = snapshot(house.database, house.keeper, read)
    return sorted(found, key=lambda one: str(one["made_at"]))


def _learned(house: House) -> list[Parts]:
    """Answer what each recording taught, in the numbers that were added for it."""

    def read(transaction: Transaction, tree: KeyTree) -> list[Parts]:
        return [
            {
                "subject": one.subject,
                "recording": utterance.of,
                "heard_at": utterance.heard_at,
                "device": utterance.device,
                "person": utterance.person,
                "numbers": b64encode(one.numbers).decode(),
            }
            for utterance, one in contributions(transaction, tree, house.household.id)
        ]

    return snapshot(house.database, house.keeper, read)


def _grants(house: House) -> list[Parts]:
    """Answer what is shown to whom; not the headers, which the links alone open."""
    return [
        {
            "recording": one.recording,
            "whom": one.whom,
            "why": one.why,
            "by": one.by,
            "made_at": one.made_at,
            "until": one.expires_at,
            "opened": one.opened,
        }
        for one in house.grants.all()
    ]


def _staff(house: House) -> Parts:
    """Answer what staff asked for and looked at; there are none where a family runs its house."""
    return {
        "requests": [asdict(one) for one in house.access.requests()],
        "looks": [asdict(one) for one in house.access.looks()],
    }


def _notices(house: House, guardian: PersonId | None) -> list[Parts]:
    found = snapshot(
        house.database,
        house.keeper,
        lambda transaction, tree: kept_notices(transaction, tree, house.household.id),
    )
    return [asdict(one) for one in found if guardian in {None, one.guardian}]


def _holds(house: House) -> list[Parts]:
    return [
        {
            "state": one.state,
            "reason": one.hold.reason,
            "asked_by": one.hold.asked_by,
            "agreed_by": one.hold.agreed_by,
            "until": one.hold.expires_at,
        }
        for one in house.holds.all()
        if not one.hold.by_order
    ]


def _erasures(house: House) -> list[Parts]:
    today = day_number(house.clock())
    found = progress_of(house.database, house.keeper, house.household.id, today)
    return [asdict(one) for one in found]


_SAID: Mapping[str, Callable[[House], Any]] = {
    "household": _household,
    "people": _people,
    "consents": lambda house: permission_fields(house.household),
    "devices": _devices,
    "remembered": _remembered,
    "learned": _learned,
    "grants": _grants,
    "erasures": _erasures,
    "holds": _holds,
    "requests": lambda house: [asdict(one) for one in house.data_requests.all()],
    "data-map": lambda house: data_map_rows(house.skills.all()),
}


def _plain(value: Any) -> Any:
    """Answer a value as JSON has it."""
    return json.loads(json.dumps(value, default=_said))


def _said(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"nobody says how {type(value).__name__} is written")
