"""Devices and the house that serves them, over real connections, while a block runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from unhear.house.voice import Ways
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.satellites.esphome import EsphomeSatellite, EsphomeWays
from unhear.satellites.places import Place
from unhear.satellites.speech_files import SpeechFiles, serve_speech
from unhear.satellites.wyoming_satellite import WyomingSatellite

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def soon(_: float) -> None:
    """Connect again at once, so that a test need not wait."""
    await asyncio.sleep(0.02)


def place(name: str, port: int) -> Place:
    """Answer where a device of this name is."""
    return Place(DeviceId(name), "127.0.0.1", port, f"{name} room", UNKNOWN_PERSON)


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so that tells of itself nowhere."""
    while not condition():  # noqa: ASYNC110 - nothing can be awaited
        await asyncio.sleep(0.01)


@asynccontextmanager
async def esphome(serve: Serve, ways: Ways, name: str = "hall") -> AsyncIterator[None]:
    """Serve an ESPHome device."""
    files = SpeechFiles(ways.assistant.house.clock)
    async with listening(serve) as port:
        with serve_speech(files, "127.0.0.1", 0):
            satellite = EsphomeSatellite(place(name, port), EsphomeWays(ways, files, soon))
            async with running(satellite.run()):
                yield


@asynccontextmanager
async def wyoming(serve: Serve, ways: Ways, name: str = "hall") -> AsyncIterator[None]:
    """Serve a Wyoming satellite."""
    async with (
        listening(serve) as port,
        running(WyomingSatellite(place(name, port), ways, soon).run()),
    ):
        yield


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[int]:
    """Let a device listen; yields its port. Whoever is connected at the end is cut off."""
    writers: set[asyncio.StreamWriter] = set()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def running(work: Awaitable[None]) -> AsyncIterator[None]:
    """Run something while the block runs, and no longer; it must not end before."""
    task = asyncio.ensure_future(work)
    try:
        yield
        assert not task.done(), "the house stopped serving a device"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
