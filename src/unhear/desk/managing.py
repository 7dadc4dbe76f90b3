"""The pages of auditors and operators, of one's own account, and the counts that all may see."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse

from unhear.desk.homes import Counts, of_homes
from unhear.desk.joining import sign_out
from unhear.desk.people import INVITED_HOURS_MAX
from unhear.desk.render import back_to, page
from unhear.desk.roles import Operation
from unhear.desk.signed_in import SignedIn, TheDesk, sees, sends, signed_in
from unhear.household.staff import Role
from unhear.web.problems import Problem

router = APIRouter(include_in_schema=False)

NAME_MAX = 60
WRONG = Problem(422, "not-understood", "Something in the form cannot be used; check it.")
OWN_ACCOUNT = Problem(409, "own-account", "Another operator must do that to you.")

Text = Annotated[str, Form(max_length=300)]
Auditor = Annotated[SignedIn, Depends(sees(Operation.SEE_ALL))]
Manager = Annotated[SignedIn, Depends(sees(Operation.MANAGE))]
Manages = Annotated[SignedIn, Depends(sends(Operation.MANAGE))]
Account = Annotated[SignedIn, Depends(sees(Operation.OWN_ACCOUNT))]
Accounts = Annotated[SignedIn, Depends(sends(Operation.OWN_ACCOUNT))]


@router.get("/looks")
def looks(request: Request, signed: Auditor, homes: str = "") -> Response:
    """Show everybody's looks; and what homes themselves counted, where that is asked."""
    desk = signed.desk
    counts = desk.requests.counts()

    def count(home: str) -> Counts:
        return desk.homes.counts(home, signed.member)

    told, away = of_homes(list(counts), count) if homes else ({}, [])
    return page(
        request, "looks", signed, looks=desk.looks.all(), counts=counts, told=told, away=away
    )


@router.get("/people")
def people(request: Request, signed: Manager) -> Response:
    """Show who works here."""
    return _people(request, signed)


@router.post("/people/invite")
def invite(
    request: Request,
    signed: Manages,
    *,
    name: Text,
    role: Annotated[Role, Form()],
    hours: Annotated[int, Form(ge=1, le=INVITED_HOURS_MAX)],
    login: Text = "",
) -> Response:
    """Invite somebody; the link is shown once."""
    name, login = name.strip(), login.strip()
    if not 0 < len(name) <= NAME_MAX or (login and signed.desk.oidc is None):
        raise WRONG
    within = timedelta(hours=hours)
    _, token = signed.desk.people.invite(name, role, login=login or None, within=within)
    return _people(request, signed, name=name, token=token)


@router.post("/people/anew")
def invite_anew(request: Request, signed: Manages, which: Text) -> Response:
    """Let somebody join again who lost their passkey."""
    if which == signed.member.id:
        raise OWN_ACCOUNT
    member, token = signed.desk.people.invite_anew(which)
    return _people(request, signed, name=member.name, token=token)


@router.post("/people/suspend")
def suspend(signed: Manages, which: Text, why: Text) -> Response:
    """Keep somebody out from now on."""
    if which == signed.member.id:
        raise OWN_ACCOUNT
    signed.desk.people.suspend(which, why.strip() or "suspended by an operator", signed.member.id)
    return back_to("/people")


@router.post("/people/reinstate")
def reinstate(signed: Manages, which: Text) -> Response:
    """Let somebody in again."""
    signed.desk.people.reinstate(which, signed.member.id)
    return back_to("/people")


@router.get("/account")
def account(request: Request, signed: Account) -> Response:
    """Show where one is signed in."""
    sessions = signed.desk.sessions.all_of(signed.member.id)
    return page(request, "account", signed, sessions=sessions)


@router.post("/account/sign-out")
def leave(signed: Accounts) -> Response:
    """Sign out here."""
    response = back_to("/sign-in")
    sign_out(signed, response)
    return response


@router.post("/account/end")
def end_session(signed: Accounts, which: Text) -> Response:
    """End another session of one's own."""
    try:
        key = bytes.fromhex(which)
    except ValueError:
        raise WRONG from None
    signed.desk.sessions.close(key, signed.member.id)
    return back_to("/account")


@router.get("/counts")
def counts(request: Request, desk: TheDesk) -> Response:
    """Show everybody in the world how often homes were asked and looked into; no names."""
    found = desk.requests.counts()
    return page(request, "counts", signed_in(request), homes=found, total=totals(found))


@router.get("/counts.json")
def counts_json(desk: TheDesk) -> Response:
    """Answer the same for programs."""
    found = desk.requests.counts()
    return JSONResponse({"total": totals(found), "homes": found})


def totals(homes: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Answer the counts of all homes together."""
    return {
        what: sum(one[what] for one in homes.values()) for what in ("looks", "requests", "grants")
    }


def _people(
    request: Request, signed: SignedIn, name: str = "", token: str | None = None
) -> Response:
    desk = signed.desk
    return page(
        request,
        "people",
        signed,
        people=desk.people.all(),
        roles=list(Role),
        oidc=desk.oidc is not None,
        invited=name,
        link="" if token is None else f"{desk.origin}/join#{token}",
        hours_max=INVITED_HOURS_MAX,
    )
