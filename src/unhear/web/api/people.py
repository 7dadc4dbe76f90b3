"""Who lives here, what each may ask for, and until when."""

from fastapi import APIRouter

from unhear.household.limits import Bedtime, Limit
from unhear.household.words import Person, PersonId, PersonKind
from unhear.web.api.erasures import Forgotten, told
from unhear.web.api.fields import Answered, Name, Taken
from unhear.web.problems import Problem
from unhear.web.signed_in import FreshGuardian, Guardian, SignedIn

router = APIRouter(prefix="/people", tags=["family"])

NO_SUCH_PERSON = Problem(404, "no-such-person", "Nobody here has this id.")
NO_SUCH_SKILL = Problem(422, "no-such-skill", "There is no skill of one of these names.")
NO_BEDTIME = Problem(422, "no-bedtime", "A bedtime begins and ends at two times of a day.")


class BedtimeFields(Taken):
    """From when until when, in minutes after midnight."""

    since: int
    until: int


class LimitFields(Taken):
    """These skills only (null: all), and none at bedtime."""

    skills: tuple[Name, ...] | None = None
    bedtime: BedtimeFields | None = None


class Known(Answered):
    """Somebody of the household. `warned` is whether a child's profile goes unused."""

    id: str
    name: str
    kind: PersonKind
    warned: bool
    limit: LimitFields | None


class People(Answered):
    """Everybody."""

    people: list[Known]


class NewPerson(Taken):
    """Somebody to add."""

    name: Name
    kind: PersonKind


@router.get("")
def people(signed: Guardian) -> People:
    """List who lives here."""
    return People(people=[_known(signed, person) for person in signed.house.household.people])


@router.post("", status_code=201)
def add(signed: FreshGuardian, wanted: NewPerson) -> Known:
    """Add somebody. Nothing they say is kept until somebody consents."""
    person = signed.house.family.add(wanted.name, wanted.kind)
    signed.house.household = signed.house.family.read()
    return _known(signed, person)


@router.delete("/{person}")
def remove(signed: FreshGuardian, person: str) -> Forgotten:
    """Forget everything of somebody, and that they live here."""
    known = _person(signed, person)
    receipt = signed.house.family.remove(known.id)
    signed.house.household = signed.house.family.read()
    return told(signed, receipt)


@router.put("/{person}/limit")
def set_limit(signed: Guardian, person: str, wanted: LimitFields) -> Known:
    """Limit what somebody may ask for; everybody may always have their words forgotten."""
    known, house = _person(signed, person), signed.house
    skills = None if wanted.skills is None else frozenset(wanted.skills)
    if (skills or frozenset()) - {skill.name for skill in house.skills.all()}:
        raise NO_SUCH_SKILL
    try:
        asked = wanted.bedtime
        bedtime = None if asked is None else Bedtime(asked.since, asked.until)
    except ValueError:
        raise NO_BEDTIME from None
    if skills is None and bedtime is None:
        house.household = house.family.clear_limit(known.id)
    else:
        house.household = house.family.set_limit(Limit(known.id, skills, bedtime))
    return _known(signed, known)


def _person(signed: SignedIn, person: str) -> Person:
    known = signed.house.household.person(PersonId(person))
    if known is None:
        raise NO_SUCH_PERSON
    return known


def _known(signed: SignedIn, person: Person) -> Known:
    limits = signed.house.household.limits
    limit = next((one for one in limits if one.who == person.id), None)
    return Known(
        id=person.id,
        name=person.name,
        kind=person.kind,
        warned=person.warned_day is not None,
        limit=None if limit is None else _limit(limit),
    )


def _limit(limit: Limit) -> LimitFields:
    bed = limit.bedtime
    return LimitFields(
        skills=None if limit.skills is None else tuple(sorted(limit.skills)),
        bedtime=None if bed is None else BedtimeFields(since=bed.since, until=bed.until),
    )
