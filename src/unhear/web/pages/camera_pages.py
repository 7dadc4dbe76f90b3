"""The pages of cameras, and what their forms do.

The forms do the same as the operations, for browsers without JavaScript too.
"""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from pydantic import ValidationError

from unhear.house.cameras import NoSuchCamera, camera_item
from unhear.household.cameras import DAYS_MAX, STREET_DAYS, Area, Camera, Hours, Mode
from unhear.household.retention import DeviceKind
from unhear.household.words import DeviceId
from unhear.web.api.cameras import (
    AREAS_MAX,
    HOURS_MAX,
    NO_SUCH_CAMERA,
    WRONG_AREA,
    NewCamera,
    pair,
    remove,
)
from unhear.web.api.cameras import cameras as all_cameras
from unhear.web.pages import forms, views
from unhear.web.pages.forms import WRONG, Text, minutes, show_code
from unhear.web.pages.render import back_to, page
from unhear.web.pages.visits import SIGNS
from unhear.web.pairings import device_now
from unhear.web.signed_in import SignedIn, TheHome

router = APIRouter(include_in_schema=False)

PERCENT = 100
Texts = Annotated[tuple[Text, ...], Form()]


@router.get("/cameras")
def cameras(request: Request, signed: views.Guardian) -> Response:
    """Show the cameras, and how the household lives now."""
    return page(request, "cameras", signed, found=all_cameras(signed), modes=list(Mode))


@router.get("/camera")
def camera(request: Request, signed: views.Guardian, name: str) -> Response:
    """Show one camera: live, and what was decided about it."""
    found = all_cameras(signed)
    one = next((one for one in found.cameras if one.name == name), None)
    if one is None:
        raise NO_SUCH_CAMERA
    return page(
        request,
        "camera",
        signed,
        one=one,
        replies=found.replies,
        modes=list(Mode),
        days_max=DAYS_MAX,
        street_days=STREET_DAYS,
        sign=f"{SIGNS}{camera_item(DeviceId(name)).hex()}",
    )


@router.get("/film")
def film(request: Request, home: TheHome) -> Response:
    """Film, in a browser that was paired as a camera."""
    device = device_now(request, home.house, DeviceKind.CAMERA) if home.ready else None
    if device is None:
        raise views.SignInFirst
    return page(request, "film", None, camera=device.id)


@router.post("/cameras/pair")
def pair_camera(request: Request, signed: forms.Guardian, name: Text, room: Text = "") -> Response:
    """Show the code with which another browser becomes a camera."""
    try:
        wanted = NewCamera(name=name, room=room or None)
    except ValidationError:
        raise WRONG from None
    return show_code(request, signed, pair(signed, wanted), "cameras")


@router.post("/cameras/remove")
def remove_camera(signed: forms.Guardian, name: Text) -> Response:
    """Let a browser be a camera no more."""
    remove(signed, name)
    return back_to("/cameras")


@router.post("/cameras/mode")
def live_as(signed: forms.Guardian, mode: Annotated[Mode, Form()]) -> Response:
    """Say how the household lives now."""
    signed.house.household = signed.house.cameras.live_as(mode)
    return back_to("/cameras")


@router.post("/cameras/switch")
def switch(signed: forms.Guardian, name: Text, on: Text = "") -> Response:
    """Switch a camera on or off."""
    _decide(signed, replace(_decided(signed, name), on=on == "on"))
    return back_to("/cameras")


@router.post("/camera/change")
def change(
    signed: forms.Guardian,
    name: Text,
    days: Annotated[int, Form()],
    sensitivity: Annotated[int, Form(ge=0, le=PERCENT)],
    *,
    on: Text = "",
    indoors: Text = "",
    people_only: Text = "",
    hears: Text = "",
    mode: Annotated[tuple[Mode, ...], Form()] = (),
    since: Texts = (),
    until: Texts = (),
) -> Response:
    """Decide when a camera records, what for, and how long that stays."""
    try:
        changed = replace(
            _decided(signed, name),
            on=on == "on",
            indoors=indoors == "on",
            people_only=people_only == "on",
            hears=hears == "on",
            days=days,
            sensitivity=sensitivity / PERCENT,
            modes=frozenset(mode),
            hours=_hours(since, until),
        )
    except ValueError:
        raise WRONG from None
    _decide(signed, changed)
    return _back_to(name)


@router.post("/camera/areas")
def areas(
    signed: forms.Guardian,
    name: Text,
    *,
    kind: Texts = (),
    left: Texts = (),
    top: Texts = (),
    right: Texts = (),
    bottom: Texts = (),
) -> Response:
    """Decide what a camera never sees, and where it watches."""
    camera = _decided(signed, name)
    try:
        drawn = [
            (what, Area(*(float(edge.replace(",", ".")) / PERCENT for edge in edges)))
            for what, *edges in zip(kind, left, top, right, bottom, strict=True)
            if any(edges)
        ]
    except ValueError:
        raise WRONG_AREA from None
    if len(drawn) > AREAS_MAX:
        raise WRONG_AREA
    private = tuple(area for what, area in drawn if what == "private")
    watched = tuple(area for what, area in drawn if what == "watched")
    _decide(signed, replace(camera, private=private, watched=watched))
    return _back_to(name)


def _decided(signed: SignedIn, name: str) -> Camera:
    try:
        return signed.house.cameras.decided(DeviceId(name))
    except NoSuchCamera:
        raise NO_SUCH_CAMERA from None


def _decide(signed: SignedIn, camera: Camera) -> None:
    signed.house.household = signed.house.cameras.decide(camera)


def _hours(since: Texts, until: Texts) -> tuple[Hours, ...]:
    """Answer parts of a day; a row without both times is none. Raises `ValueError`."""
    rows = [(a, b) for a, b in zip(since, until, strict=True) if a and b]
    if len(rows) > HOURS_MAX:
        raise ValueError("too many hours")
    return tuple(Hours(minutes(a), minutes(b)) for a, b in rows)


def _back_to(name: str) -> Response:
    return back_to(f"/camera?{urlencode({'name': name})}")
