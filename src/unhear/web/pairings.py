"""How another browser becomes a device of the house: by a code that a guardian made."""

import json
from dataclasses import asdict, replace
from datetime import timedelta
from hashlib import sha256

from fastapi import Response
from starlette.requests import HTTPConnection

from unhear.clock import random_bytes
from unhear.house.house import House
from unhear.household.family import Device, Household
from unhear.household.retention import DeviceKind
from unhear.household.words import DeviceId, PersonId
from unhear.web.problems import Problem

COOKIE = "__Host-unhear-device"
TOKEN_BYTES = 32
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look alike; 32 of them, so that a byte chooses evenly."""

CODE_LENGTH = 8
WITHIN = timedelta(minutes=10)
YEAR_SECONDS = 365 * 86_400
WRONG_CODE = Problem(401, "wrong-code", "This code is not right, or too old; make another one.")


def begin(house: House, device: Device) -> str:
    """Answer a code that makes a browser this device, once, within ten minutes."""
    letters = (CODE_LETTERS[byte % len(CODE_LETTERS)] for byte in random_bytes(CODE_LENGTH))
    code = "".join(letters)
    house.passing.put(_about(code), json.dumps(asdict(device)).encode(), house.clock() + WITHIN)
    return code


def finish(house: House, code: str, response: Response) -> Device:
    """Answer the device that a code is for, and give its browser the cookie.

    Raises `Problem` for any other code.
    """
    content = house.passing.take(_about(code.strip().upper()))
    if content is None:
        raise WRONG_CODE
    device = _device(json.loads(content))
    token = random_bytes(TOKEN_BYTES).hex()
    response.set_cookie(
        COOKIE, token, max_age=YEAR_SECONDS, secure=True, httponly=True, samesite="strict"
    )
    return replace(device, key=_key(token))


def device_now(
    connection: HTTPConnection, house: House, kind: DeviceKind = DeviceKind.VOICE
) -> Device | None:
    """Answer the device of that kind that a browser is, or None, whichever process paired it."""
    found = device_of(connection, house.household, kind)
    if found is not None or connection.cookies.get(COOKIE) is None:
        return found
    return device_of(connection, house.newest.look(), kind)


def device_of(
    connection: HTTPConnection, household: Household, kind: DeviceKind = DeviceKind.VOICE
) -> Device | None:
    """Answer the device of that kind that a browser is, or None."""
    token = connection.cookies.get(COOKIE)
    if token is None:
        return None
    key = _key(token)
    devices = (device for device in household.devices if device.kind is kind)
    return next((device for device in devices if device.key == key), None)


def _about(code: str) -> bytes:
    return b"pairing/" + code.encode()


def _device(fields: dict[str, str | None]) -> Device:
    person = fields["person"]
    return Device(
        DeviceId(str(fields["id"])),
        DeviceKind(str(fields["kind"])),
        fields["room"],
        None if person is None else PersonId(person),
    )


def _key(token: str) -> bytes:
    """Answer what is remembered of a cookie: nothing that can be used as one."""
    return sha256(token.encode()).digest()
