"""What a profile says of consents and of what stands against them, as JSON has it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from unhear.household.consent import Choice, Consent, Lapse, Objection, Waiting
from unhear.household.family import Household
from unhear.household.notice import Category, Facts, Filmed, Gets, Recipient, Stay
from unhear.household.retention import DeviceKind
from unhear.household.words import PersonId, PersonKind, Purpose


def permission_fields(household: Household) -> dict[str, Any]:
    """Answer the part of a profile that `permissions_from` reads."""
    return {
        "consents": [_consent_fields(consent) for consent in household.consents],
        "objections": [[o.person, o.purpose, o.by, _iso(o.at)] for o in household.objections],
        "all_guardians": household.all_guardians,
        "waiting": [_waiting_fields(waiting) for waiting in household.waiting],
        "notices": [asdict(facts) for facts in household.notices],
    }


def permissions_from(fields: dict[str, Any]) -> dict[str, Any]:
    """Answer the parts of a household that a profile says of consents, by their names."""
    return {
        "consents": tuple(_consent(consent) for consent in fields["consents"]),
        "objections": tuple(
            Objection(PersonId(person), Purpose(purpose), PersonId(by), datetime.fromisoformat(at))
            for person, purpose, by, at in fields["objections"]
        ),
        "all_guardians": fields["all_guardians"],
        "waiting": tuple(_waiting(waiting) for waiting in fields["waiting"]),
        "notices": tuple(_facts(facts) for facts in fields["notices"]),
    }


def _consent_fields(consent: Consent) -> dict[str, Any]:
    return {
        "person": consent.person,
        "purpose": consent.purpose,
        "method": consent.method,
        "given_at": _iso(consent.given_at),
        "by": consent.by,
        "result": consent.result,
        "notice": consent.notice,
        "salt": consent.salt.hex(),
        "lapsed": consent.lapsed,
    }


def _consent(fields: dict[str, Any]) -> Consent:
    by, lapsed = fields["by"], fields["lapsed"]
    return Consent(
        person=PersonId(fields["person"]),
        purpose=Purpose(fields["purpose"]),
        method=fields["method"],
        given_at=datetime.fromisoformat(fields["given_at"]),
        by=None if by is None else PersonId(by),
        result=fields["result"],
        notice=fields["notice"],
        salt=bytes.fromhex(fields["salt"]),
        lapsed=None if lapsed is None else Lapse(lapsed),
    )


def _waiting_fields(waiting: Waiting) -> dict[str, Any]:
    return {**asdict(waiting), "asked_at": _iso(waiting.asked_at)}


def _waiting(fields: dict[str, Any]) -> Waiting:
    return Waiting(
        id=fields["id"],
        choice=Choice(
            PersonId(fields["choice"]["person"]),
            tuple(Purpose(purpose) for purpose in fields["choice"]["purposes"]),
            PersonId(fields["choice"]["by"]),
        ),
        method=fields["method"],
        contact=fields["contact"],
        asked_at=datetime.fromisoformat(fields["asked_at"]),
        notice=fields["notice"],
    )


def _facts(fields: dict[str, Any]) -> Facts:
    return Facts(
        **{
            **fields,
            "contact": tuple(fields["contact"]),
            "purposes": tuple(Purpose(purpose) for purpose in fields["purposes"]),
            "stays": tuple(_stay(**stay) for stay in fields["stays"]),
            "recipients": tuple(_recipient(**one) for one in fields["recipients"]),
            "methods": tuple(fields["methods"]),
            "filmed": tuple(Filmed(**film) for film in fields.get("filmed", ())),
            "needs": tuple((purpose, need) for purpose, need in fields["needs"]),
        }
    )


def _stay(purpose: str, person: str | None, device: str, days: int) -> Stay:
    whose = None if person is None else PersonKind(person)
    return Stay(Purpose(purpose), whose, DeviceKind(device), days)


def _recipient(connector: str, identity: str, category: str, gets: str) -> Recipient:
    return Recipient(connector, identity, Category(category), Gets(gets))


def _iso(moment: datetime) -> str:
    return moment.isoformat()
