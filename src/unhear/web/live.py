"""See a camera live, and speak to who is before it: for a guardian with a fresh proof.

Of two WebSockets, `/live/CAMERA` sends fragmented MP4, the first message an initialization segment.
`/live/CAMERA/talk` takes `{"rate": HZ}` first and then a microphone as int16 mono (little-endian),
and plays it at the camera's speaker as it comes. Each is stated in the log before anything is seen
or said, and heard at the camera. Who must prove first who they are is closed to with 1008 and
`step-up-needed`. A look that may go on when another process has taken the camera ends with 1013 and
`camera-left`.
"""

import asyncio
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from unhear.answer.synthesiser import Speech
from unhear.engines.resampling import RATES_HZ
from unhear.house.cameras import NoSuchCamera
from unhear.house.spoken import Spoken, TooFast
from unhear.house.watched import CameraAway, CameraElsewhere, CameraLeft
from unhear.household.words import DeviceId
from unhear.web.home import ELSEWHERE, Home
from unhear.web.signed_in import STEP_UP, SignedIn, guardian_of

POLICY_VIOLATION, UNSUPPORTED, TRY_LATER = 1008, 1003, 1013
LEFT = "camera-left"
"""Why a look ends that may go on in a moment: another process is about to take the camera."""


class Hello(BaseModel):
    """What a talking page says first."""

    model_config = ConfigDict(extra="forbid", strict=True)

    rate: Annotated[int, Field(ge=RATES_HZ.start, lt=RATES_HZ.stop)]


class Live:
    """Cameras as guardians see them live."""

    def __init__(self, home: Home) -> None:
        self._home = home

    async def see(self, socket: WebSocket, camera: str) -> None:
        """Send what a camera sees until the page is gone."""
        signed = await self._fresh(socket)
        if signed is None:
            return
        cameras, device = signed.house.cameras, DeviceId(camera)
        try:
            live = await asyncio.to_thread(cameras.live, signed.person.id, device)
            pieces = await asyncio.to_thread(live.__enter__)
        except CameraElsewhere:
            await socket.close(TRY_LATER, ELSEWHERE.kind)
            return
        except (NoSuchCamera, CameraAway):
            await socket.close(TRY_LATER, "this camera shows nothing now")
            return
        left = asyncio.create_task(until_left(socket))
        left.add_done_callback(lambda _: live.__exit__(None, None, None))
        try:
            while not left.done() and (piece := await asyncio.to_thread(_next, pieces)):
                await socket.send_bytes(piece)
            if not left.done():
                await socket.close(TRY_LATER, "this camera shows nothing more")
        except CameraLeft:
            if not left.done():
                await socket.close(TRY_LATER, LEFT)
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            left.cancel()

    async def talk(self, socket: WebSocket, camera: str) -> None:
        """Play what a page says at a camera's speaker until the page is gone."""
        signed = await self._fresh(socket)
        if signed is None:
            return
        cameras, device = signed.house.cameras, DeviceId(camera)
        spoken = Spoken()
        try:
            hello = Hello.model_validate_json(await socket.receive_text())
            await asyncio.to_thread(cameras.talk, signed.person.id, device, spoken)
            await socket.send_text('{"ready": true}')
            while True:
                pcm = np.frombuffer(await socket.receive_bytes(), "<i2").astype(np.int16)
                spoken.add(Speech(pcm, hello.rate))
        except CameraElsewhere:
            await socket.close(TRY_LATER, ELSEWHERE.kind)
        except (NoSuchCamera, CameraAway):
            await socket.close(TRY_LATER, "nobody can be spoken to there now")
        except (ValidationError, ValueError, KeyError, TooFast):
            await socket.close(UNSUPPORTED, "the page said what nobody can play")
        except WebSocketDisconnect:
            return
        finally:
            spoken.end()

    async def _fresh(self, socket: WebSocket) -> SignedIn | None:
        """Answer who asks, or turn them away."""
        signed = await asyncio.to_thread(guardian_of, socket) if self._home.ready else None
        if signed is None:
            await socket.close(POLICY_VIOLATION)
            return None
        # A page learns why it is turned away only from a socket that was taken.
        await socket.accept()
        if not signed.house.sign_ins.is_fresh(signed.session):
            await socket.close(POLICY_VIOLATION, STEP_UP.kind)
            return None
        return signed


async def until_left(socket: WebSocket) -> None:
    """Wait until the page is gone; what it says meanwhile means nothing."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")
