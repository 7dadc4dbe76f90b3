"""What hears and sees, and how another browser becomes a device of the house."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from unhear.household.family import Device, Household
from unhear.household.retention import DeviceKind
from unhear.household.words import DeviceId, PersonId
from unhear.web import pairings
from unhear.web.api.fields import Answered, Name, Taken
from unhear.web.problems import Problem
from unhear.web.signed_in import Guardian, SignedIn, TheHome

router = APIRouter(prefix="/devices", tags=["devices"])

NO_SUCH_DEVICE = Problem(404, "no-such-device", "There is no device of that name.")
NAME_TAKEN = Problem(409, "name-taken", "Another device has this name; choose another one.")
NO_SUCH_PERSON = Problem(422, "no-such-person", "Nobody here has this id.")
DeviceName = Annotated[str, Path(min_length=1, max_length=100)]


class Known(Answered):
    """A device: where it stands, whose it is, whether it listens, and whether it is here now."""

    name: str
    kind: DeviceKind
    room: str
    person: str | None
    listens: bool
    here: bool
    paired: bool


class Devices(Answered):
    """All devices."""

    devices: list[Known]


class Change(Taken):
    """What to change of a device; what is left out stays. `person` "" means nobody's."""

    room: Name | None = None
    person: str | None = None
    listens: bool | None = None


class NewDevice(Taken):
    """A browser that is to become a device."""

    name: Name
    room: Name | None = None
    person: str | None = None


class Pairing(Answered):
    """The code that the other browser is given, once, within ten minutes."""

    code: str
    url: str


class Code(Taken):
    """A pairing code."""

    code: Name


@router.get("")
def devices(signed: Guardian) -> Devices:
    """List the devices that are named in the settings, paired, or here now."""
    return Devices(devices=all_devices(signed))


@router.patch("/{name}")
def change(signed: Guardian, name: DeviceName, wanted: Change) -> Known:
    """Change a device's room, whose it is, or let it sleep or listen."""
    house, device = signed.house, DeviceId(name)
    if name not in {one.name for one in all_devices(signed)}:
        raise NO_SUCH_DEVICE
    if wanted.room is not None or wanted.person is not None:
        known = house.household.device(device) or Device(device, DeviceKind.VOICE)
        person = known.person if wanted.person is None else _person(house.household, wanted.person)
        changed = known.placed(room=wanted.room or known.room, person=person)
        house.household = house.family.set_device(changed)
    if wanted.listens is not None:
        house.household = house.family.set_listening(device, on=wanted.listens)
    return next(one for one in all_devices(signed) if one.name == name)


@router.post("/pairings", status_code=201)
def pair(signed: Guardian, wanted: NewDevice) -> Pairing:
    """Make a code that lets another browser become a device of the house."""
    if is_taken(signed, wanted.name):
        raise NAME_TAKEN
    person = _person(signed.house.household, wanted.person or "")
    device = Device(DeviceId(wanted.name), DeviceKind.VOICE, wanted.room, person)
    code = pairings.begin(signed.house, device)
    return Pairing(code=code, url=f"{signed.home.origin}/pair#{code}")


@router.post("/pairings/finish", status_code=204)
def finish_pairing(home: TheHome, taken: Code, response: Response) -> None:
    """Become a device of the house, with the code that a guardian made."""
    device = pairings.finish(home.house, taken.code, response)
    home.house.household = home.house.family.set_device(device)


@router.delete("/{name}", status_code=204)
def unpair(signed: Guardian, name: DeviceName) -> None:
    """Let a browser be no device any more, and forget where a device stood."""
    house = signed.house
    if house.household.device(DeviceId(name)) is None:
        raise NO_SUCH_DEVICE
    house.household = house.family.remove_device(DeviceId(name))


def is_taken(signed: SignedIn, name: str) -> bool:
    """Whether a device or a camera is called like this."""
    devices = {one.name for one in all_devices(signed)}
    return name in devices or name in signed.house.cameras.named


def all_devices(signed: SignedIn) -> list[Known]:
    """Answer every device but the cameras, by name."""
    house = signed.house
    household, here = house.household, house.rooms.places()
    named = {DeviceId(one.name): one.room or one.name for one in house.settings.satellites}
    rooms = {**named, **here}
    known = {one.id: one for one in household.devices if one.kind is not DeviceKind.CAMERA}
    found = []
    for name in sorted({*rooms, *known}):
        device = known.get(name) or Device(name, DeviceKind.VOICE)
        found.append(
            Known(
                name=name,
                kind=device.kind,
                room=device.room or rooms.get(name, name),
                person=device.person,
                listens=name not in household.asleep,
                here=name in here,
                paired=device.key is not None,
            )
        )
    return found


def _person(household: Household, person: str) -> PersonId | None:
    """Answer a person's id, or None for nobody's. Raises `Problem`."""
    if person == "":
        return None
    if household.person(PersonId(person)) is None:
        raise NO_SUCH_PERSON
    return PersonId(person)
