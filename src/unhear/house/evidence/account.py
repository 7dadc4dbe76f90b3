"""One house's account of a period: the facts with pseudonyms in place of ids, as plain values.

docs/compliance.md describes every field. Times are hours, as in the log.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from unhear.clock import day_number
from unhear.forget.database import RECORDING_KINDS
from unhear.house.evidence.checks import (
    BY_OTHERS,
    basis,
    grant_of,
    violations,
)
from unhear.house.evidence.erasures import LATE_AFTER
from unhear.house.evidence.facts import Agreed, Change, Erased, Facts, Looking, Period, Thing
from unhear.house.evidence.pseudonyms import house_pseudonym, pseudonym
from unhear.house.evidence.rules import REQUIREMENTS, Violation
from unhear.household.words import UNKNOWN_PERSON, WHOEVER_IS_SEEN, PersonKind
from unhear.prove.statement import hour

Row = dict[str, Any]

AGES = ((7, "up to 7 days"), (30, "8 to 30 days"), (90, "31 to 90 days"), (365, "91 to 365 days"))
"""By how old it is at most, what is kept is counted."""

OLDER = "older"


@dataclass(frozen=True, slots=True)
class Account:
    """What a report says of one house, and what it broke."""

    house: Row
    violations: tuple[Row, ...]


def account(facts: Facts, period: Period) -> Account:
    """Answer the account of a house. Violations are those of the period, and those that last."""
    name = _Names(facts)
    found = violations(facts)
    house = {
        "house": house_pseudonym(facts.household),
        "keeper": {
            "kind": facts.keeper.kind,
            "grade": facts.keeper.grade,
            "limits": list(facts.keeper.limits),
            "replaced_keys_held": facts.keeper.old_roots,
        },
        "log": _log(facts),
        "erasures": [
            _erasure(facts, name, one) for one in facts.erased if _is_due(facts, one, period)
        ],
        "kept": _kept(facts),
        "children": list(_children(facts, name, period)),
        "consents": list(_consents(facts, name, period)),
        "looks": [_look(facts, name, one) for one in facts.looks if period.has(one.at)],
        "models": [
            {
                "subject": one.subject.value,
                "recordings": one.recordings,
                "people": one.people,
                "proved": one.proved,
            }
            for one in facts.learnt
        ],
        "unlearned": [
            {"at": hour(one.at), "erasure": one.erasure, "models": one.models}
            for one in facts.unlearnt
            if period.has(one.at)
        ],
        "holds": [
            {
                "hold": name("hold", one.id),
                "state": one.state,
                "reason": one.reason,
                "expires": f"{one.expires_at:%Y-%m-%d}",
                "sealed": one.sealed,
            }
            for one in facts.holds
        ],
    }
    due = [one for one in found if one.at == facts.now or period.has(one.at)]
    return Account(house, tuple(_violation(name, one) for one in due))


class _Names:
    """Names ids by pseudonyms."""

    def __init__(self, facts: Facts) -> None:
        self._secret = facts.secret

    def __call__(self, kind: str, id_: bytes) -> str:
        return pseudonym(self._secret, kind, id_)

    def person(self, person: str) -> str:
        """Name a person; who is not known, or seen by a camera, is nobody."""
        if person == UNKNOWN_PERSON:
            return "an unknown voice"
        return "whoever is seen" if person == WHOEVER_IS_SEEN else self("person", person.encode())


def _is_due(facts: Facts, one: Erased, period: Period) -> bool:
    return period.has(one.asked_at) or period.has(one.done_at or facts.now)


def _violation(name: _Names, one: Violation) -> Row:
    return {
        "house": house_pseudonym(one.household),
        "rule": one.rule.name,
        "requirements": list(REQUIREMENTS[one.rule]),
        "about": name(*one.about),
        "at": hour(one.at),
        "seen": one.seen,
    }


def _log(facts: Facts) -> Row:
    log = facts.log
    return {
        "key": log.key,
        "entries": log.size,
        "published": log.published,
        "witnesses": log.witnesses,
        "witnessed": log.witnessed,
        "kinds": dict(log.kinds),
    }


def _erasure(facts: Facts, name: _Names, one: Erased) -> Row:
    seconds = one.took(facts.now).total_seconds()
    return {
        "erasure": name("erasure", one.id),
        "asked_at": hour(one.asked_at),
        "done_at": None if one.done_at is None else hour(one.done_at),
        "seconds": round(seconds, 1),
        "scope": one.scope,
        "by_age": one.by_age,
        "held": one.held,
        "late": one.took(facts.now) > LATE_AFTER and not one.held,
    }


def _kept(facts: Facts) -> Row:
    """Count what is kept by kind, and recordings by age."""
    today = day_number(facts.now)
    recordings = [thing for thing in facts.things if thing.kind in RECORDING_KINDS]
    ages = Counter(_age(today - thing.day) for thing in recordings)
    return {
        "by_kind": dict(Counter(thing.kind.value for thing in facts.things)),
        "recordings_by_age": {age: ages[age] for age in (*(text for _, text in AGES), OLDER)},
        "past_date": sum(thing.expires_day < today and not thing.held for thing in facts.things),
        "held": sum(thing.held for thing in facts.things),
    }


def _age(days: int) -> str:
    return next((text for most, text in AGES if days <= most), OLDER)


def _children(facts: Facts, name: _Names, period: Period) -> Iterator[Row]:
    """Yield children's recordings that are kept, each with the consent that it was made under."""
    for thing in facts.things:
        if not _is_a_childs(facts, thing) or thing.heard_at is None:
            continue
        if not period.has(thing.heard_at):
            continue
        under = basis(facts, thing)
        yield {
            "recording": name("thing", thing.id),
            "person": name("person", (thing.person or UNKNOWN_PERSON).encode()),
            "at": hour(thing.heard_at),
            "consent": None
            if under is None
            else {"entry": under.index, "since": hour(under.at), "method": under.method},
        }


def _is_a_childs(facts: Facts, thing: Thing) -> bool:
    kind = None if thing.person is None else facts.people.get(thing.person)
    return thing.kind in RECORDING_KINDS and kind is PersonKind.CHILD


def _consents(facts: Facts, name: _Names, period: Period) -> Iterator[Row]:
    """Yield the consents that stand, and every change of one that the log tells."""
    for one in facts.agreed:
        yield {
            "state": "counts" if one.lapsed is None else f"lapsed: {one.lapsed}",
            **_about(facts, name, one),
            "at": hour(one.given_at),
            "method": one.method,
            "notice": one.notice,
            "allowed": one.allowed,
        }
    for past in facts.changes:
        if period.has(past.at):
            yield {
                "state": past.kind,
                **_about(facts, name, past),
                "at": hour(past.at),
                "entry": past.index,
                "method": past.method,
                "allowed": past.allowed,
            }


def _about(facts: Facts, name: _Names, one: Agreed | Change) -> Row:
    return {
        "person": name.person(one.person),
        "child": facts.people.get(one.person) is PersonKind.CHILD,
        "purpose": one.purpose.value,
    }


def _look(facts: Facts, name: _Names, look: Looking) -> Row:
    grant = grant_of(facts, look) if look.how in BY_OTHERS else None
    who = "not known here" if look.who is None else name("looker", look.who.encode())
    return {
        "entry": look.index,
        "at": hour(look.at),
        "how": look.how,
        "count": look.count,
        "who": "a guardian, not known which" if look.who == UNKNOWN_PERSON else who,
        "grant": None if grant is None else grant.index,
    }
