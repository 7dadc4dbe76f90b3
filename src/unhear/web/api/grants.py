"""Recordings shown to somebody who does not live here, by a link: granted, opened, taken back.

Nobody signs in to open one: whoever has the link has the grant's id, 128 random bits that the house
made, and behind its `#` the key, which is sent to nobody.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from unhear.house.grants import Terms
from unhear.keep.grants import DAYS_MAX, Grant
from unhear.web.api.clips import Piece, piece
from unhear.web.api.erasures import Forgotten, told
from unhear.web.api.fields import Answered, Bytes, Name, Taken, Trace
from unhear.web.api.recordings import Sealed, sealed_bytes
from unhear.web.signed_in import FreshGuardian, Guardian, SignedIn, TheHome

router = APIRouter(prefix="/grants", tags=["sharing"])

DAYS = 2
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class NewGrant(Taken):
    """A recording to be shown: its age headers sealed anew, to an identity that stays in the link.

    They are those of a clip's pieces from the first on, or the one of a sound.
    """

    recording: Trace
    headers: tuple[Bytes, ...]
    whom: Name
    why: Reason
    days: Annotated[int, Field(ge=1, le=DAYS_MAX)] = DAYS


class Granted(Answered):
    """A grant, for guardians; `url` is its link without the key, which only its maker had."""

    id: str
    url: str
    recording: str
    device: str
    heard_at: datetime
    filmed: bool
    whom: str
    why: str
    by: str
    made_at: datetime
    until: datetime
    opened: int


class Grants(Answered):
    """The grants that still open something, the newest first."""

    grants: list[Granted]


class Until(Answered):
    """All that a link without its key tells."""

    until: datetime


class Shared(Answered):
    """What whoever has the link may see: who shows it, what it is, and its pieces.

    `size` bytes of the payload belong to it; opened, and put one behind the other, the pieces are
    fragmented MP4 where it was `filmed`, a WAV file where it was not. `by` is empty where it is not
    known who of several guardians shared it.
    """

    household: str
    by: str
    device: str
    heard_at: datetime
    filmed: bool
    until: datetime
    size: int
    pieces: list[Piece]


@router.get("")
def grants(signed: Guardian) -> Grants:
    """List what is shown to whom, until when, and how often it was opened."""
    return Grants(grants=all_grants(signed))


@router.post("", status_code=201)
def grant(signed: FreshGuardian, wanted: NewGrant) -> Granted:
    """Let somebody open a recording; stated in the log before the link opens anything."""
    terms = Terms(wanted.whom, wanted.why, wanted.days)
    made = signed.house.grants.make(signed.person.id, wanted.recording, wanted.headers, terms)
    return _granted(signed, made)


@router.delete("/{grant}")
def take_back(signed: Guardian, grant: Trace) -> Forgotten:
    """Take a grant back: its key is destroyed now. Answers the receipt."""
    return told(signed, signed.house.grants.take_back(grant))


@router.get("/{grant}")
def until(home: TheHome, grant: Trace) -> Until:
    """Say until when a link opens something."""
    return Until(until=home.house.grants.current(grant).expires_at)


@router.get("/{grant}/headers")
def headers(home: TheHome, grant: Trace) -> Shared:
    """Answer what the link's key opens; the look is stated first."""
    house = home.house
    found = house.grants.open(grant)
    house.note_opened(found.recording)
    by = house.household.person(found.by)
    return Shared(
        household=house.household.name,
        by="" if by is None else by.name,
        device=found.utterance.device,
        heard_at=found.utterance.heard_at,
        filmed=found.filmed,
        until=found.expires_at,
        size=found.size,
        pieces=[piece(one) for one in found.pieces],
    )


@router.get("/{grant}/payload", response_class=Sealed)
def payload(home: TheHome, grant: Trace, request: Request) -> Response:
    """Answer the sealed payload as far as it was granted, whole or a range of it (RFC 9110)."""
    found = home.house.grants.current(grant)
    return sealed_bytes(home.house, found.recording, found.size, request)


def all_grants(signed: SignedIn) -> list[Granted]:
    """Answer the grants that still open something, as the API tells them."""
    return [_granted(signed, one) for one in signed.house.grants.all()]


def _granted(signed: SignedIn, one: Grant) -> Granted:
    by = signed.house.household.person(one.by)
    return Granted(
        id=one.id.hex(),
        url=f"{signed.home.origin}/shared/{one.id.hex()}",
        recording=one.recording.hex(),
        device=one.utterance.device,
        heard_at=one.utterance.heard_at,
        filmed=one.filmed,
        whom=one.whom,
        why=one.why,
        by="" if by is None else by.name,
        made_at=one.made_at,
        until=one.expires_at,
        opened=one.opened,
    )
