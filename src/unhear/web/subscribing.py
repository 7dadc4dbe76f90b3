"""Which browser is told of what: known by a cookie of its own, which outlives sessions."""

from dataclasses import dataclass
from hashlib import sha256

from fastapi import Response
from starlette.requests import HTTPConnection

from unhear.clock import random_bytes
from unhear.house.house import House
from unhear.household.alerts import Subscription
from unhear.household.family import Household

COOKIE = "__Host-unhear-told"
TOKEN_BYTES = 32
YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Told:
    """What a page must know to show who is told: this browser, and how many others of one's own."""

    here: Subscription | None
    elsewhere: int


def subscription_of(connection: HTTPConnection, household: Household) -> Subscription | None:
    """Answer how the browser that asks is told, or None."""
    token = connection.cookies.get(COOKIE)
    return None if token is None else household.subscription(_key(token))


def told(connection: HTTPConnection, household: Household, person: str) -> Told:
    """Answer which of a guardian's browsers are told."""
    here = subscription_of(connection, household)
    own = [one for one in household.subscriptions if one.person == person]
    return Told(here, len([one for one in own if one != here]))


def give_cookie(response: Response) -> bytes:
    """Let a browser be known by a new cookie; answer what is remembered of it."""
    token = random_bytes(TOKEN_BYTES).hex()
    response.set_cookie(
        COOKIE, token, max_age=YEAR_SECONDS, secure=True, httponly=True, samesite="strict"
    )
    return _key(token)


def forget_browser(house: House, connection: HTTPConnection, response: Response) -> None:
    """Tell a browser no more, if it was told, and have it drop its cookie."""
    known = subscription_of(connection, house.household)
    if known is not None:
        house.tell_no_more([known.id])
    take_cookie(response)


def take_cookie(response: Response) -> None:
    """Have a browser drop its cookie."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")


def _key(token: str) -> bytes:
    """Answer what is remembered of a cookie: nothing that can be used as one."""
    return sha256(token.encode()).digest()
