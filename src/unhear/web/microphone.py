"""The microphone page: a browser is a voice device, over a WebSocket.

The page sends `{"rate": HZ, "wake": BOOL}` first, then its microphone as int16 mono (little-endian)
while it listens, and `{"do": "listen"}` or `{"do": "stop"}` when it is touched. It is sent what
happens as JSON objects, and what is said as int16 mono after a `{"rate": HZ}`.

Browsers give their microphone to pages of their own machine, or over TLS. A WebSocket must have
been opened by the console's own page (`security.SameOrigin`), by a guardian or a paired device.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, ValidationError

from unhear.answer.synthesiser import Speech
from unhear.capture.sound import Pcm
from unhear.engines.resampling import Resampling
from unhear.house.leases import device_lease
from unhear.house.pacing import Pace
from unhear.house.turn import Turn
from unhear.house.voice import Stream, VoiceSession, Ways
from unhear.household.family import Device
from unhear.household.retention import DeviceKind
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.web.home import Home
from unhear.web.pairings import device_now
from unhear.web.signed_in import guardian_of

BROWSER = DeviceId("browser")
"""What a guardian's browser is called."""

PAGES_MAX = 8
"""How many pages may listen at once; more are turned away."""

SENT_MAX = 256
"""How many messages may wait for a slow page before it is given up."""

POLICY_VIOLATION, UNSUPPORTED, TRY_LATER = 1008, 1003, 1013


class Hello(BaseModel):
    """What a page says first."""

    model_config = ConfigDict(extra="forbid", strict=True)

    rate: int
    wake: bool


class Touch(BaseModel):
    """What a person does on the page."""

    model_config = ConfigDict(extra="forbid", strict=True)

    do: str


class Talking:
    """The pages that are open, each a device of its own: a guardian's, or one that was paired."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._open: set[DeviceId] = set()

    async def converse(self, socket: WebSocket) -> None:
        """Serve one page until it is gone."""
        who = await asyncio.to_thread(self._who, socket)
        ways = self._home.ways
        if who is None:
            await socket.close(POLICY_VIOLATION)
            return
        await socket.accept()
        if ways is None:
            await socket.close(TRY_LATER, "the house is still getting ready")
            return
        if len(self._open) >= PAGES_MAX:
            await socket.close(TRY_LATER, "too many pages are open")
            return
        names = (DeviceId(f"{who.id} {n}" if n > 1 else who.id) for n in count(1))
        device = next(name for name in names if self._may_be(name))
        self._open.add(device)
        try:
            await self._serve(socket, replace(who, id=device), ways)
        except WebSocketDisconnect:
            return
        except (ValidationError, ValueError, KeyError):
            await socket.close(UNSUPPORTED, "the page said what nobody understands")
        finally:
            self._open.discard(device)
            if self._home.leases is not None:
                self._home.leases.release(device_lease(device))

    def _may_be(self, name: DeviceId) -> bool:
        """Whether a page may be called so: no other is, in this process or another of the house."""
        leases = self._home.leases
        return name not in self._open and (leases is None or leases.take(device_lease(name)))

    def _who(self, socket: WebSocket) -> Device | None:
        """Answer the device that a browser is, or None where it is a stranger's."""
        if not self._home.ready:
            return None
        household = self._home.house.household
        paired = device_now(socket, self._home.house)
        if paired is not None or guardian_of(socket) is None:
            return paired
        return household.device(BROWSER) or Device(BROWSER, DeviceKind.VOICE)

    async def _serve(self, socket: WebSocket, device: Device, ways: Ways) -> None:
        hello = Hello.model_validate_json(await socket.receive_text())
        resampling = Resampling(hello.rate)
        screen = PageSpeaker(asyncio.get_running_loop())
        stream = Stream(
            device.id,
            device.person or UNKNOWN_PERSON,
            screen,
            hello.wake,
            device.room,
            partial=lambda words: screen.tell(words=words),
            replied=lambda reply: screen.tell(reply=reply.text),
            told=lambda text: screen.tell(told=text),
        )
        session = await asyncio.to_thread(VoiceSession, stream, ways)
        screen.tell(ready=self._home.settings.wake_word.replace("_", " "))
        sending = asyncio.create_task(screen.send(socket))
        try:
            await _Page(socket, session, resampling).listen()
        finally:
            screen.stop()
            sending.cancel()
            await asyncio.to_thread(session.close)


@dataclass(frozen=True, slots=True)
class _Page:
    """What one page sends."""

    socket: WebSocket
    session: VoiceSession
    resampling: Resampling

    async def listen(self) -> None:
        """Take what the page sends until it is gone. Raises `ValueError` for nonsense."""
        while (message := await self.socket.receive())["type"] != "websocket.disconnect":
            if (sound := message.get("bytes")) is not None:
                pcm: Pcm = np.frombuffer(sound, "<i2").astype(np.int16)
                await asyncio.to_thread(self._hear, pcm)
            else:
                await asyncio.to_thread(self._touched, Touch.model_validate_json(message["text"]))

    def _hear(self, pcm: Pcm) -> None:
        self.session.feed(self.resampling.feed(pcm))

    def _touched(self, touch: Touch) -> None:
        if touch.do == "listen":
            self.session.woken()
        elif touch.do == "stop":
            self.session.interrupt()
        else:
            raise ValueError("a page can listen and stop")


class PageSpeaker:
    """A page's loudspeaker and screen; called from threads, it sends from the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: asyncio.Queue[str | bytes] = asyncio.Queue(SENT_MAX)
        self._pace = Pace()
        self._rate_hz = 0

    async def send(self, socket: WebSocket) -> None:
        """Send what is told, until cancelled or the page is gone, or too slow to follow."""
        with suppress(WebSocketDisconnect):
            while not self._waiting.full():
                message = await self._waiting.get()
                if isinstance(message, bytes):
                    await socket.send_bytes(message)
                else:
                    await socket.send_text(message)
            await socket.close(TRY_LATER, "the page does not take what it is sent")

    def tell(self, **what: Any) -> None:
        """Send an object after those before it; from any thread."""
        self._put(json.dumps(what))

    def woken(self) -> None:
        """Show that somebody is listened to."""
        self.tell(state="listening")

    def thinking(self) -> None:
        """Show that the request is over."""
        self.tell(state="thinking")

    def say(self, speech: Speech) -> None:
        """Send a piece of speech as fast as it is played."""
        self._pace.begin()
        if self._rate_hz != speech.rate_hz:
            self._rate_hz = speech.rate_hz
            self.tell(rate=speech.rate_hz)
        for piece in self._pace.pieces(speech):
            self._put(piece.pcm.astype("<i2").tobytes())

    def stop(self) -> None:
        """Let the page be silent at once."""
        self._pace.stop()
        self.tell(state="stopped")

    def finished(self, turn: Turn | None) -> None:
        """Show what became of a request."""
        if turn is None:
            self.tell(state="resting")
            return
        self.tell(
            state="resting",
            heard=turn.transcript.text,
            kept=turn.kept is not None,
            why=list(turn.decision.reasons),
            asks=turn.reply.question is not None,
        )

    def _put(self, message: str | bytes) -> None:
        self._loop.call_soon_threadsafe(self._offer, message)

    def _offer(self, message: str | bytes) -> None:
        if not self._waiting.full():
            self._waiting.put_nowait(message)
