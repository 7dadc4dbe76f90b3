"""Control a Wyoming satellite as Home Assistant does: it hears and speaks, the house answers.

Source: https://github.com/OHF-Voice/wyoming#event-types. The house connects to the satellite. One
that finds its wake word itself opens a pipeline at the stage `asr`; any other streams all the time
from the stage `wake`, and the wake word is found here.
"""

import asyncio

from wyoming.audio import AudioChunk
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import RunSatellite
from wyoming.wake import Detection

from unhear.house.voice import Stream, VoiceSession, Ways
from unhear.satellites.frames import FrameBroken, connect, end, pong, read_event
from unhear.satellites.places import (
    CONNECT_SECONDS_MAX,
    Place,
    Wait,
    expect_taking,
    stay_connected,
)
from unhear.satellites.sounds import Hearing
from unhear.satellites.wyoming_speaker import WyomingSpeaker

QUIET_SECONDS = 10.0
"""After how long without a word a satellite is asked whether it is there, and how long that may
take."""


class WyomingSatellite:
    """One satellite; connects, and connects again whenever it is gone."""

    def __init__(self, place: Place, ways: Ways, wait: Wait = asyncio.sleep) -> None:
        self._place = place
        self._ways = ways
        self._wait = wait

    async def run(self) -> None:
        """Serve the satellite until cancelled."""
        await stay_connected(self._converse, self._wait)

    async def _converse(self) -> None:
        """Serve one connection until it ends; raises what ended it."""
        place = self._place
        async with asyncio.timeout(CONNECT_SECONDS_MAX):
            reader, writer = await connect(place.host, place.port)
        expect_taking(writer.get_extra_info("socket"))
        speaker = WyomingSpeaker(asyncio.get_running_loop())
        speaker.tell(Describe().event())
        conversation = _Conversation(place, self._ways, speaker)
        tasks = [
            asyncio.create_task(speaker.send(writer)),
            asyncio.create_task(conversation.listen(reader)),
            asyncio.create_task(conversation.expect_life()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            conversation.close()
            end(writer)
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()


class _Conversation:
    """What one connection's events mean."""

    def __init__(self, place: Place, ways: Ways, speaker: WyomingSpeaker) -> None:
        self._place = place
        self._ways = ways
        self._speaker = speaker
        self._session: VoiceSession | None = None
        self._streams = False
        self._hearing = Hearing()
        self._heard = 0
        self._answers_pings = False

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Take the satellite's events until it ends. Raises `FrameBroken` and `OSError`."""
        while (event := await read_event(reader)) is not None:
            self._heard += 1
            await self._take(event)

    async def expect_life(self) -> None:
        """Ask a quiet satellite whether it is there. Raises `TimeoutError` when it is not.

        Some know no such question. If their machine is gone, nobody takes it, which is noticed too.
        """
        while True:
            heard = self._heard
            await asyncio.sleep(QUIET_SECONDS)
            if self._heard != heard:
                continue
            self._speaker.tell(Ping().event())
            await asyncio.sleep(QUIET_SECONDS)
            if self._heard == heard and self._answers_pings:
                raise TimeoutError("the satellite does not answer")

    def close(self) -> None:
        """End: the connection is gone."""
        if self._session is not None:
            self._session.close()

    async def _take(self, event: Event) -> None:
        if AudioChunk.is_type(event.type):
            await self._hear(event)
        elif Info.is_type(event.type):
            self._joined()
            self._speaker.tell(RunSatellite().event())
        elif Ping.is_type(event.type):
            self._speaker.tell(pong(event))
        elif Pong.is_type(event.type):
            self._answers_pings = True
        elif RunPipeline.is_type(event.type):
            await asyncio.to_thread(self._open, self._joined(), _stage(event))
        elif Detection.is_type(event.type) and self._session is not None:
            await asyncio.to_thread(self._session.woken)

    def _joined(self) -> VoiceSession:
        """Answer the session of a satellite that can be heard in its room from now on."""
        if self._session is None:
            place, speaker = self._place, self._speaker
            stream = Stream(
                place.device,
                place.person,
                speaker,
                wake=False,
                room=place.room,
                partial=speaker.understood,
                timers=speaker.timer,
            )
            self._session = VoiceSession(stream, self._ways)
        return self._session

    def _open(self, session: VoiceSession, stage: PipelineStage) -> None:
        here = stage is PipelineStage.WAKE
        session.attend(wake=here)
        if not here:
            session.woken()
        self._streams = True

    async def _hear(self, event: Event) -> None:
        if self._session is not None and self._streams and event.payload:
            await asyncio.to_thread(self._feed, self._session, event)

    def _feed(self, session: VoiceSession, event: Event) -> None:
        session.feed(self._hearing.pcm(event))


def _stage(event: Event) -> PipelineStage:
    try:
        return PipelineStage(event.data.get("start_stage"))
    except ValueError:
        raise FrameBroken("a pipeline has a stage") from None
