"""Control a Wyoming satellite as Home Assistant does: it hears and speaks, the house answers.

Source: https://github.com/OHF-Voice/wyoming#event-types. The house connects to the satellite. One
that finds its wake word itself opens a pipeline at the stage `asr`; any other streams all the time
from the stage `wake`, and the wake word is found here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import RunSatellite
from wyoming.vad import VoiceStopped
from wyoming.wake import Detection

from unhear.answer.synthesiser import Speech
from unhear.house.pacing import Pace
from unhear.house.turn import Turn
from unhear.house.voice import Stream, VoiceSession, Ways
from unhear.household.words import DeviceId, PersonId
from unhear.satellites.chunks import Chunks
from unhear.satellites.frames import FrameBroken, connect, read_event, write_event

log = logging.getLogger(__name__)

BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait before connecting again, longer each time it fails."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a satellite is to be found, whose it is, and the room it stands in."""

    device: DeviceId
    host: str
    port: int
    room: str
    person: PersonId


class WyomingSatellite:
    """One satellite; connects, and connects again whenever it is gone."""

    def __init__(
        self, place: Place, ways: Ways, wait: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._place = place
        self._ways = ways
        self._wait = wait

    async def run(self) -> None:
        """Serve the satellite until cancelled; what goes wrong is logged by its kind."""
        failures = 0
        while True:
            try:
                reader, writer = await connect(self._place.host, self._place.port)
                try:
                    failures = 0
                    await self._converse(reader, writer)
                finally:
                    writer.close()
            except (OSError, FrameBroken, TimeoutError) as error:
                log.warning(
                    "satellite away",
                    extra={"device": self._place.device, "error": type(error).__name__},
                )
            await self._wait(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
            failures += 1

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        speaker = WyomingSpeaker(asyncio.get_running_loop())
        sending = asyncio.create_task(speaker.send(writer))
        try:
            speaker.tell(Describe().event())
            conversation = _Conversation(self._place, self._ways, speaker)
            while not sending.done():
                event = await read_event(reader)
                if event is None:
                    break
                await conversation.take(event)
            conversation.close()
        finally:
            speaker.stop()
            sending.cancel()


class _Conversation:
    """What one connection's events mean."""

    def __init__(self, place: Place, ways: Ways, speaker: "WyomingSpeaker") -> None:
        self._place = place
        self._ways = ways
        self._speaker = speaker
        self._session: VoiceSession | None = None
        self._here = True
        self._chunks = Chunks()

    async def take(self, event: Event) -> None:
        """Do what an event asks for."""
        if AudioChunk.is_type(event.type):
            await self._hear(event)
        elif Info.is_type(event.type):
            self._speaker.tell(RunSatellite().event())
        elif Ping.is_type(event.type):
            self._speaker.tell(Pong(text=Ping.from_event(event).text).event())
        elif RunPipeline.is_type(event.type):
            self._open(RunPipeline.from_event(event))
        elif Detection.is_type(event.type) and self._session is not None:
            self._session.woken()

    def close(self) -> None:
        """End: the connection is gone."""
        if self._session is not None:
            self._session.close()

    def _open(self, pipeline: RunPipeline) -> None:
        here = pipeline.start_stage is PipelineStage.WAKE
        if self._session is None or here != self._here:
            self.close()
            self._here = here
            self._session = VoiceSession(
                Stream(
                    self._place.device,
                    self._place.person,
                    self._speaker,
                    here,
                    self._place.room,
                    self._speaker.understood,
                ),
                self._ways,
            )
        if not here:
            self._session.woken()

    async def _hear(self, event: Event) -> None:
        if self._session is None or not event.payload:
            return
        pcm = self._chunks.pcm(event)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._session.feed, pcm)


class WyomingSpeaker:
    """A satellite's loudspeaker; called from threads, it sends from the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._pace = Pace()
        self._rate_hz = 0
        self._words = ""

    async def send(self, writer: asyncio.StreamWriter) -> None:
        """Send what is told, until cancelled or the satellite is gone."""
        while True:
            await write_event(await self._events.get(), writer)

    def tell(self, event: Event) -> None:
        """Send an event after those before it; from any thread."""
        self._loop.call_soon_threadsafe(self._events.put_nowait, event)

    def understood(self, words: str) -> None:
        """Note the words so far, to be shown when the request is over."""
        self._words = words

    def woken(self) -> None:
        """Tell that the wake word was heard, and that words are awaited."""
        self._words = ""
        self.tell(Detection(name=None).event())
        self.tell(Transcribe().event())

    def thinking(self) -> None:
        """Tell that the request is over, so that the satellite listens for the wake word again."""
        self.tell(VoiceStopped().event())
        self.tell(Transcript(text=self._words).event())

    def say(self, speech: Speech) -> None:
        """Send a piece of speech as fast as it is played."""
        self._pace.begin()
        if self._rate_hz != speech.rate_hz:
            self._end_sound()
            self._rate_hz = speech.rate_hz
            self.tell(AudioStart(rate=speech.rate_hz, width=2, channels=1).event())
        for piece in self._pace.pieces(speech):
            chunk = AudioChunk(rate=speech.rate_hz, width=2, channels=1, audio=piece.pcm.tobytes())
            self.tell(chunk.event())

    def stop(self) -> None:
        """Send no more of what is being said."""
        self._pace.stop()
        self._end_sound()

    def finished(self, turn: Turn | None) -> None:
        """End the sound; where nobody spoke, let the satellite go back to waiting."""
        self._end_sound()
        if turn is None:
            self.tell(Transcript(text="").event())

    def _end_sound(self) -> None:
        if self._rate_hz:
            self._rate_hz = 0
            self.tell(AudioStop().event())
