"""Devices and the house that serves them, over real connections, while a block runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from resource import getpagesize
from threading import Thread
from typing import Any, Self, TypeVar

from tests.needs import need
from unhear.house.voice import Ways
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.satellites.esphome import EsphomeSatellite, EsphomeWays
from unhear.satellites.places import Place
from unhear.satellites.speech_files import SpeechFiles, serve_speech
from unhear.satellites.wyoming_satellite import WyomingSatellite

PATIENCE = 60
T = TypeVar("T")
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


class Background:
    """An event loop in a thread of its own, so that a test can talk to it over plain sockets."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = Thread(target=self.loop.run_forever, name="background")
        self._stack = AsyncExitStack()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.do(self._end())
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()
            self.loop.close()

    async def _end(self) -> None:
        await self._stack.aclose()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self.loop.shutdown_default_executor()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Answer what a coroutine answers there."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def enter(self, context: AbstractAsyncContextManager[T]) -> T:
        """Enter a context that ends with the loop."""
        return self.do(self._stack.enter_async_context(context))


def resident_bytes() -> int:
    """Answer how much memory this process has now; skips the test where that is not told."""
    told = Path("/proc/self/statm")
    need(told.exists(), "/proc")
    return int(told.read_text().split()[1]) * getpagesize()
