"""Who may ask: what pages and operations demand of a request before they begin."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request
from starlette.requests import HTTPConnection

from unhear.desk.desk import Desk
from unhear.desk.people import Member
from unhear.desk.roles import Operation, may
from unhear.desk.sessions import Session
from unhear.web.problems import Problem
from unhear.web.security import SAFE_METHODS
from unhear.web.sessions import same

CSRF_HEADER = "x-csrf"
SIGN_IN = Problem(401, "sign-in-needed", "Sign in first.")
STEP_UP = Problem(403, "step-up-needed", "Prove again who you are, with your passkey.")
NOT_YOURS = Problem(403, "not-your-role", "This is not for your role.")
NOT_FROM_OUR_PAGE = Problem(403, "csrf", "Load the page again, and ask from there.")


class SignInFirst(Exception):
    """Somebody who is not signed in asked for a page."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member of staff who asks for something."""

    desk: Desk
    member: Member
    session: Session


def desk_of(request: HTTPConnection) -> Desk:
    """Answer the desk that is asked."""
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(desk_of)]


def signed_in(request: HTTPConnection) -> SignedIn | None:
    """Answer who is signed in, or None; a suspended member is not."""
    desk = desk_of(request)
    session = desk.sessions.of(request)
    if session is None:
        return None
    member = desk.people.member(session.staff)
    if member.suspended is not None or not member.joined:
        return None
    return SignedIn(desk, member, session)


def sees(operation: Operation) -> Callable[[Request], SignedIn]:
    """Answer what a page demands that is for who may do that."""

    def demand(request: Request) -> SignedIn:
        signed = signed_in(request)
        if signed is None:
            raise SignInFirst
        return _allowed(signed, operation)

    return demand


def sends(operation: Operation) -> Callable[[Request, str], SignedIn]:
    """Answer what a form demands that is for who may do that."""

    def demand(request: Request, csrf: Annotated[str, Form()] = "") -> SignedIn:
        return _allowed(_own(request, csrf), operation)

    return demand


def calls(operation: Operation) -> Callable[[Request], SignedIn]:
    """Answer what an operation for scripts demands that is for who may do that."""

    def demand(request: Request) -> SignedIn:
        return _allowed(_own(request, request.headers.get(CSRF_HEADER, "")), operation)

    return demand


def _own(request: Request, csrf: str) -> SignedIn:
    signed = signed_in(request)
    if signed is None:
        raise SIGN_IN
    if request.method not in SAFE_METHODS and not same(csrf, signed.session.csrf):
        raise NOT_FROM_OUR_PAGE
    return signed


def _allowed(signed: SignedIn, operation: Operation) -> SignedIn:
    if not may(signed.member.role, operation):
        raise NOT_YOURS
    return signed
