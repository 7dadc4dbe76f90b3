"""One browser that films, over WebRTC: what it sends, as it was coded.

The browser offers, the house answers, once (RFC 9429). Both name their own addresses in the house's
network alone: no other machine is asked for the way. Pictures are H.264 (RFC 6184), sound is Opus
(RFC 7587), and nothing else is taken. A key picture is asked for every two seconds, for browsers
send none by themselves, and a piece of film can begin with no other.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from threading import Condition
from time import monotonic
from typing import Any, TypeVar

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpreceiver import RTCRtpReceiver

from unhear.cameras.undecoded import ask_for_key_picture, take_undecoded
from unhear.capture.encoded import PICTURE_TICKS
from unhear.capture.fragments import units
from unhear.house.watched import CallWrong

SOUND_TICKS = 48_000
"""Ticks a second of Opus, whatever its rate (RFC 7587, section 4.1)."""

KEY_SECONDS = 2.0
ANSWER_SECONDS_MAX = 10.0
WAITING_MAX = 1_000
"""How many frames wait for who reads slowly; then they miss what comes up to a key picture."""

KINDS = {"video": ("video/H264", "video/rtx"), "audio": ("audio/opus",)}
TICKS = {"video": PICTURE_TICKS, "audio": SOUND_TICKS}
KEY_UNIT = 5
"""The type of the units that a key picture is made of (ITU-T H.264, table 7-1)."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Coded:
    """A coded picture, or a little sound, `at` so many of its ticks since the call began."""

    data: bytes
    at: int
    sound: bool = False

    @property
    def key(self) -> bool:
        """Whether it is a picture that needs no other."""
        return not self.sound and any(unit[0] & 0x1F == KEY_UNIT for unit in units(self.data))


class BrowserCall:
    """A call from its offer to its end; for threads other than that of its event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, offer: str, *, hears: bool) -> None:
        """Answer an offer (SDP). Raises `CallWrong`."""
        self.hears = hears
        self.sounds = hears and "\nm=audio" in offer
        self.over = False
        self._loop = loop
        self._changed = Condition()
        self._coming: deque[Coded] = deque()
        self._missing = self._ended = False
        self._began = monotonic()
        self._asking: asyncio.Task[None] | None = None
        self._peer: RTCPeerConnection
        self.answer = self._run(self._begin(offer))

    def next(self, seconds: float) -> Coded | None:
        """Answer what came next, or wait for it; None where nothing comes."""
        with self._changed:
            self._changed.wait_for(lambda: self._coming or self.over, seconds)
            return self._coming.popleft() if self._coming else None

    def put_back(self, coded: Coded) -> None:
        """Have the next one who reads begin with this."""
        with self._changed:
            self._coming.appendleft(coded)

    def close(self) -> None:
        """End it, once."""
        with self._changed:
            ended, self._ended = self._ended, True
        if not ended:
            self._run(self._end())

    async def _begin(self, offer: str) -> str:
        self._peer = peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peer.on("connectionstatechange", self._look)
        pictures = self._expect("video")
        if self.sounds:
            self._expect("audio")
        expected = len(peer.getTransceivers())
        try:
            await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            wrong = len(peer.getTransceivers()) > expected or peer.sctp is not None
            if not wrong:
                await peer.setLocalDescription(await peer.createAnswer())
        except Exception:  # noqa: BLE001 - whatever it is, it is wrong with the offer
            wrong = True
        if wrong:
            await self._end()
            raise CallWrong("it offers no film in H.264, or more than this camera takes")
        self._asking = asyncio.create_task(_keep_asking(pictures))
        return peer.localDescription.sdp

    def _expect(self, kind: str) -> RTCRtpReceiver:
        """Be ready to receive pictures or sound, coded in one way alone."""
        transceiver = self._peer.addTransceiver(kind, direction="recvonly")
        known = RTCRtpReceiver.getCapabilities(kind)
        codecs = [] if known is None else known.codecs
        transceiver.setCodecPreferences([one for one in codecs if one.mimeType in KINDS[kind]])
        take_undecoded(transceiver.receiver, self._taker(kind))
        return transceiver.receiver

    def _taker(self, kind: str) -> Callable[[JitterFrame], None]:
        """Answer what takes a track's frames; its clock begins when its first comes."""
        ticks, zero = TICKS[kind], None

        def take(frame: JitterFrame) -> None:
            nonlocal zero
            if zero is None:
                zero = round((monotonic() - self._began) * ticks) - frame.timestamp
            self._add(Coded(frame.data, zero + frame.timestamp, sound=kind == "audio"))

        return take

    def _add(self, coded: Coded) -> None:
        with self._changed:
            if len(self._coming) >= WAITING_MAX:
                self._coming.clear()
                self._missing = True
            if self._missing and not coded.key:
                return
            self._missing = False
            self._coming.append(coded)
            self._changed.notify_all()

    def _look(self) -> None:
        if self._peer.connectionState in {"failed", "closed"}:
            self._finish()

    def _finish(self) -> None:
        with self._changed:
            self.over = True
            self._changed.notify_all()

    async def _end(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        await self._peer.close()
        self._finish()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWER_SECONDS_MAX)


async def _keep_asking(pictures: RTCRtpReceiver) -> None:
    while True:
        await ask_for_key_picture(pictures)
        await asyncio.sleep(KEY_SECONDS)
