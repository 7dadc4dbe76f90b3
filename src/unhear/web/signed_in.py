"""Who may ask: what operations demand of a request before they begin."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from unhear.house.house import House
from unhear.household.sign_ins import SignIn
from unhear.household.words import Person, PersonKind
from unhear.web.home import Home
from unhear.web.problems import Problem
from unhear.web.security import SAFE_METHODS
from unhear.web.sessions import csrf_for, same, token_of

CSRF_HEADER = "x-csrf"
SIGN_IN = Problem(401, "sign-in-needed", "Sign in as a guardian of this household first.")
STEP_UP = Problem(
    403, "step-up-needed", "Prove again who you are, with your passkey, and ask once more."
)
NOT_FROM_OUR_PAGE = Problem(403, "csrf", "Load the page again, and ask from there.")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A guardian who asks for something; `csrf` is what their own pages repeat."""

    home: Home
    house: House
    person: Person
    session: SignIn
    csrf: str


def home_of(request: HTTPConnection) -> Home:
    """Answer the house behind the console."""
    home: Home = request.app.state.home
    return home


def guardian_of(request: HTTPConnection) -> SignedIn | None:
    """Answer the guardian who is signed in, or None."""
    home, token = home_of(request), token_of(request)
    session = home.house.sign_ins.of(token) if home.ready and token is not None else None
    if session is None or token is None:
        return None
    person = home.house.household.person(session.person)
    if person is None or person.kind is not PersonKind.GUARDIAN:
        return None
    return SignedIn(home, home.house, person, session, csrf_for(token))


def _guardian(request: Request) -> SignedIn:
    signed = guardian_of(request)
    if signed is None:
        raise SIGN_IN
    said = request.headers.get(CSRF_HEADER, "")
    if request.method not in SAFE_METHODS and not same(said, signed.csrf):
        raise NOT_FROM_OUR_PAGE
    return signed


def _fresh_guardian(signed: Annotated[SignedIn, Depends(_guardian)]) -> SignedIn:
    if not signed.house.sign_ins.is_fresh(signed.session):
        raise STEP_UP
    return signed


TheHome = Annotated[Home, Depends(home_of)]
Guardian = Annotated[SignedIn, Depends(_guardian)]
"""Any guardian of the household."""

FreshGuardian = Annotated[SignedIn, Depends(_fresh_guardian)]
"""A guardian who proved a moment ago who they are."""
