"""Offer recognition, speech, wake words, intents and answers to others, such as Home Assistant.

What is recognised for others is kept or forgotten by the same rules as what the house hears itself.
Source: https://github.com/OHF-Voice/wyoming#event-flow.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from wyoming.info import (
    AsrModel,
    AsrProgram,
    HandleModel,
    HandleProgram,
    Info,
    IntentModel,
    IntentProgram,
    TtsProgram,
    TtsVoice,
    WakeModel,
    WakeProgram,
)

from unhear.house.turn import Assistant
from unhear.household.words import DeviceId, PersonId
from unhear.satellites.frames import HEADER_BYTES_MAX, end
from unhear.satellites.programs import model, program
from unhear.satellites.wyoming_connection import Connection, Detector, Offer
from unhear.settings import Settings

log = logging.getLogger(__name__)

CONNECTIONS_MAX = 64
"""Of more, the one that has sent nothing for the longest time is ended."""

REST_SECONDS = 0.05
AT_ONCE = 4
"""How much is worked on for others at a time."""


class Provider:
    """Answers other programs' events; each connection has a state of its own."""

    def __init__(
        self, assistant: Assistant, detector: Detector, device: DeviceId, person: PersonId
    ) -> None:
        """Count recordings that come this way as heard by `device`, of `person`."""
        self._work = ThreadPoolExecutor(AT_ONCE, "for others")
        info = offered(assistant.house.settings)
        self._offer = Offer(assistant, detector, device, person, info, self._work)
        self._open: OrderedDict[asyncio.StreamWriter, None] = OrderedDict()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends; what is malformed ends it."""
        self._open[writer] = None
        if len(self._open) > CONNECTIONS_MAX:
            self._abort(next(iter(self._open)))
        try:
            await Connection(self._offer, writer).run(reader, lambda: self._spoke(writer))
        except ConnectionError:
            # They go when they have what they wanted, as Home Assistant does at a wake word.
            log.debug("connection closed")
        except Exception as error:  # noqa: BLE001 - no connection may end another
            log.warning("connection ended", extra={"error": type(error).__name__})
        finally:
            self._open.pop(writer, None)
            end(writer)

    async def rest(self) -> None:
        """Wait until what other programs asked for is answered."""
        while self._offer.underway.number:  # noqa: ASYNC110 - a count tells nobody
            await asyncio.sleep(REST_SECONDS)

    async def close(self) -> None:
        """End every connection, after what is worked on at this moment."""
        for writer in list(self._open):
            self._abort(writer)
        await asyncio.to_thread(self._work.shutdown, cancel_futures=True)

    def _spoke(self, writer: asyncio.StreamWriter) -> None:
        if writer in self._open:
            self._open.move_to_end(writer)

    def _abort(self, writer: asyncio.StreamWriter) -> None:
        self._open.pop(writer, None)
        writer.transport.abort()


def offered(settings: Settings) -> Info:
    """Answer what is offered, as programs ask for it."""
    named, spoken = program(), model(settings.language)
    word = settings.wake_word
    waking: dict[str, Any] = {**spoken, "name": word, "phrase": word.replace("_", " ")}
    return Info(
        asr=[AsrProgram(**named, models=[AsrModel(**spoken)])],
        tts=[TtsProgram(**named, voices=[TtsVoice(**spoken)])],
        wake=[WakeProgram(**named, models=[WakeModel(**waking)])],
        intent=[IntentProgram(**named, models=[IntentModel(**spoken)])],
        handle=[HandleProgram(**named, models=[HandleModel(**spoken)])],
    )


@asynccontextmanager
async def provide(provider: Provider, host: str, port: int) -> AsyncIterator[int]:
    """Listen on an address while the block runs; yields the port. Raises `OSError`."""
    server = await asyncio.start_server(provider.serve, host, port, limit=HEADER_BYTES_MAX)
    bound: int = server.sockets[0].getsockname()[1]
    try:
        yield bound
    finally:
        server.close()
        await provider.close()
