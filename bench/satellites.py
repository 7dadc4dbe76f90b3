"""Voice satellites for measurements: they stream in real time and note when an answer comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

import numpy as np
from wyoming.audio import AudioChunk
from wyoming.event import Event, async_read_event, async_write_event
from wyoming.info import Attribution, Describe, Info, Satellite
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import RunSatellite
from wyoming.vad import VoiceStopped

from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.choose import choose_activity
from unhear.house.voice import Ways
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.satellites.places import Place
from unhear.satellites.wyoming_satellite import WyomingSatellite

CHUNK_FRAMES = 512
QUIET_SECONDS = 5
SPEECH_PROBABILITY = 0.35
ANSWER_SECONDS_MAX = 60


class BenchSatellite:
    """One satellite that finds its wake word itself: it streams a request when it is told to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._served = asyncio.Event()
        self._silence = asyncio.Event()
        self._answer: asyncio.Queue[float] = asyncio.Queue()
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, pcm: Pcm) -> float:
        """Stream a request; answer the seconds from its last voiced sound to the first answer.

        Raises `TimeoutError` where nothing is answered.
        """
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await self._served.wait()
            ends = await self._stream(pcm)
            return await self._answer.get() - ends

    async def _stream(self, pcm: Pcm) -> float:
        """Stream until the house has heard enough; answer the moment of the last voiced sound."""
        end = speech_end(pcm)
        sound = np.concatenate([pcm, np.zeros(QUIET_SECONDS * RATE_HZ, np.int16)])
        self._silence.clear()
        await self._tell(RunPipeline(PipelineStage.ASR, PipelineStage.TTS).event())
        started = perf_counter()
        for start in range(0, len(sound), CHUNK_FRAMES):
            await asyncio.sleep(max(0.0, started + start / RATE_HZ - perf_counter()))
            if self._silence.is_set():
                break
            piece = sound[start : start + CHUNK_FRAMES].tobytes()
            await self._tell(AudioChunk(RATE_HZ, 2, 1, piece).event())
        return started + end / RATE_HZ

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with the house."""
        self._writer = writer
        answered = True
        while (event := await async_read_event(reader)) is not None:
            if Describe.is_type(event.type):
                await self._tell(Info(satellite=_described(self.name)).event())
            elif RunSatellite.is_type(event.type):
                self._served.set()
            elif VoiceStopped.is_type(event.type):
                self._silence.set()
                answered = False
            elif AudioChunk.is_type(event.type) and not answered:
                answered = True
                self._answer.put_nowait(perf_counter())
        writer.close()

    async def _tell(self, event: Event) -> None:
        if self._writer is None:
            raise RuntimeError("the house has not come")
        await async_write_event(event, self._writer)


@asynccontextmanager
async def satellites(names: list[str], ways: Ways) -> AsyncIterator[list[BenchSatellite]]:
    """Let a house serve satellites of these names."""
    made, servers, tasks = [], [], []
    for name in names:
        satellite = BenchSatellite(name)
        server = await asyncio.start_server(satellite.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        place = Place(DeviceId(name), "127.0.0.1", port, name, UNKNOWN_PERSON)
        tasks.append(asyncio.create_task(WyomingSatellite(place, ways).run()))
        made.append(satellite)
        servers.append(server)
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        for server in servers:
            server.close()


def _described(name: str) -> Satellite:
    return Satellite(
        name, Attribution("unhear", ""), installed=True, description=None, version=None
    )


def speech_end(pcm: Pcm) -> int:
    """Answer the position after the last voiced sound."""
    activity, end = choose_activity(), 0
    size = activity.chunk_frames
    for start in range(0, len(pcm) - size + 1, size):
        if activity.probability(pcm[start : start + size]) >= SPEECH_PROBABILITY:
            end = start + size
    return end
