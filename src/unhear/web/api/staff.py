"""Where a desk asks for its staff. Nobody signs in here: each message is signed by the desk.

Where the settings name no desk there is nothing here at all. A refusal tells no more than that.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from unhear.access.message import MESSAGE_BYTES_MAX
from unhear.house.house import House
from unhear.house.reception import Reception
from unhear.household.staff import AccessState, StaffPurpose
from unhear.web.api.clips import Piece, piece
from unhear.web.api.fields import Answered, Taken
from unhear.web.api.recordings import SEALED, Sealed, pieces_of
from unhear.web.problems import Problem
from unhear.web.signed_in import TheHome

router = APIRouter(prefix="/staff", tags=["staff"])

NO_STAFF = Problem(404, "no-staff", "No staff may ask here.")


def staffed(home: TheHome) -> House:
    """Answer the house, where the settings name a desk. Raises `Problem` where they do not."""
    if not home.ready or home.house.reception is None:
        raise NO_STAFF
    return home.house


StaffedHouse = Annotated[House, Depends(staffed)]


def _receives(house: StaffedHouse) -> Reception:
    if house.reception is None:
        raise NO_STAFF
    return house.reception


TheReception = Annotated[Reception, Depends(_receives)]


class Signed(Taken):
    """A message (JSON) and its Ed25519 signature over `unhear/staff/v1`, a line feed, and it.

    Both in base64. docs/api.md says what stands in a message.
    """

    message: Annotated[str, Field(max_length=2 * MESSAGE_BYTES_MAX)] = ""
    signature: Annotated[str, Field(max_length=200)] = ""


class Requested(Answered):
    """A request that waits for a guardian; nothing is told of what it names."""

    request: str


class Own(Answered):
    """A request of the member of staff who asks."""

    request: str
    purpose: StaffPurpose
    ticket: str
    state: AccessState
    grants: list[str]
    until: datetime | None


class Requests(Answered):
    """The requests of the member of staff who asks, newest first."""

    requests: list[Own]


class Looked(Answered):
    """What a grant opens: `size` bytes of the payload, in pieces, for its member's key alone."""

    device: str
    heard_at: datetime
    seconds: float
    filmed: bool
    ticket: str
    size: int
    until: datetime
    pieces: list[Piece]


class Counts(Answered):
    """How often staff looked, asked and were let in here, ever."""

    looks: int
    requests: int
    grants: int


@router.post("/ask")
def ask(desk: TheReception, signed: Signed) -> Requested:
    """Ask guardians to let a member of staff see or hear recordings."""
    made = desk.ask(signed.message, signed.signature)
    return Requested(request=made.hex())


@router.post("/requests")
def requests(desk: TheReception, signed: Signed) -> Requests:
    """List the requests of a member of staff."""
    found = desk.requests(signed.message, signed.signature)
    own = [
        Own(
            request=one.id.hex(),
            purpose=one.reason.purpose,
            ticket=one.reason.ticket,
            state=state,
            grants=[grant.hex() for grant in one.grants] if state is AccessState.GRANTED else [],
            until=one.until,
        )
        for one, state in found
    ]
    return Requests(requests=own)


@router.post("/headers")
def headers(desk: TheReception, signed: Signed) -> Looked:
    """Answer the headers that a grant holds; the look is stated first."""
    found = desk.headers(signed.message, signed.signature)
    return Looked(
        device=found.utterance.device,
        heard_at=found.utterance.heard_at,
        seconds=found.utterance.seconds or found.pieces[-1].ends,
        filmed=found.filmed,
        ticket="" if found.staff is None else found.staff.reason.ticket,
        size=found.size,
        until=found.expires_at,
        pieces=[piece(one) for one in found.pieces],
    )


@router.post("/payload", response_class=Sealed)
def payload(house: StaffedHouse, desk: TheReception, signed: Signed) -> Response:
    """Answer a part of the sealed payload, once a look at it was stated."""
    part = desk.payload(signed.message, signed.signature)
    return StreamingResponse(
        pieces_of(house, part.recording, part.first, part.end),
        headers={"content-length": str(part.end - part.first)},
        media_type=SEALED,
    )


@router.post("/give_back")
def give_back(desk: TheReception, signed: Signed) -> dict[str, str]:
    """End a request or a grant early: its key is destroyed."""
    desk.give_back(signed.message, signed.signature)
    return {}


@router.post("/counts")
def counts(desk: TheReception, signed: Signed) -> Counts:
    """Say how often staff looked; no names."""
    return Counts(**desk.counts(signed.message, signed.signature))
