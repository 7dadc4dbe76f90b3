"""A line from another process of a home, for whoever answers in the event loop; see `sealing`."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from unhear.service.messages import (
    LENGTH_BYTES,
    MESSAGE_BYTES_MAX,
    WORDS_BYTES_MAX,
    Message,
    MessageBroken,
    Words,
    framed,
    length_of,
    packed,
    unpacked,
)
from unhear.service.sealing import HELLO_BYTES, Sealing, Stranger

HELLO_SECONDS_MAX = 5.0
SEND_SECONDS_MAX = 20.0
"""Who takes nothing for so long is given up."""

T = TypeVar("T")


class LineEnded(Exception):
    """The other side is gone, or sent what nobody of this home sends."""


async def hello_from(reader: asyncio.StreamReader) -> bytes:
    """Answer what whoever opens a line says first. Raises `LineEnded`."""
    try:
        async with asyncio.timeout(HELLO_SECONDS_MAX):
            return await reader.readexactly(HELLO_BYTES)
    except (TimeoutError, asyncio.IncompleteReadError, OSError):
        raise LineEnded from None


class ServedLine:
    """A line that is open."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        sealing: Sealing,
        threads: Executor,
    ) -> None:
        """`threads` are where the house is asked what waits."""
        self._reader = reader
        self._writer = writer
        self._sealing = sealing
        self._threads = threads

    async def run(self, work: Callable[..., T], *given: object) -> T:
        """Answer what a function answers in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    async def request(self) -> Words:
        """Answer what is asked. Raises `LineEnded`."""
        asked = await self.receive(HELLO_SECONDS_MAX, WORDS_BYTES_MAX)
        if isinstance(asked, bytes):
            raise LineEnded
        return asked

    async def receive(self, seconds: float | None, most: int = MESSAGE_BYTES_MAX) -> Message:
        """Answer what comes next, and comes so soon. Raises `LineEnded`."""
        try:
            async with asyncio.timeout(seconds):
                length = length_of(await self._reader.readexactly(LENGTH_BYTES), most)
                return unpacked(self._sealing.open(await self._reader.readexactly(length)))
        except (TimeoutError, asyncio.IncompleteReadError, OSError, Stranger, MessageBroken):
            raise LineEnded from None

    async def send(self, message: Message) -> None:
        """Send a message; waits while the other side is slow. Raises `LineEnded`."""
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                self._writer.write(framed(self._sealing.seal(packed(message))))
                await self._writer.drain()
        except (TimeoutError, OSError):
            raise LineEnded from None

    async def until_left(self) -> None:
        """Wait until the other side is gone; what it says meanwhile means nothing."""
        try:
            while True:
                await self.receive(None)
        except LineEnded:
            return
