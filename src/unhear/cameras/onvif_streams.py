"""Find a camera's streams by asking it, each time it is connected with: they may move."""

import asyncio
from dataclasses import replace

from unhear.cameras.onvif import OnvifDevice, describe
from unhear.cameras.soap import SCHEME, Login, OnvifAway, OnvifRefused
from unhear.cameras.source import CameraAway, CameraRefused, Place

SMALL = "#small"
"""What an address ends with that means the camera's smaller stream."""


def small_of(address: str) -> str | None:
    """Answer the address of the smaller stream of a camera that can be asked; else None."""
    return f"{address}{SMALL}" if address.startswith(f"{SCHEME}:") else None


def stream_at(place: Place) -> Place:
    """Answer where a stream really is; asks the camera where the address says so.

    Raises `CameraAway` and `CameraRefused`. Not to be called where an event loop runs.
    """
    if not place.address.startswith(f"{SCHEME}:"):
        return place
    address = place.address.removesuffix(SMALL)
    device = _described(Login.at(address, place.user, place.password))
    if address == place.address:
        return replace(place, address=device.main)
    if device.sub is None:
        raise CameraAway("it has no smaller stream")
    return replace(place, address=device.sub)


def _described(login: Login) -> OnvifDevice:
    wrong: CameraAway
    try:
        return asyncio.run(describe(login))
    except OnvifRefused as error:
        wrong = CameraRefused(str(error))
    except OnvifAway as error:
        wrong = CameraAway(str(error))
    raise wrong
