"""Where people ask whom a camera filmed: a sign at the door leads here, and nobody signs in.

Source of what a sign must say: European Data Protection Board, Guidelines 3/2019, section 7.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from unhear.forget.kept_receipts import file_name
from unhear.house.cameras import camera_item
from unhear.house.data_requests import TooManyRequests
from unhear.house.everything import all_receipts
from unhear.house.house import House
from unhear.house.visits import (
    MESSAGE_SECONDS_MAX,
    NoMessages,
    NoVisit,
    ask_to_forget,
    leave_message,
)
from unhear.household.data_rights import VISITOR, DataRequest
from unhear.household.words import DeviceId, TraceId
from unhear.keep.age import AgeError
from unhear.prove.receipt import Receipt
from unhear.web.api.fields import HEX_ID
from unhear.web.pages.qr import qr_picture
from unhear.web.pages.render import back_to, page
from unhear.web.pages.views import Guardian
from unhear.web.problems import Problem
from unhear.web.security import VISITS
from unhear.web.signed_in import TheHome

router = APIRouter(include_in_schema=False)

NOTHING_HERE = Problem(404, "no-visit", "There is nothing here; look at the address again.")
SIGNS = "/signs/"
NO_MESSAGES = Problem(409, "no-messages", "No message can be left here now.")
NOT_SEALED = Problem(422, "not-sealed", "A message must be sealed to the household: an age file.")
Text = Annotated[str, Form()]
Seconds = Annotated[float, Query(ge=0, le=MESSAGE_SECONDS_MAX)]


def _camera(home: TheHome, camera: str) -> DeviceId:
    """Answer the camera whose sign leads here. Raises `Problem`."""
    named = home.house.cameras.named if home.ready else ()
    found = (one for one in named if camera_item(one).hex() == camera)
    device = next(found, None)
    if device is None:
        raise NOTHING_HERE
    return device


def _request(home: TheHome, device: "Camera", request: str) -> DataRequest:
    """Answer the request of whoever knows its address. Raises `Problem`."""
    if HEX_ID.fullmatch(request) is None:
        raise NOTHING_HERE
    found = home.house.data_requests.of(VISITOR, TraceId(bytes.fromhex(request)))
    if found is None or (found.visit is not None and found.visit.camera != device):
        raise NOTHING_HERE
    return found


async def _body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_body)]
Camera = Annotated[DeviceId, Depends(_camera)]
Asked = Annotated[DataRequest, Depends(_request)]


@router.get(VISITS + "{camera}")
def visit(request: Request, home: TheHome, device: Camera) -> Response:
    """Say what a camera does, and let somebody ask."""
    return _page(request, home.house, device)


@router.post(VISITS + "{camera}")
def ask(
    request: Request, home: TheHome, device: Camera, *, day: Text, since: Text, until: Text
) -> Response:
    """Take what somebody asks; where it stands is at an address that they alone get."""
    house = home.house
    try:
        began, ended = _times(day, since, until, house)
        asked = ask_to_forget(house, device, began, ended)
    except (ValueError, NoVisit):
        return _page(request, house, device, wrong="visit_wrong")
    except TooManyRequests:
        return _page(request, house, device, wrong="visit_too_many")
    return back_to(f"{VISITS}{camera_item(device).hex()}/{asked.id.hex()}")


@router.post(VISITS + "{camera}/message", status_code=204)
def message(home: TheHome, device: Camera, body: Body, seconds: Seconds) -> None:
    """Keep what a visitor said, which their browser sealed to the household."""
    try:
        leave_message(home.house, device, body, seconds)
    except NoMessages:
        raise NO_MESSAGES from None
    except AgeError:
        raise NOT_SEALED from None


@router.get(VISITS + "{camera}/{request}")
def state(request: Request, home: TheHome, asked: Asked) -> Response:
    """Say how far a request is."""
    status = asked.status(home.house.clock())
    return page(request, "visited", None, asked=asked, status=status.value)


@router.get(VISITS + "{camera}/{request}/receipt")
def receipt(home: TheHome, asked: Asked) -> Response:
    """Answer the receipt of what was forgotten, with nothing opened."""
    found = _receipt(home.house, asked)
    if found is None:
        raise NOTHING_HERE
    plain = Receipt(found.statement, found.proof, None)
    named = f'attachment; filename="{file_name(plain)}"'
    headers = {"content-disposition": named, "cache-control": "no-store"}
    return Response(plain.to_json(), headers=headers, media_type="application/json")


@router.get(SIGNS + "{camera}")
def sign(request: Request, signed: Guardian, device: Camera) -> Response:
    """Show the sign of a camera, to be printed."""
    url = f"{signed.home.origin}{VISITS}{camera_item(device).hex()}"
    shown = _shown(signed.house, device)
    return page(request, "sign", signed, url=url, picture=qr_picture(url), **shown)


def _page(request: Request, house: House, device: DeviceId, wrong: str = "") -> Response:
    today = house.clock().astimezone(house.settings.zone).date()
    shown = _shown(house, device)
    status = 422 if wrong else 200
    return page(request, "visit", None, status, wrong=wrong, today=today, **shown)


def _shown(house: House, device: DeviceId) -> dict[str, Any]:
    camera = house.cameras.decided(device)
    return {
        "camera": camera,
        "recipient": str(house.identity.recipient),
        "seconds": int(MESSAGE_SECONDS_MAX),
        "operator": house.settings.operator.name or house.household.name,
        "stay": timedelta(days=camera.days),
    }


def _times(day: str, since: str, until: str, house: House) -> tuple[datetime, datetime]:
    """Answer the moments of a visit; one that ends before it begins spans midnight."""
    at, zone = date.fromisoformat(day), house.settings.zone
    began = datetime.combine(at, time.fromisoformat(since), zone)
    ended = datetime.combine(at, time.fromisoformat(until), zone)
    if ended <= began:
        ended = datetime.combine(at + timedelta(days=1), time.fromisoformat(until), zone)
    return began, ended


def _receipt(house: House, asked: DataRequest) -> Receipt | None:
    if asked.erasure is None:
        return None
    found = (one for one in all_receipts(house) if one.statement.get("id") == asked.erasure)
    return next(found, None)
