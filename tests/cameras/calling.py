"""A browser's part of a call: it offers, and sends films' packets as they are, again and again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from fractions import Fraction
from itertools import chain, cycle
from threading import Event, Thread
from typing import Any

import av
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack
from aiortc.rtcrtpsender import RTCRtpSender

from tests.cameras.films import FPS, Film
from tests.cameras.watching import DOOR, House, watched
from unhear.cameras.browser import BrowserCamera
from unhear.capture.clips import Bounds
from unhear.capture.encoded import PICTURE_TICKS
from unhear.household.cameras import Camera


class Filmed(MediaStreamTrack):
    """Films, one behind the other, again and again, as fast as they play."""

    kind = "video"

    def __init__(self, *films: Film) -> None:
        super().__init__()
        self._units = cycle(chain.from_iterable(film.units for film in films))
        self._sent = 0
        self._began: float | None = None

    async def recv(self) -> "av.Packet[Any]":
        now = asyncio.get_running_loop().time
        self._began = now() if self._began is None else self._began
        await asyncio.sleep(self._began + self._sent / FPS - now())
        packet: av.Packet[Any] = av.Packet(next(self._units))
        packet.pts, packet.time_base = self._sent * PICTURE_TICKS // FPS, Fraction(1, PICTURE_TICKS)
        self._sent += 1
        return packet


@asynccontextmanager
async def offered(*tracks: MediaStreamTrack) -> AsyncIterator[RTCPeerConnection]:
    """Offer tracks, of which pictures are H.264."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for track in tracks:
        transceiver = peer.addTransceiver(track, direction="sendonly")
        if track.kind == "video":
            codecs = RTCRtpSender.getCapabilities("video").codecs
            transceiver.setCodecPreferences([one for one in codecs if one.mimeType == "video/H264"])
    await peer.setLocalDescription(await peer.createOffer())
    try:
        yield peer
    finally:
        await peer.close()


@contextmanager
def calling(camera: BrowserCamera, *films: Film, hears: bool = False) -> Iterator[None]:
    """Send films while the block runs, and silence where the camera hears."""
    over, wrong = Event(), list[BaseException]()

    async def call() -> None:
        tracks = [Filmed(*films), *([AudioStreamTrack()] if hears else [])]
        async with offered(*tracks) as peer:
            offer = peer.localDescription.sdp
            call = await asyncio.to_thread(camera.call, offer, hears=hears)
            await peer.setRemoteDescription(RTCSessionDescription(call.answer, "answer"))
            await asyncio.to_thread(over.wait)
            await asyncio.to_thread(call.close)

    def run() -> None:
        try:
            asyncio.run(call())
        except BaseException as error:  # noqa: BLE001 - the test is told
            wrong.append(error)

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert not wrong, wrong


@contextmanager
def watched_browser(*films: Film, camera: Camera = DOOR, bounds: Bounds) -> Iterator[House]:
    """Watch a browser that sends films while the block runs."""
    browser = BrowserCamera()
    with watched("browser:", camera=camera, bounds=bounds, connect=browser.connect) as house:
        try:
            with calling(browser, *films, hears=camera.hears):
                yield house
        finally:
            browser.close()
