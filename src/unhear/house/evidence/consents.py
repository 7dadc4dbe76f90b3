"""Who allowed what: as the profile has it, and as the log does."""

from collections.abc import Iterator, Sequence

from unhear.forget.kept_receipts import SHOWN, Shown
from unhear.house.evidence.facts import Agreed, Change
from unhear.house.evidence.log import Entry
from unhear.house.standing import Practice
from unhear.household.ages import needs_verifying
from unhear.household.consent import Consent
from unhear.household.family import Household
from unhear.household.words import Person, PersonId, PersonKind, Purpose
from unhear.prove.errors import ProofMalformed
from unhear.prove.opening import ConsentOpening
from unhear.prove.statement import Committed, commit, hour

GIVEN = ("consent", "consent-renewed")


def agreed(household: Household, practice: Practice, entries: Sequence[Entry]) -> Iterator[Agreed]:
    """Yield the consents of the profile."""
    stated = {
        (said["notice"], said["purpose"], said["method"], said["given_at"])
        for said in (entry.statement for entry in entries if entry.kind in GIVEN)
    }
    for one in household.consents:
        yield Agreed(
            person=one.person,
            purpose=one.purpose,
            method=one.method,
            notice=one.notice,
            given_at=one.given_at,
            allowed=_is_enough(household, practice, one),
            noticed=household.notice(one.notice) is not None,
            stated=_as_stated(one) in stated,
            lapsed=None if one.lapsed is None else one.lapsed.value,
        )


def changes(household: Household, practice: Practice, entries: Sequence[Entry]) -> Iterator[Change]:
    """Yield what the log says of consents, where the house keeps what opens it."""
    for entry in entries:
        if entry.kind not in SHOWN[Shown.CONSENT] or not isinstance(entry.opening, ConsentOpening):
            continue
        about = entry.opening.person
        if about is None:
            continue
        person, said = PersonId(about.item.decode()), entry.statement
        method = said.get("method")
        whose = household.person(person)
        yield Change(
            index=entry.index,
            kind=entry.kind,
            person=person,
            purpose=Purpose(said["purpose"]),
            at=entry.at(next(n for n in said if n.endswith("_at"))),
            method=method,
            allowed=method is None or whose is None or _may_ever(practice, whose, method),
        )


def _as_stated(consent: Consent) -> tuple[str, str, str, str] | None:
    """Answer what the log must say of a consent; None where that can never have been stated."""
    try:
        committed = Committed(bytes.fromhex(consent.notice), consent.salt)
        notice = commit("notice", committed)
    except (ProofMalformed, ValueError):
        return None
    return notice, consent.purpose.value, consent.method, hour(consent.given_at)


def _is_enough(household: Household, practice: Practice, consent: Consent) -> bool:
    """Whether the method of a consent that counts is enough for whom it is about, now."""
    whose = household.person(consent.person)
    if whose is None or whose.kind is not PersonKind.CHILD or consent.lapsed is not None:
        return True
    discloses = practice.discloses(household, consent.person)
    known = consent.method in practice.methods
    return known and not practice.is_too_weak(consent.method, whose, discloses=discloses)


def _may_ever(practice: Practice, whose: Person, method: str) -> bool:
    """Whether a consent for somebody may ever have rested on a method, whatever is disclosed."""
    if whose.kind is not PersonKind.CHILD or not needs_verifying(whose.age):
        return True
    return method in practice.methods and method not in practice.too_weak(discloses=False)
