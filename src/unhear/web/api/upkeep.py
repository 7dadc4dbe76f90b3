"""What a house is told and asked now and then: notices, its clock, holds, drills, its data map."""

from datetime import datetime, timedelta
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from unhear.forget.holds import PlacedHold
from unhear.forget.snapshot import snapshot
from unhear.house.accounts import OF_ACCOUNTS
from unhear.house.data_map_pages import rows
from unhear.house.drill import rehearse
from unhear.house.notice_text import NoticeKind
from unhear.house.told import told_text
from unhear.household.hold import HOLD_DAYS_MAX, Hold
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId
from unhear.keep.notices import notices as kept_notices
from unhear.web.api.fields import Answered, Name, Taken, Trace
from unhear.web.notices import notice_in
from unhear.web.problems import Problem
from unhear.web.signed_in import FreshGuardian, Guardian, SignedIn, TheHome

router = APIRouter(tags=["upkeep"])

NO_HOLD = Problem(422, "no-hold", "A hold names recordings, a person or a device, and its reason.")
NO_SUCH_HOLD = Problem(404, "no-such-hold", "There is no such hold that you may know of.")


class NoticeLine(Answered):
    """Something the house tells its guardians."""

    at: datetime
    text: str
    page: str | None = None
    """The page of the console that says more."""


class NoticePage(Answered):
    """A notice to parents, or the retention policy, as it stands."""

    version: str
    title: str
    text: str


class Clock(Answered):
    """What day the house believes it is; nothing is deleted for its age while it doubts."""

    believed: datetime | None
    doubted: bool
    now: datetime


class DrillDone(Answered):
    """A restore that was rehearsed."""

    at: str
    result: str


class NewHold(Taken):
    """A legal hold, asked for by the guardian who is signed in."""

    reason: Name
    days: int = Field(ge=1, le=HOLD_DAYS_MAX)
    recordings: tuple[Trace, ...] | None = None
    person: str | None = None
    device: str | None = None


class HoldLine(Answered):
    """A legal hold."""

    id: str
    state: str
    until: datetime
    asked_by: str
    agreed_by: str | None
    reason: str


@router.get("/notices")
def notices(signed: Guardian, language: Literal["en", "de"] = "en") -> list[NoticeLine]:
    """Read what the house tells you."""
    house = signed.house
    found = snapshot(
        house.database,
        house.keeper,
        lambda transaction, tree: kept_notices(transaction, tree, house.household.id),
    )
    own = [one for one in found if one.guardian == signed.person.id]
    return [
        NoticeLine(
            at=one.at,
            text=told_text(one.told, language),
            page="/sign-ins" if one.told.key in OF_ACCOUNTS else None,
        )
        for one in own
    ]


@router.get("/notices/{kind}")
def notice(
    home: TheHome, kind: Literal["online", "retention"], language: Literal["en", "de"] = "en"
) -> NoticePage:
    """Read what names nobody, without signing in; the direct notice stands on a guardian's page."""
    made = notice_in(home, NoticeKind(kind), language)
    return NoticePage(version=made.version, title=made.title, text=made.text)


@router.get("/clock")
def clock(signed: Guardian) -> Clock:
    """Say what day the house believes it is."""
    with signed.house.database.reading() as transaction:
        mark = transaction.clock_mark()
    return Clock(
        believed=None if mark is None else mark.believed,
        doubted=mark is not None and mark.doubted is not None,
        now=signed.house.clock(),
    )


@router.post("/clock")
def accept_clock(signed: FreshGuardian) -> Clock:
    """Say that the clock is right."""
    signed.house.sweeper.accept_clock()
    return clock(signed)


@router.post("/drill")
def drill(signed: FreshGuardian) -> DrillDone:
    """Rehearse a restore: two canaries, one of them forgotten."""
    done = rehearse(signed.house)
    return DrillDone(at=done.at, result=done.result)


@router.get("/data-map")
def data_map(signed: Guardian) -> list[dict[str, str]]:
    """Say what is kept, why, for how long, and what makes it go."""
    return [
        {name: str(value) for name, value in row.items()} for row in rows(signed.house.skills.all())
    ]


@router.get("/holds")
def holds(signed: Guardian) -> list[HoldLine]:
    """List the legal holds that a guardian may know of."""
    return [_line(one) for one in signed.house.holds.all() if not one.hold.by_order]


@router.post("/holds", status_code=201)
def ask_hold(signed: FreshGuardian, wanted: NewHold) -> HoldLine:
    """Ask for a hold; it holds nothing back until another guardian agrees."""
    house, now = signed.house, signed.house.clock()
    scope = Scope(
        recordings=None if wanted.recordings is None else frozenset(wanted.recordings),
        person=None if wanted.person is None else PersonId(wanted.person),
        device=None if wanted.device is None else DeviceId(wanted.device),
    )
    if scope == Scope() or wanted.recordings == ():
        raise NO_HOLD
    until = now + timedelta(days=wanted.days)
    try:
        hold = Hold(scope, wanted.reason, signed.person.name, now, until)
    except ValueError:
        raise NO_HOLD from None
    asked = house.holds.ask(hold)
    return _line(next(one for one in house.holds.all() if one.id == asked))


@router.post("/holds/{hold}/agree")
def agree(signed: FreshGuardian, hold: str) -> HoldLine:
    """Agree to a hold that another guardian asked for."""
    found = _find(signed, hold)
    signed.house.holds.agree(found.id, signed.person.name)
    return _line(_find(signed, hold))


@router.delete("/holds/{hold}")
def lift(signed: FreshGuardian, hold: str) -> HoldLine:
    """End a hold, and erase what waited for it."""
    found = _find(signed, hold)
    signed.house.holds.lift(found.id)
    signed.house.forgetter.resume(signed.house.household.id)
    return _line(_find(signed, hold))


def _find(signed: SignedIn, hold: str) -> PlacedHold:
    for one in signed.house.holds.all():
        if one.id.hex() == hold and not one.hold.by_order:
            return one
    raise NO_SUCH_HOLD


def _line(one: PlacedHold) -> HoldLine:
    return HoldLine(
        id=one.id.hex(),
        state=one.state.value,
        until=one.hold.expires_at,
        asked_by=one.hold.asked_by,
        agreed_by=one.hold.agreed_by,
        reason=one.hold.reason,
    )
