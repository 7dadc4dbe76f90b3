"""Where the other processes of a home ask for the cameras and speakers that this one has.

Whoever says hello without a home's key is answered nothing, and is cut off; see `sealing`. Of what
passes, film above all, nothing is kept or logged.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol

from unhear.service import sealing
from unhear.service.addresses import address_of
from unhear.service.errors import kind
from unhear.service.messages import Words
from unhear.service.sealing import LineKey, Stranger
from unhear.service.served_line import LineEnded, ServedLine, hello_from
from unhear.settings import UNIX
from unhear.stores.errors import StoreError

log = logging.getLogger(__name__)

STRANGERS_MAX = 64
"""How many may have asked for nothing yet; then the one that has waited longest is cut off."""

END_SECONDS_MAX = 5.0
LINES_MAX = 256
"""How many lines are open at a time, and threads that work for them."""


class Asked(Protocol):
    """One home in this process, as its other processes ask it."""

    @property
    def key(self) -> LineKey:
        """The key of its lines."""

    async def answer(self, line: ServedLine, asked: Words) -> None:
        """Do what is asked, and what follows on the line. Raises `LineEnded`."""


class Answering:
    """The homes of this process that can be asked; to be used from one event loop."""

    def __init__(self) -> None:
        """Answer for none yet."""
        self._homes: list[Asked] = []
        self._threads = ThreadPoolExecutor(LINES_MAX, "lines")
        self._strangers: dict[asyncio.StreamWriter, None] = {}
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @contextmanager
    def answering_for(self, here: Asked) -> Iterator[None]:
        """Answer for a home while the block runs."""
        self._homes.append(here)
        try:
            yield
        finally:
            self._homes.remove(here)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer on one connection until it ends."""
        try:
            with self._stranger(writer):
                here, line = await self._line(reader, writer)
                asked = await line.request()
            if len(self._open) >= LINES_MAX:
                return
            self._open[_this_task()] = writer
            await here.answer(line, asked)
        except (LineEnded, Stranger):
            return
        except Exception as error:  # noqa: BLE001 - no line may end another
            log.warning("what another process asked was not done", extra=kind(error))
        finally:
            self._open.pop(_this_task(), None)
            writer.close()

    async def close(self) -> None:
        """Cut everybody off."""
        for writer in [*self._strangers, *self._open.values()]:
            writer.transport.abort()
        if self._open:
            await asyncio.wait(list(self._open), timeout=END_SECONDS_MAX)
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    @contextmanager
    def _stranger(self, writer: asyncio.StreamWriter) -> Iterator[None]:
        """Count who has asked for nothing yet, which alone proves that they have the key."""
        if len(self._strangers) >= STRANGERS_MAX:
            oldest = next(iter(self._strangers))
            del self._strangers[oldest]
            oldest.transport.abort()
        self._strangers[writer] = None
        try:
            yield
        finally:
            self._strangers.pop(writer, None)

    async def _line(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[Asked, ServedLine]:
        """Answer the line that somebody opens, and to which home. Raises `Stranger`."""
        hello = await hello_from(reader)
        found = await asyncio.to_thread(self._whose, hello)
        if found is None:
            raise Stranger
        here, key = found
        said, sealed = sealing.answer(key, hello)
        writer.write(said)
        return here, ServedLine(reader, writer, sealed, self._threads)

    def _whose(self, hello: bytes) -> tuple[Asked, bytes] | None:
        """Answer the home whose key whoever says this has, and the key."""
        for here in list(self._homes):
            try:
                key = here.key()
            except (StoreError, OSError) as error:
                log.warning("a home's key cannot be read", extra=kind(error))
                continue
            if sealing.is_of(key, hello):
                return here, key
        return None


def _this_task() -> "asyncio.Task[None]":
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a line is answered in a task")
    return task


@asynccontextmanager
async def answering_at(answering: Answering, listen: str) -> AsyncIterator[str]:
    """Listen on HOST:PORT or unix:/PATH while the block runs; yields where. Raises `OSError`."""
    if listen.startswith(UNIX):
        path = Path(listen.removeprefix(UNIX))
        listener = await asyncio.start_unix_server(answering.serve, path)
        await asyncio.to_thread(path.chmod, 0o600)
        bound = listen
    else:
        host, port = address_of(listen)
        listener = await asyncio.start_server(answering.serve, host, port)
        bound = f"{listen.rpartition(':')[0]}:{listener.sockets[0].getsockname()[1]}"
    try:
        yield bound
    finally:
        listener.close()
        await answering.close()
