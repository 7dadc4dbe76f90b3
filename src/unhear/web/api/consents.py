"""What may be done with what people say: given, stopped and deleted, each as easily."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from unhear.house.consents import NoSuchRequest
from unhear.household.consent import Choice, Consent
from unhear.household.methods import Verified
from unhear.household.words import OPTIONAL, UNKNOWN_PERSON, PersonId, Purpose
from unhear.web.api.erasures import Forgotten, told
from unhear.web.api.fields import Answered, Taken
from unhear.web.problems import Problem
from unhear.web.signed_in import FreshGuardian, Guardian, SignedIn

router = APIRouter(prefix="/consents", tags=["consent"])

NO_SUCH_PERSON = Problem(404, "no-such-person", "Nobody here has this id.")
NO_SUCH_REQUEST = Problem(404, "no-such-request", "No such request waits for an answer.")
NOT_OPTIONAL = Problem(422, "not-optional", "To answer needs no consent.")


class Given(Answered):
    """Who consented, when, and how it was made sure who that was; `lapsed` says why no more."""

    by: str | None
    at: datetime
    method: str
    notice: str
    lapsed: str | None


class State(Answered):
    """What holds for one person and one purpose."""

    person: str
    purpose: Purpose
    counts: bool
    given: list[Given]
    objected_by: str | None


class Consents(Answered):
    """All of it. `notice` is the version of the notice that holds now."""

    consents: list[State]
    notice: str
    all_guardians: bool


class Wanted(Taken):
    """A consent to one or several purposes for one person."""

    person: str
    purposes: tuple[Purpose, ...] = Field(min_length=1)


class Stop(Taken):
    """One purpose for one person; `delete` also erases what is kept for it."""

    person: str
    purpose: Purpose
    delete: bool = False


class Stopped(Answered):
    """What holds now, and the receipt of what was erased."""

    state: State
    forgotten: Forgotten | None


class Asked(Answered):
    """A request for consent that waits for the answer of `by`, who was reached by `method`."""

    id: str
    person: str
    purposes: list[Purpose]
    by: str
    method: str
    asked_at: datetime


class Whether(Taken):
    """Whether every guardian must consent for a child."""

    all_guardians: bool


@router.get("")
def consents(signed: Guardian) -> Consents:
    """Say what holds for everybody and every optional purpose."""
    household = signed.house.household
    people = [UNKNOWN_PERSON, *(person.id for person in household.people)]
    return Consents(
        consents=[state_of(signed, person, purpose) for person in people for purpose in OPTIONAL],
        notice=signed.house.consents.facts().version,
        all_guardians=household.all_guardians,
    )


@router.get("/asked")
def asked(signed: Guardian) -> list[Asked]:
    """List the requests for consent that wait for an answer; each erases itself in time."""
    return [
        Asked(
            id=one.id,
            person=one.choice.person,
            purposes=list(one.choice.purposes),
            by=one.choice.by,
            method=one.method,
            asked_at=one.asked_at,
        )
        for one in signed.house.household.waiting
    ]


@router.delete("/asked/{reference}", status_code=204)
def drop(signed: Guardian, reference: str) -> None:
    """Erase a request that nobody is to answer any more, and how its guardian was reached."""
    drop_as(signed, reference)


@router.post("", status_code=201)
def give(signed: FreshGuardian, wanted: Wanted) -> list[State]:
    """Consent, on the notice as it stands. Who asks proved a moment ago who they are."""
    return give_as(signed, known_person(signed, wanted.person), wanted.purposes)


@router.post("/stop")
def stop(signed: Guardian, wanted: Stop) -> Stopped:
    """Say no: from now on nothing is done for that purpose, whoever consents."""
    person = known_person(signed, wanted.person)
    stop_as(signed, person, wanted.purpose)
    done = delete_as(signed, person, wanted.purpose) if wanted.delete else None
    return Stopped(state=state_of(signed, person, wanted.purpose), forgotten=done)


@router.post("/delete")
def delete(signed: Guardian, wanted: Stop) -> Forgotten:
    """Erase what is kept of somebody for a purpose; what they allow stays as it is."""
    return delete_as(signed, known_person(signed, wanted.person), wanted.purpose)


@router.put("/all-guardians")
def require_all(signed: FreshGuardian, wanted: Whether) -> Consents:
    """Let every guardian have to consent for a child; to undo that all must agree."""
    agreed = {signed.person.id}
    house = signed.house
    house.household = house.consents.require_all_guardians(agreed, on=wanted.all_guardians)
    return consents(signed)


def give_as(signed: SignedIn, person: PersonId, purposes: tuple[Purpose, ...]) -> list[State]:
    """Note the consent of the guardian who is signed in, by the way they signed in."""
    if Purpose.RESPOND in purposes:
        raise NOT_OPTIONAL
    choice = Choice(person, purposes, signed.person.id)
    verified = Verified(signed.session.method, "verified")
    signed.house.household = signed.house.consents.give(choice, verified)
    return [state_of(signed, person, purpose) for purpose in purposes]


def stop_as(signed: SignedIn, person: PersonId, purpose: Purpose) -> None:
    """Say no, for the guardian who is signed in."""
    if purpose is Purpose.RESPOND:
        raise NOT_OPTIONAL
    signed.house.household = signed.house.consents.stop(person, purpose, signed.person.id)


def delete_as(signed: SignedIn, person: PersonId, purpose: Purpose) -> Forgotten:
    """Erase what is kept of somebody for a purpose."""
    return told(signed, signed.house.consents.delete(person, purpose))


def drop_as(signed: SignedIn, reference: str) -> None:
    """Erase a request for consent, for the guardian who is signed in. Raises `Problem`."""
    house = signed.house
    try:
        house.consents.drop(reference)
    except NoSuchRequest:
        raise NO_SUCH_REQUEST from None
    house.household = house.family.read()


def state_of(signed: SignedIn, person: PersonId, purpose: Purpose) -> State:
    """Answer what holds for one person and one purpose."""
    household, now = signed.house.household, signed.house.clock()
    objection = household.objection(person, purpose)
    return State(
        person=person,
        purpose=purpose,
        counts=household.consent(person, purpose, now) is not None,
        given=[_given(one) for one in household.given(person, purpose)],
        objected_by=None if objection is None else objection.by,
    )


def _given(one: Consent) -> Given:
    lapsed = None if one.lapsed is None else one.lapsed.value
    return Given(by=one.by, at=one.given_at, method=one.method, notice=one.notice, lapsed=lapsed)


def known_person(signed: SignedIn, person: str) -> PersonId:
    """Answer whose id that is; of unknown voices, too. Raises `Problem`."""
    known = PersonId(person)
    if known != UNKNOWN_PERSON and signed.house.household.person(known) is None:
        raise NO_SUCH_PERSON
    return known
