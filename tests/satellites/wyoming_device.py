"""A Wyoming satellite that finds its wake word itself, at the level of its events, over TCP."""

import asyncio
from dataclasses import dataclass, field

import numpy as np
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event, async_read_event, async_write_event
from wyoming.info import Attribution, Describe, Info, Satellite
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import RunSatellite
from wyoming.timer import TimerCancelled, TimerFinished, TimerStarted, TimerUpdated

from unhear.capture.sound import RATE_HZ, Pcm

PIECE_FRAMES = 1_024
TIMERS = (TimerStarted, TimerUpdated, TimerCancelled, TimerFinished)
SATELLITE = Satellite(
    "test", Attribution("unhear", ""), installed=True, description=None, version=None
)


@dataclass
class WyomingDevice:
    """Hears `sound` once when it is to run; notes what it gets."""

    sound: Pcm = field(default_factory=lambda: np.zeros(0, np.int16))
    knows_pings: bool = True
    connections: int = 0
    pinged: asyncio.Event = field(default_factory=asyncio.Event)
    runs: asyncio.Event = field(default_factory=asyncio.Event)
    speaking: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    timers: "asyncio.Queue[Event]" = field(default_factory=asyncio.Queue)
    alive: bool = True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        self.connections += 1
        self.writer = writer
        try:
            while (event := await async_read_event(reader)) is not None:
                if self.alive:
                    await self._take(event)
        except ConnectionError:
            return
        finally:
            writer.close()

    async def tell(self, event: Event) -> None:
        """Send an event."""
        await async_write_event(event, self.writer)

    async def ask(self, sound: Pcm) -> None:
        """Send a request, as after its wake word."""
        await self.tell(RunPipeline(PipelineStage.ASR, PipelineStage.TTS).event())
        await self.stream(sound)

    async def stream(self, sound: Pcm) -> None:
        """Send sound, as fast as it is taken."""
        for start in range(0, len(sound), PIECE_FRAMES):
            piece = sound[start : start + PIECE_FRAMES].tobytes()
            await self.tell(AudioChunk(RATE_HZ, 2, 1, piece).event())

    async def _take(self, event: Event) -> None:
        if Describe.is_type(event.type):
            await self.tell(Info(satellite=SATELLITE).event())
        elif Ping.is_type(event.type):
            self.pinged.set()
            if self.knows_pings:
                await self.tell(Pong(text=event.data.get("text")).event())
        elif RunSatellite.is_type(event.type):
            self.runs.set()
            if len(self.sound):
                await self.ask(self.sound)
        elif AudioStart.is_type(event.type):
            self.speaking.set()
        elif Transcript.is_type(event.type) or AudioStop.is_type(event.type):
            self.answered.set()
        elif any(timer.is_type(event.type) for timer in TIMERS):
            self.timers.put_nowait(event)
