"""Whether, and of what, a guardian's browser is told while nobody looks at the console."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from unhear.clock import now
from unhear.household.alerts import CHOSEN, AlertKind, Subscription
from unhear.stores.push_client import is_usable
from unhear.web.api.fields import Answered, Bytes, Taken
from unhear.web.ceremonies import text
from unhear.web.problems import Problem
from unhear.web.signed_in import Guardian, SignedIn
from unhear.web.subscribing import forget_browser, give_cookie, subscription_of, take_cookie, told

router = APIRouter(prefix="/notifications", tags=["notifications"])

UNKNOWN_SERVICE = Problem(
    422,
    "unknown-push-service",
    "This browser's push service is not known here; name it in `push_services` in the settings.",
)
NO_KEY = Problem(422, "no-push-key", "These are not the keys of a browser.")
Endpoint = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class Notifications(Answered):
    """What a browser subscribes with, what it can be told, and what it is told."""

    key: str
    """The house's public key (RFC 8292)."""

    kinds: list[AlertKind]
    chosen: list[AlertKind] | None
    """What this browser is told; null where it is told nothing."""

    pictures: bool
    """Whether it is shown who is at a camera."""

    elsewhere: int
    """How many other browsers of this guardian are told something."""


class Wanted(Taken):
    """How this browser is reached (W3C Push API), and what it wants to be told."""

    endpoint: Endpoint
    key: Bytes
    auth: Bytes
    kinds: Annotated[frozenset[AlertKind], Field(min_length=1)]
    pictures: bool = False


@router.get("")
def notifications(signed: Guardian, request: Request) -> Notifications:
    """Say what this browser is told, and could be."""
    household = signed.house.household
    state = told(request, household, signed.person.id)
    return _answer(signed, state.here, state.elsewhere)


@router.put("")
def switch_on(
    signed: Guardian, request: Request, response: Response, wanted: Wanted
) -> Notifications:
    """Let this browser be told, or be told of other things."""
    house = signed.house
    if not house.push.may_send(wanted.endpoint):
        raise UNKNOWN_SERVICE
    if not is_usable(wanted.key, wanted.auth):
        raise NO_KEY
    known = subscription_of(request, house.household)
    new = Subscription(
        id=give_cookie(response) if known is None else known.id,
        person=signed.person.id,
        endpoint=wanted.endpoint,
        key=wanted.key,
        auth=wanted.auth,
        kinds=wanted.kinds,
        added_at=now(),
        pictures=wanted.pictures,
    )
    house.household = house.family.set_subscription(new)
    own = [one for one in house.household.subscriptions if one.person == new.person]
    return _answer(signed, new, len(own) - 1)


@router.delete("", status_code=204)
def switch_off(signed: Guardian, request: Request, response: Response) -> None:
    """Let this browser be told no more."""
    forget_browser(signed.house, request, response)


@router.delete("/everywhere", status_code=204)
def switch_off_everywhere(signed: Guardian, response: Response) -> None:
    """Let no browser of one's own be told any more."""
    household = signed.house.household
    own = [one.id for one in household.subscriptions if one.person == signed.person.id]
    signed.house.tell_no_more(own)
    take_cookie(response)


def _answer(signed: SignedIn, here: Subscription | None, elsewhere: int) -> Notifications:
    return Notifications(
        key=text(signed.house.push.public_key),
        kinds=list(CHOSEN),
        chosen=None if here is None else sorted(here.kinds),
        pictures=here is not None and here.pictures,
        elsewhere=elsewhere,
    )
