"""How another browser becomes a device of the house: by a code that a guardian made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from threading import Lock
from time import monotonic

from fastapi import Response
from starlette.requests import HTTPConnection

from unhear.clock import random_bytes
from unhear.household.family import Device, Household
from unhear.household.retention import DeviceKind
from unhear.web.problems import Problem

COOKIE = "__Host-unhear-device"
TOKEN_BYTES = 32
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look alike; 32 of them, so that a byte chooses evenly."""

CODE_LENGTH = 8
WITHIN_SECONDS = 600.0
WAITING_MAX = 20
YEAR_SECONDS = 365 * 86_400
WRONG_CODE = Problem(401, "wrong-code", "This code is not right, or too old; make another one.")


@dataclass(frozen=True, slots=True)
class _Waiting:
    device: Device
    begun: float


class Pairings:
    """The codes that wait to be used; safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}
        self._lock = Lock()

    def begin(self, device: Device) -> str:
        """Answer a code that makes a browser this device, once, within ten minutes."""
        letters = (CODE_LETTERS[byte % len(CODE_LETTERS)] for byte in random_bytes(CODE_LENGTH))
        code, now = "".join(letters), self._clock()
        with self._lock:
            fresh = {c: w for c, w in self._waiting.items() if now - w.begun <= WITHIN_SECONDS}
            while len(fresh) >= WAITING_MAX:
                del fresh[next(iter(fresh))]
            self._waiting = {**fresh, code: _Waiting(device, now)}
        return code

    def finish(self, code: str, response: Response) -> Device:
        """Answer the device that a code is for, and give its browser the cookie.

        Raises `Problem` for any other code.
        """
        with self._lock:
            waiting = self._waiting.pop(code.strip().upper(), None)
        if waiting is None or self._clock() - waiting.begun > WITHIN_SECONDS:
            raise WRONG_CODE
        token = random_bytes(TOKEN_BYTES).hex()
        response.set_cookie(
            COOKIE, token, max_age=YEAR_SECONDS, secure=True, httponly=True, samesite="strict"
        )
        return replace(waiting.device, key=_key(token))


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


def _key(token: str) -> bytes:
    """Answer what is remembered of a cookie: nothing that can be used as one."""
    return sha256(token.encode()).digest()
