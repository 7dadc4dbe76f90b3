"""The pages of a desk, and what their forms do."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from unhear.desk.homes import Standing, of_homes
from unhear.desk.joining import NAMED
from unhear.desk.render import back_to, page, pages_of
from unhear.desk.requests import State, Wanted
from unhear.desk.roles import PURPOSES, Operation
from unhear.desk.signed_in import SignedIn, TheDesk, sees, sends, signed_in
from unhear.household.staff import HOURS_MAX, StaffPurpose
from unhear.web.api.fields import HEX_ID
from unhear.web.problems import Problem

router = APIRouter(include_in_schema=False)

TICKET_MAX, WHY_MAX, NAME_MAX = 40, 300, 60
RECORDINGS_MAX = 50
NOTHING_YET: Mapping[str, str] = dict.fromkeys(
    (
        "home",
        "purpose",
        "ticket",
        "why",
        "hours",
        "recordings",
        "begins",
        "ends",
        "device",
    ),
    "",
)
WRONG = Problem(422, "not-understood", "Something in the form cannot be used; check it.")

Text = Annotated[str, Form(max_length=4_000)]
Asker = Annotated[SignedIn, Depends(sees(Operation.ASK))]
Asks = Annotated[SignedIn, Depends(sends(Operation.ASK))]
Looker = Annotated[SignedIn, Depends(sees(Operation.LOOK))]
Approver = Annotated[SignedIn, Depends(sees(Operation.APPROVE))]
Approves = Annotated[SignedIn, Depends(sends(Operation.APPROVE))]
Own = Annotated[SignedIn, Depends(sees(Operation.SEE_OWN))]


@router.get("/")
def first(request: Request) -> Response:
    """Go where somebody who names no page is to go."""
    signed = signed_in(request)
    return back_to("/sign-in" if signed is None else f"/{pages_of(signed)[0][0]}")


@router.get("/sign-in")
def sign_in(request: Request, desk: TheDesk) -> Response:
    """Show how to sign in."""
    named = desk.named.who(request.cookies.get(NAMED, "")) is not None
    return page(request, "sign-in", None, oidc=desk.oidc is not None, named=named)


@router.get("/join")
def join(request: Request, desk: TheDesk) -> Response:
    """Show how to make a passkey, to who is invited."""
    named = desk.named.who(request.cookies.get(NAMED, "")) is not None
    return page(request, "join", None, named=named)


@router.get("/requests")
def requests(request: Request, signed: Asker) -> Response:
    """Show how to ask, and what one asked."""
    return _requests(request, signed, NOTHING_YET)


@router.post("/requests")
def ask(
    request: Request,
    signed: Asks,
    *,
    home: Text = "",
    purpose: Text = "",
    ticket: Text = "",
    why: Text = "",
    hours: Text = "",
    recordings: Text = "",
    begins: Text = "",
    ends: Text = "",
    device: Text = "",
) -> Response:
    """Ask a home, or first somebody else."""
    form = {
        "home": home,
        "purpose": purpose,
        "ticket": ticket,
        "why": why,
        "hours": hours,
        "recordings": recordings,
        "begins": begins,
        "ends": ends,
        "device": device,
    }
    try:
        signed.desk.requests.ask(signed.member, _wanted(form))
    except Problem as problem:
        return _requests(request, signed, form, problem)
    return back_to("/requests")


@router.post("/requests/give-back")
def give_back(signed: Asks, which: Text) -> Response:
    """End a request early, with what was granted."""
    signed.desk.requests.give_back(signed.member, which)
    return back_to("/requests")


@router.get("/granted")
def granted(request: Request, signed: Looker) -> Response:
    """Show what may be opened."""
    standings, away = _standings(signed)
    items = [
        (one, standing, grant)
        for one in signed.desk.requests.own(signed.member)
        if (standing := standings.get(one.id)) is not None and standing.state == "granted"
        for grant in standing.grants
    ]
    return page(request, "granted", signed, items=items, away=away)


@router.get("/approvals")
def approvals(request: Request, signed: Approver) -> Response:
    """Show what waits for a second person."""
    waiting = signed.desk.requests.to_approve(signed.member)
    return page(request, "approvals", signed, waiting=waiting)


@router.post("/approvals/agree")
def agree(signed: Approves, which: Text) -> Response:
    """Agree to what somebody else asks."""
    signed.desk.requests.approve(signed.member, which)
    return back_to("/approvals")


@router.post("/approvals/refuse")
def refuse(signed: Approves, which: Text) -> Response:
    """Refuse what somebody else asks."""
    signed.desk.requests.refuse(signed.member, which)
    return back_to("/approvals")


@router.get("/history")
def history(request: Request, signed: Own) -> Response:
    """Show one's own looks."""
    looks = signed.desk.looks.all(signed.member.id)
    return page(request, "history", signed, looks=looks, most=signed.desk.settings.looks_a_day)


def _requests(
    request: Request, signed: SignedIn, form: Mapping[str, str], problem: Problem | None = None
) -> Response:
    standings, away = _standings(signed)
    return page(
        request,
        "requests",
        signed,
        200 if problem is None else problem.status,
        form=form,
        problem="" if problem is None else problem.detail,
        own=signed.desk.requests.own(signed.member),
        standings=standings,
        away=away,
        homes=[one.id for one in signed.desk.settings.homes],
        purposes=PURPOSES[signed.member.role],
        hours_max=HOURS_MAX,
    )


def _wanted(form: Mapping[str, str]) -> Wanted:
    """Answer what a form asks. Raises `Problem`."""
    ids = tuple(dict.fromkeys(form["recordings"].split()))
    ticket, why, hours = form["ticket"].strip(), form["why"].strip(), form["hours"]
    understood = (
        form["purpose"] in {one.value for one in StaffPurpose}
        and 0 < len(ticket) <= TICKET_MAX
        and 0 < len(why) <= WHY_MAX
        and hours.isascii()
        and hours.isdigit()
        and 1 <= int(hours[:4]) <= HOURS_MAX
        and len(ids) <= RECORDINGS_MAX
        and all(HEX_ID.fullmatch(one) for one in ids)
    )
    if not understood:
        raise WRONG
    return Wanted(
        home=form["home"],
        purpose=StaffPurpose(form["purpose"]),
        ticket=ticket,
        why=why,
        hours=int(hours),
        recordings=ids,
        begins=_moment(form["begins"]),
        ends=_moment(form["ends"]),
        device=form["device"].strip()[:NAME_MAX] or None,
    )


def _moment(text: str) -> datetime | None:
    """Answer a moment of a form, in UTC, None for an empty field. Raises `Problem`."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        raise WRONG from None


def _standings(signed: SignedIn) -> tuple[dict[str, Standing], list[str]]:
    """Answer how somebody's requests stand, and which homes do not say."""
    requests, member = signed.desk.requests, signed.member
    homes = sorted({one.home for one in requests.own(member) if one.state is State.ASKED})
    told, away = of_homes(homes, lambda home: requests.standings(member, home))
    return {key: one for found in told.values() for key, one in found.items()}, away
