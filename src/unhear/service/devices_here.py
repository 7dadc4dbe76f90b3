"""What this process does for the other processes of a home, with the devices that it has."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import numpy as np

from unhear.answer.synthesiser import Speech
from unhear.engines.resampling import RATES_HZ
from unhear.house.house import House
from unhear.house.spoken import PIECE_SECONDS_MAX, Spoken, TooFast
from unhear.house.watched import Call, CallWrong, CameraAway, CameraState
from unhear.household.words import DeviceId
from unhear.service.messages import Words
from unhear.service.sealing import LineKey
from unhear.service.served_line import ServedLine

DONE, NOT_DONE = {"done": True}, {"done": False}
Serves = Callable[[], Collection[DeviceId]]
"""Answers the devices that speak and are this process's, whether they are there or not."""

OVER_SECONDS = 0.5
"""How often it is looked whether a browser films still."""


class DevicesHere:
    """One home's devices in this process."""

    def __init__(self, house: House, key: LineKey, serves: Serves | None) -> None:
        """`key` is that of the home's lines; None `serves` in a process without ears."""
        self.key = key
        self._serves = serves
        self._house = house
        self._does: dict[object, Callable[[ServedLine, Words], Awaitable[None]]] = {
            "tell": self._tell,
            "see": self._see,
            "picture": self._picture,
            "press": self._press,
            "obey": self._obey,
            "say": self._say,
            "announce": self._announce,
            "relay": self._relay,
            "call": self._call,
        }

    async def answer(self, line: ServedLine, asked: Words) -> None:
        """Do what is asked, and what follows on the line. Raises `LineEnded`."""
        does = self._does.get(asked.get("do"))
        if does is None:
            await line.send(NOT_DONE)  # of a newer version, perhaps
        else:
            await does(line, asked)

    async def _tell(self, line: ServedLine, _asked: Words) -> None:
        cameras = {
            device: [one.state, one.filming, one.seen_live]
            for device, one in self._house.cameras.here().items()
        }
        told = {"cameras": cameras, "places": {**self._house.rooms.places()}}
        await line.send({**DONE, **told, "serves": sorted(self._serves() if self._serves else ())})

    async def _see(self, line: ServedLine, asked: Words) -> None:
        cameras, camera = self._house.cameras, _device(asked, "camera")
        watched = cameras.camera_here(camera)
        if watched is None or watched.state is not CameraState.CONNECTED:
            await line.send(NOT_DONE)
            return
        film = cameras.shown(watched, camera)
        pieces = await line.run(film.__enter__)
        left = asyncio.create_task(line.until_left())
        left.add_done_callback(lambda _: film.__exit__(None, None, None))
        try:
            await line.send(DONE)
            while not left.done() and (piece := await line.run(next, pieces, b"")):
                await line.send(piece)
            if not left.done():
                await line.send({"left": cameras.camera_here(camera) is not watched})
        finally:
            left.cancel()

    async def _picture(self, line: ServedLine, asked: Words) -> None:
        watched = self._house.cameras.camera_here(_device(asked, "camera"))
        if watched is None or watched.state is not CameraState.CONNECTED:
            await line.send(NOT_DONE)
            return
        await line.send(DONE)
        picture = await line.run(watched.picture)
        await line.send({"left": False} if picture is None else picture)

    async def _press(self, line: ServedLine, asked: Words) -> None:
        camera = _device(asked, "camera")
        here = self._house.cameras.camera_here(camera) is not None
        mine = here or (self._serves is not None and bool(asked.get("anybody")))
        if mine:
            await line.run(self._house.door.rang, camera)
        await line.send(DONE if mine else NOT_DONE)

    async def _obey(self, line: ServedLine, _asked: Words) -> None:
        self._house.household = await line.run(self._house.family.read)
        await line.send(DONE)

    async def _say(self, line: ServedLine, asked: Words) -> None:
        text, device = str(asked["text"]), _device(asked, "device")
        said = await line.run(self._house.rooms.say_there, text, device)
        await line.send(DONE if said else NOT_DONE)

    async def _announce(self, line: ServedLine, asked: Words) -> None:
        text, rooms = str(asked["text"]), {str(room) for room in asked["rooms"]}
        said = await line.run(self._house.rooms.announce, text, rooms)
        await line.send({**DONE, "rooms": [*said]})

    async def _relay(self, line: ServedLine, asked: Words) -> None:
        spoken, rate_hz = Spoken(), 0
        if not self._house.rooms.relay(_device(asked, "device"), spoken):
            await line.send(NOT_DONE)
            return
        try:
            await line.send(DONE)
            while True:
                said = await line.receive(PIECE_SECONDS_MAX)
                if isinstance(said, bytes):
                    spoken.add(Speech(np.frombuffer(said, "<i2").astype(np.int16), rate_hz))
                elif (rate_hz := said.get("rate", 0)) not in RATES_HZ:
                    return
        except TooFast:
            return
        finally:
            spoken.end()

    async def _call(self, line: ServedLine, asked: Words) -> None:
        try:
            call = await line.run(self._called, asked)
        except CallWrong as wrong:
            await line.send({**DONE, "wrong": str(wrong)})
            return
        except CameraAway:
            await line.send(NOT_DONE)
            return
        left = asyncio.create_task(line.until_left())
        try:
            await line.send({**DONE, "answer": call.answer})
            while not (left.done() or call.over):
                await asyncio.wait([left], timeout=OVER_SECONDS)
        finally:
            left.cancel()
            await line.run(call.close)

    def _called(self, asked: Words) -> Call:
        camera, offer = _device(asked, "camera"), str(asked["offer"])
        return self._house.cameras.call_here(camera, offer, hears=bool(asked["hears"]))


def _device(asked: dict[str, Any], which: str) -> DeviceId:
    return DeviceId(str(asked[which]))
