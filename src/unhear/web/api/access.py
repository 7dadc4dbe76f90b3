"""What staff ask for, for guardians to decide; what was granted them, and what they looked at.

Where the settings name no desk there is nothing here at all.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field, StringConstraints

from unhear.household.staff import (
    HOURS_MAX,
    AccessRequest,
    AccessState,
    Colleague,
    Role,
    StaffLook,
    StaffPurpose,
)
from unhear.household.words import PersonId
from unhear.keep.grants import Grant
from unhear.web.api.erasures import Forgotten, told
from unhear.web.api.fields import Answered, Bytes, Taken, Trace
from unhear.web.api.recordings import Kept, kept
from unhear.web.api.staff import staffed
from unhear.web.signed_in import FreshGuardian, Guardian, SignedIn

router = APIRouter(prefix="/access", tags=["staff"], dependencies=[Depends(staffed)])

Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class Member(Answered):
    """Somebody of the staff, as their desk names them."""

    id: str
    name: str
    role: Role


class Asked(Answered):
    """A request of staff; `recipient` is the key to which its grants are sealed (age1...).

    `matching` is what a guardian may grant of what is asked for: what the rules leave out is not
    listed, nor are more than the newest hundred.
    """

    id: str
    staff: Member
    recipient: str
    second: Member | None
    operator: str
    desk: str
    purpose: StaffPurpose
    ticket: str
    why: str
    hours: int
    asked_at: datetime
    state: AccessState
    until: datetime | None
    by: str
    word: str
    matching: list[Kept]


class ToStaff(Answered):
    """A grant that still opens something, for its member of staff alone."""

    id: str
    staff: Member
    purpose: StaffPurpose
    ticket: str
    recording: str
    device: str
    heard_at: datetime
    made_at: datetime
    until: datetime
    opened: int
    by: str


class Look(Answered):
    """That a member of staff opened a recording; `entry` is the look's place in the ledger."""

    at: datetime
    staff: Member
    operator: str
    purpose: StaffPurpose
    ticket: str
    recording: str
    device: str
    seconds: float
    filmed: bool
    entry: int


class StaffAccess(Answered):
    """All there is of staff access, newest first."""

    requests: list[Asked]
    grants: list[ToStaff]
    looks: list[Look]


class Sealed(Taken):
    """A recording, and its headers as this browser sealed them to the member's key."""

    recording: Trace
    headers: tuple[Bytes, ...]


class Granting(Taken):
    """What of a request is granted, and for how many hours, if for fewer than were asked for."""

    recordings: Annotated[tuple[Sealed, ...], Field(min_length=1)]
    hours: Annotated[int, Field(ge=1, le=HOURS_MAX)] | None = None


class Refusing(Taken):
    """A no, with a word to the member of staff or without."""

    word: Word = ""


@router.get("")
def access(signed: Guardian) -> StaffAccess:
    """List who asks, what was granted, and who looked."""
    return all_access(signed)


@router.post("/requests/{request}/grant")
def grant(signed: FreshGuardian, request: Trace, wanted: Granting) -> Asked:
    """Grant all or some of what a request names; stated in the log before anything opens."""
    chosen = [(one.recording, one.headers) for one in wanted.recordings]
    changed = signed.house.access.grant(signed.person.id, request, chosen, wanted.hours)
    return _asked(signed, changed)


@router.post("/requests/{request}/refuse")
def refuse(signed: Guardian, request: Trace, wanted: Refusing) -> Asked:
    """Say no."""
    changed = signed.house.access.refuse(signed.person.id, request, wanted.word)
    return _asked(signed, changed)


@router.delete("/grants/{grant}")
def revoke(signed: Guardian, grant: Trace) -> Forgotten:
    """End a grant: its key is destroyed now. Answers the receipt."""
    return told(signed, signed.house.access.revoke(grant))


def all_access(signed: SignedIn) -> StaffAccess:
    """Answer requests, grants and looks, as the API tells them."""
    found = signed.house.access
    return StaffAccess(
        requests=[_asked(signed, one) for one in found.requests()],
        grants=[made for one in found.grants() for made in _to_staff(signed, one)],
        looks=[_look(one) for one in found.looks()],
    )


def _asked(signed: SignedIn, one: AccessRequest) -> Asked:
    found, settings = signed.house.access, signed.house.settings.staff
    state = found.state(one)
    fields: dict[str, Any] = {
        "purpose": one.reason.purpose,
        "ticket": one.reason.ticket,
        "why": one.reason.why,
        "hours": one.reason.hours,
        "asked_at": one.asked_at,
        "until": one.until,
        "word": one.word,
    }
    second = one.reason.second
    waits = state is AccessState.WAITING
    return Asked(
        id=one.id.hex(),
        staff=_member(one.staff),
        recipient=one.staff.recipient,
        second=None if second is None else _member(second),
        operator="" if settings is None else settings.name,
        desk="" if settings is None else settings.desk,
        state=state,
        by=_name(signed, one.by),
        matching=[kept(each) for each in found.matching(one)] if waits else [],
        **fields,
    )


def _to_staff(signed: SignedIn, one: Grant) -> list[ToStaff]:
    """Answer a grant to staff as the API tells it; nothing for a link."""
    if (terms := one.staff) is None:
        return []
    told_of = ToStaff(
        id=one.id.hex(),
        staff=_member(terms.staff),
        purpose=terms.reason.purpose,
        ticket=terms.reason.ticket,
        recording=one.recording.hex(),
        device=one.utterance.device,
        heard_at=one.utterance.heard_at,
        made_at=one.made_at,
        until=one.expires_at,
        opened=one.opened,
        by=_name(signed, one.by),
    )
    return [told_of]


def _look(one: StaffLook) -> Look:
    return Look(
        at=one.at,
        staff=_member(one.staff),
        operator=one.operator,
        purpose=one.purpose,
        ticket=one.ticket,
        recording=one.recording.hex(),
        device=one.device,
        seconds=one.seconds,
        filmed=one.filmed,
        entry=one.entry,
    )


def _member(one: Colleague) -> Member:
    return Member(id=one.id, name=one.name, role=one.role)


def _name(signed: SignedIn, person: PersonId | None) -> str:
    known = None if person is None else signed.house.household.person(person)
    return "" if known is None else known.name
