"""What authorised agents and visitors ask for, for guardians to decide."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from fastapi import APIRouter

from unhear.household.data_rights import DataRequest, Denial, Right, Status
from unhear.household.words import PersonId, TraceId
from unhear.web.api.erasures import Forgotten, told
from unhear.web.api.fields import Answered, Taken, Trace
from unhear.web.problems import Problem
from unhear.web.signed_in import FreshGuardian, Guardian, SignedIn

router = APIRouter(prefix="/requests", tags=["agents"])

NO_SUCH_PERSON = Problem(422, "no-such-person", "Nobody here has this id.")


class Answer(StrEnum):
    """What a guardian does about a request."""

    AGREE = "agree"
    DENY = "deny"
    HANDED_OVER = "handed over"


class Visited(Answered):
    """When a visitor says that they were before a camera."""

    camera: str
    since: datetime
    until: datetime


class Line(Answered):
    """A request; `claims` is who the agent says it is for, which nobody has checked here.

    `visit` stands in a visitor's request for the erasure of what a camera filmed of them.
    """

    id: str
    agent: str
    right: Right
    status: Status
    agreed: bool
    claims: dict[str, str]
    received_at: datetime
    expires_at: datetime
    denial: Denial | None
    erasure: str | None
    visit: Visited | None


class Decision(Taken):
    """What to do: `why` of a no, and `person` where a deletion means one person alone."""

    answer: Answer
    why: Denial = Denial.OTHER
    person: str | None = None


class Decided(Answered):
    """The request as it stands now, and the receipt of what was erased."""

    request: Line
    forgotten: Forgotten | None


@router.get("")
def requests(signed: Guardian) -> list[Line]:
    """List what agents and visitors ask for, newest first."""
    return all_requests(signed)


@router.post("/{request}")
def decide(signed: FreshGuardian, request: Trace, wanted: Decision) -> Decided:
    """Decide a request. A deletion that is agreed to is done at once, of everything by default."""
    receipt = decide_as(signed, request, wanted)
    line = next(one for one in all_requests(signed) if one.id == request.hex())
    return Decided(request=line, forgotten=receipt)


def decide_as(signed: SignedIn, request: TraceId, wanted: Decision) -> Forgotten | None:
    """Decide a request for the guardian who is signed in; answer the receipt of a deletion."""
    found = signed.house.data_requests
    if wanted.answer is Answer.DENY:
        found.deny(request, wanted.why)
    elif wanted.answer is Answer.HANDED_OVER:
        found.hand_over(request)
    else:
        person = PersonId(wanted.person) if wanted.person else None
        if person is not None and signed.house.household.person(person) is None:
            raise NO_SUCH_PERSON
        receipt = found.agree(request, person)
        return None if receipt is None else told(signed, receipt)
    return None


def all_requests(signed: SignedIn) -> list[Line]:
    """Answer every request as it stands."""
    return [_line(signed, one) for one in signed.house.data_requests.all()]


def _line(signed: SignedIn, one: DataRequest) -> Line:
    fields: dict[str, Any] = {
        "right": one.right,
        "agreed": one.agreed,
        "claims": dict(one.claims),
        "received_at": one.received_at,
        "expires_at": one.expires_at,
        "denial": one.denial,
        "erasure": one.erasure,
    }
    visit = one.visit
    return Line(
        visit=None
        if visit is None
        else Visited(camera=visit.camera, since=visit.since, until=visit.until),
        id=one.id.hex(),
        agent=signed.house.agents.name_of(one.agent),
        status=one.status(signed.house.clock()),
        **fields,
    )
