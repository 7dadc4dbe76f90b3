"""Looks, for the page's script: what is sealed passes through, and is kept nowhere."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from unhear.desk.homes import Headers
from unhear.desk.roles import Operation
from unhear.desk.signed_in import STEP_UP, SignedIn, calls
from unhear.web.api.fields import HEX_ID, Answered, Taken
from unhear.web.problems import Problem

router = APIRouter(prefix="/api/v1/looks")

RANGE_BYTES_MAX = 64 << 20
WRONG_RANGE = Problem(416, "wrong-range", "These are no bytes that can be fetched at once.")
WRONG_ID = Problem(422, "not-understood", "An id is 32 hexadecimal digits.")
Looker = Annotated[SignedIn, Depends(calls(Operation.LOOK))]
Position = Annotated[int, Query(ge=0)]


class Wanted(Taken):
    """What somebody wants to look at."""

    home: str
    grant: str


class Begun(Answered):
    """A look that the home has stated: its id here, and what is sealed to the member."""

    look: str
    seen: Headers


@router.post("", status_code=201)
def look(signed: Looker, wanted: Wanted) -> Begun:
    """Look: written down here, stated by the home, then answered to who proved who they are."""
    desk, member = signed.desk, signed.member
    if not desk.sessions.is_fresh(signed.session):
        raise STEP_UP
    if not all(HEX_ID.fullmatch(one) for one in (wanted.home, wanted.grant)):
        raise WRONG_ID
    begun = desk.looks.begin(member, wanted.home, wanted.grant)
    headers = desk.homes.headers(wanted.home, member, wanted.grant)
    desk.looks.opened(begun, headers.seconds)
    return Begun(look=begun.id, seen=headers)


@router.get("/{look}/payload")
def payload(signed: Looker, look: str, first: Position, last: Position) -> Response:
    """Answer sealed bytes of what is looked at, from the home, as they come."""
    if not 0 <= last - first < RANGE_BYTES_MAX:
        raise WRONG_RANGE
    found = signed.desk.looks.of(signed.member, look)
    pieces = signed.desk.homes.payload(found.home, signed.member, found.grant, first, last)
    return StreamingResponse(pieces, media_type="application/octet-stream")
