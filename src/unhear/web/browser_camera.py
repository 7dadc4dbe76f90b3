"""The camera page: a browser films for the house, over WebRTC.

Over a WebSocket the page is told `{"hears": BOOL}`: whether its sound is wanted. It answers
`{"offer": SDP}`, is told `{"answer": SDP}`, and films from then on. `{"light": WORD}` tells what
becomes of it, whenever that changes: `off`, `on`, `filming`, or `seen` live. The call is over when
the socket is closed, and the socket is closed when the call is over, or its sound is to be had
otherwise.

The socket must have been opened by the console's own page (`security.SameOrigin`), in a browser
that was paired as this camera.
"""

import asyncio
import json

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, ValidationError

from unhear.house.cameras import NoSuchCamera
from unhear.house.named_cameras import records
from unhear.house.watched import Call, CallWrong, CameraAway, CameraElsewhere
from unhear.household.retention import DeviceKind
from unhear.household.words import DeviceId
from unhear.web.home import ELSEWHERE, Home
from unhear.web.live import POLICY_VIOLATION, TRY_LATER, UNSUPPORTED, until_left
from unhear.web.pairings import device_of

LIGHT_SECONDS = 0.5
"""How often it is looked at what becomes of the film."""


class Offer(BaseModel):
    """What a page answers."""

    model_config = ConfigDict(extra="forbid", strict=True)

    offer: str


class Filming:
    """The browsers that film."""

    def __init__(self, home: Home) -> None:
        self._home = home

    async def film(self, socket: WebSocket) -> None:
        """Serve one page until it is gone."""
        camera = await asyncio.to_thread(self._camera, socket)
        if camera is None:
            await socket.close(POLICY_VIOLATION)
            return
        await socket.accept()
        try:
            await self._serve(socket, camera)
        except CameraElsewhere:
            await socket.close(TRY_LATER, ELSEWHERE.kind)
        except (NoSuchCamera, CameraAway):
            await socket.close(TRY_LATER, "the house is still getting ready")
        except (CallWrong, ValidationError, KeyError):
            await socket.close(UNSUPPORTED, "the page offers what no camera can take")
        except WebSocketDisconnect:
            return

    def _camera(self, socket: WebSocket) -> DeviceId | None:
        """Answer the camera that a browser is, or None where it is a stranger's."""
        if not self._home.ready:
            return None
        house = self._home.house
        device = device_of(socket, house.household, DeviceKind.CAMERA)
        known = device is not None and house.cameras.is_browser(device.id)
        return device.id if known and device is not None else None

    async def _serve(self, socket: WebSocket, camera: DeviceId) -> None:
        cameras = self._home.house.cameras
        await _tell(socket, hears=cameras.decided(camera).hears)
        offer = Offer.model_validate_json(await socket.receive_text()).offer
        call = await asyncio.to_thread(cameras.call, camera, offer)
        try:
            await _tell(socket, answer=call.answer)
            await self._follow(socket, camera, call)
        finally:
            await asyncio.to_thread(call.close)

    async def _follow(self, socket: WebSocket, camera: DeviceId, call: Call) -> None:
        """Show what becomes of the film, for as long as it is wanted as it was offered."""
        left = asyncio.create_task(until_left(socket))
        shown = None
        try:
            while not left.done() and self._wants(socket, camera, call):
                light = await asyncio.to_thread(self._light, camera)
                if light != shown:
                    shown = light
                    await _tell(socket, light=light)
                await asyncio.wait([left], timeout=LIGHT_SECONDS)
            if not left.done():
                await socket.close(TRY_LATER, "call again")
        finally:
            left.cancel()

    def _wants(self, socket: WebSocket, camera: DeviceId, call: Call) -> bool:
        if call.over or self._camera(socket) != camera:
            return False
        return self._home.house.cameras.decided(camera).hears == call.hears

    def _light(self, camera: DeviceId) -> str:
        house = self._home.house
        if house.cameras.seen_live(camera):
            return "seen"
        if house.cameras.filming(camera):
            return "filming"
        local = house.clock().astimezone(house.settings.zone)
        return "on" if records(house.household, camera, local) else "off"


async def _tell(socket: WebSocket, **what: object) -> None:
    await socket.send_text(json.dumps(what))
