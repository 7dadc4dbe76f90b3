"""Cameras and doorbells: what was decided about them, and how they are."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from unhear.house.cameras import NoSuchCamera
from unhear.house.watched import CameraAway, CameraElsewhere, CameraState
from unhear.household.cameras import DAYS_MAX, Area, Camera, Hours, Mode
from unhear.household.family import Device
from unhear.household.retention import DeviceKind
from unhear.household.words import DeviceId
from unhear.web import pairings
from unhear.web.api.devices import NAME_TAKEN, Pairing, is_taken
from unhear.web.api.fields import Answered, Name, Taken
from unhear.web.home import ELSEWHERE
from unhear.web.problems import Problem
from unhear.web.signed_in import FreshGuardian, Guardian, SignedIn

router = APIRouter(prefix="/cameras", tags=["cameras"])

NO_SUCH_CAMERA = Problem(404, "no-such-camera", "There is no camera of that name.")
NOT_A_BROWSER = Problem(
    409,
    "not-a-browser",
    "The settings name this camera; take it out there, and start the house anew.",
)
CAMERA_AWAY = Problem(409, "camera-away", "This camera shows nothing now; try again later.")
NO_SUCH_REPLY = Problem(422, "no-such-reply", "The house has no such reply; see `replies`.")
SPEAKER_AWAY = Problem(409, "speaker-away", "Nobody can be heard at this camera now.")
WRONG_AREA = Problem(
    422, "wrong-area", "An area lies between 0 and 1, and is wider and higher than nothing."
)
AREAS_MAX, HOURS_MAX = 16, 8
Minute = Annotated[int, Field(ge=0, lt=24 * 60)]
CameraName = Annotated[str, Path(min_length=1, max_length=60)]


class AreaIn(Taken):
    """A rectangle, in fractions of the picture's width and height from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


class HoursIn(Taken):
    """A part of every day, in minutes since midnight where the house is; it may span midnight."""

    since: Minute
    until: Minute


Areas = Annotated[tuple[AreaIn, ...], Field(max_length=AREAS_MAX)]
AllHours = Annotated[tuple[HoursIn, ...], Field(max_length=HOURS_MAX)]


class Known(Answered):
    """A camera: what was decided about it, and how it is.

    `filming` says that a clip is being kept at this moment; `speaker` that people before it can be
    spoken to, and are told when somebody looks; `browser` that it is a browser that was paired, or
    is to be. What the other fields mean stands at `Change`.
    """

    name: str
    room: str
    doorbell: bool
    speaker: bool
    browser: bool
    state: CameraState
    filming: bool
    on: bool
    on_since: datetime | None
    indoors: bool
    private: Areas
    watched: Areas
    sensitivity: float
    people_only: bool
    hears: bool
    days: int
    modes: list[Mode]
    hours: AllHours


class CamerasKnown(Answered):
    """All cameras, and how the household lives now."""

    cameras: list[Known]
    mode: Mode
    days_max: int
    replies: dict[str, str]
    """What can be said at a door with one word, by that word."""


class Change(Taken):
    """What to change of a camera; what is left out stays.

    `on` lets it record at all, in `modes` and `hours` (none are all); `private` areas are black in
    everything; motion counts in `watched` areas (none are everywhere); `sensitivity` is 0 to 1;
    `hears` keeps sound too; what it films stays `days`.
    """

    on: bool | None = None
    indoors: bool | None = None
    private: Areas | None = None
    watched: Areas | None = None
    sensitivity: Annotated[float | None, Field(ge=0, le=1)] = None
    people_only: bool | None = None
    hears: bool | None = None
    days: Annotated[int | None, Field(ge=1, le=DAYS_MAX)] = None
    modes: list[Mode] | None = None
    hours: AllHours | None = None


class NewCamera(Taken):
    """A browser that is to become a camera."""

    name: Name
    room: Name | None = None


class Living(Taken):
    """How the household lives now."""

    mode: Mode


class Reply(Taken):
    """What is to be said: one of the words of `replies`."""

    which: str


@router.get("")
def cameras(signed: Guardian) -> CamerasKnown:
    """List the cameras."""
    house = signed.house
    return CamerasKnown(
        cameras=[_known(signed, device) for device in sorted(house.cameras.named)],
        mode=house.household.mode,
        days_max=DAYS_MAX,
        replies=house.door.replies(),
    )


@router.post("/pairings", status_code=201)
def pair(signed: Guardian, wanted: NewCamera) -> Pairing:
    """Make a code that lets another browser become a camera, a new one or one that is a browser."""
    device, cameras = DeviceId(wanted.name), signed.house.cameras
    if is_taken(signed, wanted.name) and not cameras.is_browser(device):
        raise NAME_TAKEN
    known = signed.house.household.device(device)
    room = wanted.room or (None if known is None else known.room)
    code = pairings.begin(signed.house, Device(device, DeviceKind.CAMERA, room))
    return Pairing(code=code, url=f"{signed.home.origin}/pair#{code}")


@router.put("/mode")
def live_as(signed: Guardian, wanted: Living) -> CamerasKnown:
    """Say how the household lives now: at home, away, or at night."""
    signed.house.household = signed.house.cameras.live_as(wanted.mode)
    return cameras(signed)


@router.patch("/{name}")
def change(signed: Guardian, name: CameraName, wanted: Change) -> Known:
    """Decide about a camera; it obeys at once."""
    house, device = signed.house, DeviceId(name)
    try:
        house.household = house.cameras.decide(_changed(house.cameras.decided(device), wanted))
    except NoSuchCamera:
        raise NO_SUCH_CAMERA from None
    except ValueError:
        raise WRONG_AREA from None
    return _known(signed, device)


@router.delete("/{name}", status_code=204)
def remove(signed: Guardian, name: CameraName) -> None:
    """Let a browser be a camera no more, and forget what was decided; what is kept stays."""
    cameras, device = signed.house.cameras, DeviceId(name)
    if device not in cameras.named:
        raise NO_SUCH_CAMERA
    if not cameras.is_browser(device):
        raise NOT_A_BROWSER
    signed.house.household = cameras.remove(device)


@router.post("/{name}/reply", status_code=204)
def reply(signed: Guardian, name: CameraName, wanted: Reply) -> None:
    """Have the house say something to people at a door, in its own voice."""
    door, device = signed.house.door, DeviceId(name)
    if device not in signed.house.cameras.named:
        raise NO_SUCH_CAMERA
    if wanted.which not in door.replies():
        raise NO_SUCH_REPLY
    try:
        said = door.reply(device, wanted.which)
    except CameraElsewhere:
        raise ELSEWHERE from None
    if not said:
        raise SPEAKER_AWAY


class Picture(Response):
    """A picture."""

    media_type = "image/jpeg"


@router.get("/{name}/picture", response_class=Picture)
def picture(signed: FreshGuardian, name: CameraName) -> Response:
    """Answer what a camera shows now, private areas black; stated first, as a look."""
    try:
        jpeg = signed.house.cameras.picture(signed.person.id, DeviceId(name))
    except NoSuchCamera:
        raise NO_SUCH_CAMERA from None
    except CameraElsewhere:
        raise ELSEWHERE from None
    except CameraAway:
        raise CAMERA_AWAY from None
    return Picture(jpeg, headers={"cache-control": "no-store"})


def _changed(camera: Camera, wanted: Change) -> Camera:
    """Answer what is decided now. Raises `ValueError`."""
    plain = wanted.model_dump(exclude_none=True)
    for field in ("private", "watched"):
        if field in plain:
            plain[field] = tuple(Area(**area) for area in plain[field])
    if "hours" in plain:
        plain["hours"] = tuple(Hours(**hours) for hours in plain["hours"])
    if "modes" in plain:
        plain["modes"] = frozenset(plain["modes"])
    return replace(camera, **plain)


def _known(signed: SignedIn, device: DeviceId) -> Known:
    house = signed.house
    camera, named = house.cameras.decided(device), house.cameras.named[device]
    return Known(
        name=device,
        room=named.room or named.name,
        doorbell=named.doorbell,
        speaker=named.speaker is not None,
        browser=house.cameras.is_browser(device),
        state=house.cameras.state(device),
        filming=house.cameras.filming(device),
        on=camera.on,
        on_since=camera.on_since,
        indoors=camera.indoors,
        private=_areas(camera.private),
        watched=_areas(camera.watched),
        sensitivity=camera.sensitivity,
        people_only=camera.people_only,
        hears=camera.hears,
        days=camera.days,
        modes=sorted(camera.modes),
        hours=tuple(HoursIn(since=h.since, until=h.until) for h in camera.hours),
    )


def _areas(areas: tuple[Area, ...]) -> tuple[AreaIn, ...]:
    return tuple(AreaIn(left=a.left, top=a.top, right=a.right, bottom=a.bottom) for a in areas)
