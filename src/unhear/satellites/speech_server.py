"""Recognition for the processes of a house, over Wyoming: sound in, words out, nothing kept.

It knows no house: neither whose words they are nor what becomes of them. Sound and words are in
memory while they are worked on, and nothing of them is logged. Source:
https://github.com/OHF-Voice/wyoming#event-types.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Describe, Info
from wyoming.ping import Ping

from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.speech_pool import sureness
from unhear.satellites.frames import (
    HEADER_BYTES_MAX,
    FrameBroken,
    end,
    pong,
    read_event,
    write_event,
)
from unhear.satellites.programs import model, program
from unhear.satellites.sounds import Hearing
from unhear.settings import UNIX
from unhear.understand.recogniser import Recogniser

log = logging.getLogger(__name__)

SECONDS_MAX = 60
TERMS_MAX = 5_000
IDLE_SECONDS_MAX = 60.0
AT_ONCE = 2
"""How many are worked on at a time; a recogniser uses all cores by itself."""

REST_SECONDS = 0.05


class SpeechServer:
    """Recognises what any connection sends."""

    def __init__(self, recogniser: Recogniser, language: str) -> None:
        self._recogniser = recogniser
        self._work = ThreadPoolExecutor(AT_ONCE, "speech")
        known = AsrProgram(**program(), models=[AsrModel(**model(language))])
        self._info = Info(asr=[known]).event()
        self._open: set[asyncio.StreamWriter] = set()
        self._busy = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends; what is malformed ends it."""
        self._open.add(writer)
        try:
            await _Asked(self, writer).run(reader)
        except (OSError, TimeoutError, FrameBroken) as error:
            log.debug("connection ended", extra={"error": type(error).__name__})
        except Exception as error:  # noqa: BLE001 - no connection may end another
            log.warning("connection ended", extra={"error": type(error).__name__})
        finally:
            self._open.discard(writer)
            end(writer)

    async def rest(self) -> None:
        """Wait until what was sent is answered."""
        while self._busy:  # noqa: ASYNC110 - a count tells nobody
            await asyncio.sleep(REST_SECONDS)

    async def close(self) -> None:
        """End every connection."""
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.to_thread(self._work.shutdown, cancel_futures=True)

    async def words(self, pcm: Pcm, terms: list[str]) -> Event:
        """Answer what was said, as an event."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._work, self._recognise, pcm, terms)

    def describe(self) -> Event:
        """Answer what is offered."""
        return self._info

    def begin(self) -> None:
        """Count a request that is to be answered before the process leaves."""
        self._busy += 1

    def finish(self) -> None:
        """Count it no more."""
        self._busy -= 1

    def _recognise(self, pcm: Pcm, terms: list[str]) -> Event:
        heard = self._recogniser.transcribe(pcm, hints=terms)
        return Transcript(text=heard.text, context=sureness(heard)).event()


class _Asked:
    """One connection's events, in order."""

    def __init__(self, server: SpeechServer, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._writer = writer
        self._terms: list[str] = []
        self._sound: list[Pcm] = []
        self._frames = 0
        self._hearing = Hearing()
        self._begun = False

    async def run(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                async with asyncio.timeout(IDLE_SECONDS_MAX):
                    event = await read_event(reader)
                if event is None:
                    return
                await self._take(event)
        finally:
            self._over()

    async def _take(self, event: Event) -> None:
        if Describe.is_type(event.type):
            await write_event(self._server.describe(), self._writer)
        elif Ping.is_type(event.type):
            await write_event(pong(event), self._writer)
        elif Transcribe.is_type(event.type):
            self._terms = _terms(event)
        elif AudioStart.is_type(event.type):
            self._over()
            self._begun = True
            self._server.begin()
            self._sound, self._frames, self._hearing = [], 0, Hearing()
        elif AudioChunk.is_type(event.type) and self._begun:
            await self._hear(event)
        elif AudioStop.is_type(event.type) and self._begun:
            await self._answer()

    async def _hear(self, event: Event) -> None:
        pcm = await asyncio.to_thread(self._hearing.pcm, event)
        if self._frames < SECONDS_MAX * RATE_HZ:
            self._sound.append(pcm)
            self._frames += len(pcm)

    async def _answer(self) -> None:
        pcm = np.concatenate([np.zeros(0, np.int16), *self._sound])[: SECONDS_MAX * RATE_HZ]
        self._sound, self._frames = [], 0
        try:
            answer = await self._server.words(pcm, self._terms)
        except Exception as error:  # noqa: BLE001 - whoever asked asks another server
            log.warning("nothing recognised", extra={"error": type(error).__name__})
            answer = Error(text="this could not be recognised", code="failed").event()
        await write_event(answer, self._writer)
        self._over()

    def _over(self) -> None:
        if self._begun:
            self._begun = False
            self._server.finish()


@asynccontextmanager
async def recognising(server: SpeechServer, listen: str) -> AsyncIterator[str]:
    """Listen on HOST:PORT or unix:/PATH while the block runs; yields where. Raises `OSError`."""
    if listen.startswith(UNIX):
        path = Path(listen.removeprefix(UNIX))
        listener = await asyncio.start_unix_server(server.serve, path, limit=HEADER_BYTES_MAX)
        await asyncio.to_thread(path.chmod, 0o600)
        bound = listen
    else:
        host, _, port = listen.rpartition(":")
        listener = await asyncio.start_server(
            server.serve, host.strip("[]"), int(port), limit=HEADER_BYTES_MAX
        )
        bound = f"{host}:{listener.sockets[0].getsockname()[1]}"
    try:
        yield bound
    finally:
        listener.close()
        await server.close()


def _terms(event: Event) -> list[str]:
    terms = event.data.get("transcript_terms") or []
    if not isinstance(terms, list) or not all(isinstance(one, str) for one in terms):
        raise FrameBroken("terms are words")
    return terms[:TERMS_MAX]
