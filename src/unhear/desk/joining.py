"""Signing in: who somebody is by an invitation or OIDC, and always by their own passkey."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import StringConstraints

from unhear.clock import random_bytes
from unhear.desk.desk import WITHIN_SECONDS, Desk
from unhear.desk.oidc import CALLBACK
from unhear.desk.people import SUSPENDED
from unhear.desk.roles import Operation
from unhear.desk.sessions import COOKIE
from unhear.desk.signed_in import SignedIn, TheDesk, calls
from unhear.household.passkeys import Passkey
from unhear.household.words import PersonId
from unhear.web.api.fields import Answered, Credential, Taken
from unhear.web.ceremonies import REFUSED, credential_id
from unhear.web.problems import Problem

router = APIRouter()

PROVING = ("/api/v1/join/finish", "/api/v1/join/begin", "/api/v1/session/finish")
"""Where somebody proves who they are; asked seldom by people, often by thieves."""

BROWSER, NAMED = "__Host-unhear-desk-way", "__Host-unhear-desk-named"
"""Cookies of a browser that is on its way to the issuer and back, and of one that the issuer named.
They come along when the issuer sends it back, so they are lax, and sign nobody in."""

TOKEN_BYTES = 32
NO_OIDC = Problem(404, "no-issuer", "Nobody but the desk itself signs in here.")
ISSUER_FIRST = Problem(401, "issuer-first", "Sign in at your organisation first.")
Token = Annotated[str, StringConstraints(max_length=64)]
Named = Annotated[str, Cookie(alias=NAMED)]
Account = Annotated[SignedIn, Depends(calls(Operation.OWN_ACCOUNT))]


class Options(Answered):
    """The options of a ceremony, as WebAuthn Level 3 writes them in JSON."""

    options: dict[str, object]


class Begun(Options):
    """The options to make a passkey with, and for whom."""

    name: str


class Invitation(Taken):
    """What somebody joins with; none where the issuer named them."""

    invitation: Token | None = None


class Joining(Invitation):
    """A new passkey, and the recipient of the age identity that it makes."""

    credential: Credential
    recipient: Annotated[str, StringConstraints(max_length=100)]


class Answer(Taken):
    """A passkey's answer."""

    credential: Credential


@router.post("/api/v1/join/begin")
def begin_joining(desk: TheDesk, taken: Invitation, named: Named = "") -> Begun:
    """Begin to make the passkey of somebody who is invited."""
    member = desk.people.member(desk.invited(taken.invitation, named))
    options = desk.ceremonies.begin_registration(PersonId(member.id), member.name)
    return Begun(name=member.name, options=options)


@router.post("/api/v1/join/finish", status_code=204)
def finish_joining(desk: TheDesk, taken: Joining, response: Response, named: Named = "") -> None:
    """Take the passkey, use up the invitation, and sign in."""
    staff = desk.invited(taken.invitation, named)
    made = desk.ceremonies.finish_registration(taken.credential)
    member = desk.people.join(staff, taken.invitation, made, taken.recipient)
    desk.named.forget(named)
    desk.sessions.open(member.id, response)


@router.post("/api/v1/session/begin")
def begin_session(desk: TheDesk, named: Named = "") -> Options:
    """Begin to sign in with a passkey: with that of whom the issuer named, or with any."""
    staff = desk.named.who(named)
    passkey = None if staff is None else desk.people.passkey_of(staff)
    known = [] if passkey is None else [passkey]
    return Options(options=desk.ceremonies.begin_authentication(known))


@router.post("/api/v1/session/finish", status_code=204)
def finish_session(desk: TheDesk, taken: Answer, response: Response, named: Named = "") -> None:
    """Sign in with a passkey, the second factor where the issuer is the first."""
    passkey = _seen(desk, taken.credential)
    member = desk.people.member(passkey.person)
    if member.suspended is not None:
        raise SUSPENDED
    if member.login is not None and desk.named.who(named) != member.id:
        raise ISSUER_FIRST
    desk.named.forget(named)
    desk.sessions.open(member.id, response)


@router.post("/api/v1/session/proof/begin")
def begin_proof(signed: Account) -> Options:
    """Begin to prove again who one is."""
    passkey = signed.desk.people.passkey_of(signed.member.id)
    known = [] if passkey is None else [passkey]
    return Options(options=signed.desk.ceremonies.begin_authentication(known))


@router.post("/api/v1/session/proof/finish", status_code=204)
def finish_proof(signed: Account, taken: Answer) -> None:
    """Prove again who one is; looking needs it."""
    if _seen(signed.desk, taken.credential).person != signed.member.id:
        raise REFUSED
    signed.desk.sessions.prove(signed.session)


@router.get("/oidc/begin")
def to_issuer(desk: TheDesk) -> Response:
    """Go to the issuer."""
    if desk.oidc is None:
        raise NO_OIDC
    browser = random_bytes(TOKEN_BYTES).hex()
    response = RedirectResponse(desk.oidc.begin(browser), 303)
    _set_cookie(response, BROWSER, browser)
    return response


@router.get(CALLBACK)
def from_issuer(
    desk: TheDesk,
    request: Request,
    state: Annotated[str, StringConstraints(max_length=200)] = "",
    code: Annotated[str, StringConstraints(max_length=4096)] = "",
    iss: str | None = None,
) -> Response:
    """Come back from the issuer; a passkey is next."""
    if desk.oidc is None:
        raise NO_OIDC
    known = desk.oidc.finish(request.cookies.get(BROWSER, ""), state, code, iss)
    member = desk.people.by_oidc(known.subject, known.verified)
    response = RedirectResponse("/sign-in" if member.joined else "/join", 303)
    _set_cookie(response, NAMED, desk.named.note(member.id))
    response.delete_cookie(BROWSER, secure=True, httponly=True, samesite="lax")
    return response


def sign_out(signed: SignedIn, response: Response) -> None:
    """Sign out of this browser."""
    signed.desk.sessions.close(signed.session.key)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")


def _seen(desk: Desk, credential: Credential) -> Passkey:
    """Answer the passkey that answered. Raises `Problem`."""
    passkey = desk.people.passkey(credential_id(credential))
    if passkey is None:
        raise REFUSED
    count = desk.ceremonies.finish_authentication(credential, passkey)
    if count != passkey.sign_count:
        desk.people.note_used(passkey, count)
    return passkey


def _set_cookie(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(WITHIN_SECONDS),
        secure=True,
        httponly=True,
        samesite="lax",
    )
