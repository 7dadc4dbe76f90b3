"""Offer recognition, speech, wake words, intents and answers to others, such as Home Assistant.

What is recognised for others is kept or forgotten by the same rules as what the house hears itself.
Source: https://github.com/OHF-Voice/wyoming#event-flow.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import numpy as np
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    Describe,
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
from wyoming.intent import Entity, Intent, NotRecognized, Recognize
from wyoming.ping import Ping, Pong
from wyoming.tts import Synthesize
from wyoming.wake import Detect, Detection, NotDetected

from unhear import __version__
from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ, Capture, Pcm, WakeDetector
from unhear.house.turn import Assistant
from unhear.household.words import DeviceId, PersonId
from unhear.satellites.chunks import Chunks
from unhear.satellites.frames import HEADER_BYTES_MAX, FrameBroken, read_event, write_event

log = logging.getLogger(__name__)

NAME = "unhear"
ATTRIBUTION = Attribution(name=NAME, url="")
SECONDS_MAX = 60
"""The longest sound that is recognised; more of it is not taken in."""

CONNECTIONS_MAX = 200
IDLE_SECONDS_MAX = 600.0

Detector = Callable[[], WakeDetector]


class Provider:
    """Answers other programs' events; each connection has a state of its own."""

    def __init__(
        self, assistant: Assistant, detector: Detector, device: DeviceId, person: PersonId
    ) -> None:
        """Count recordings that come this way as heard by `device`, of `person`."""
        self.assistant = assistant
        self.detector = detector
        self.device = device
        self.person = person
        self._connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends; what is malformed ends it."""
        if self._connections >= CONNECTIONS_MAX:
            writer.close()
            return
        self._connections += 1
        try:
            await _Connection(self, writer).run(reader)
        except ConnectionError:
            # They go when they have what they wanted, as Home Assistant does at a wake word.
            log.debug("connection closed")
        except (FrameBroken, OSError, TimeoutError) as error:
            log.warning("connection ended", extra={"error": type(error).__name__})
        except asyncio.CancelledError:
            # The house closes. Nobody awaits this task, and asyncio takes a cancelled one for a
            # failure, which it would write out at length.
            log.debug("connection cancelled")
        finally:
            self._connections -= 1
            writer.close()

    def info(self) -> Info:
        """Answer what is offered."""
        settings = self.assistant.house.settings
        same: dict[str, Any] = {"name": NAME, "attribution": ATTRIBUTION, "installed": True}
        named: dict[str, Any] = {**same, "description": "unhear", "version": __version__}
        spoken: dict[str, Any] = {**named, "languages": [settings.language]}
        word = settings.wake_word
        return Info(
            asr=[AsrProgram(**named, models=[AsrModel(**spoken)])],
            tts=[TtsProgram(**named, voices=[TtsVoice(**spoken)])],
            wake=[
                WakeProgram(
                    **named,
                    models=[WakeModel(**{**spoken, "name": word}, phrase=word.replace("_", " "))],
                )
            ],
            intent=[IntentProgram(**named, models=[IntentModel(**spoken)])],
            handle=[HandleProgram(**named, models=[HandleModel(**spoken)])],
        )


class _Connection:
    """One program's events, in order."""

    def __init__(self, provider: Provider, writer: asyncio.StreamWriter) -> None:
        self._provider = provider
        self._writer = writer
        self._chunks = Chunks()
        self._sound: list[Pcm] = []
        self._frames = 0
        self._began_at = self._now()
        self._detector: WakeDetector | None = None
        self._detected = False
        self._takers: dict[str, Callable[[Event], Awaitable[None]]] = {
            Describe().event().type: self._describe,
            Ping().event().type: self._ping,
            Transcribe().event().type: self._listen,
            Detect().event().type: self._detect,
            "audio-start": self._begin,
            "audio-chunk": self._hear,
            "audio-stop": self._end,
            "synthesize": self._speak,
            "recognize": self._recognise,
            "transcript": self._handle,
        }

    async def run(self, reader: asyncio.StreamReader) -> None:
        while True:
            async with asyncio.timeout(IDLE_SECONDS_MAX):
                event = await read_event(reader)
            if event is None:
                return
            taker = self._takers.get(event.type)
            if taker is not None:
                await self._take(taker, event)

    async def _take(self, taker: Callable[[Event], Awaitable[None]], event: Event) -> None:
        try:
            await taker(event)
        except (KeyError, ValueError, TypeError, AttributeError, ZeroDivisionError) as error:
            raise FrameBroken(f"a broken {type(error).__name__}") from None

    def _now(self) -> datetime:
        return self._provider.assistant.house.clock()

    async def _tell(self, event: Event) -> None:
        await write_event(event, self._writer)

    async def _describe(self, _: Event) -> None:
        await self._tell(self._provider.info().event())

    async def _ping(self, event: Event) -> None:
        await self._tell(Pong(text=Ping.from_event(event).text).event())

    async def _listen(self, _: Event) -> None:
        self._detector = None

    async def _detect(self, _: Event) -> None:
        self._detector = self._provider.detector()

    async def _begin(self, _: Event) -> None:
        self._chunks.begin()
        self._sound, self._frames, self._detected = [], 0, False
        self._began_at = self._now()

    async def _hear(self, event: Event) -> None:
        pcm = self._chunks.pcm(event)
        if self._detector is not None:
            word = await asyncio.to_thread(self._detector.feed, pcm)
            if word is not None:
                self._detected = True
                await self._tell(
                    Detection(name=word, timestamp=event.data.get("timestamp")).event()
                )
        elif self._frames < SECONDS_MAX * RATE_HZ:
            self._sound.append(pcm)
            self._frames += len(pcm)

    async def _end(self, _: Event) -> None:
        if self._detector is not None:
            if not self._detected:
                await self._tell(NotDetected().event())
            return
        pcm = np.concatenate([np.zeros(0, np.int16), *self._sound])
        self._sound, self._frames = [], 0
        provider = self._provider
        capture = Capture(pcm, self._began_at, provider.device)
        transcript = await asyncio.to_thread(provider.assistant.take, capture, provider.person)
        await self._tell(Transcript(text=transcript.text).event())

    async def _speak(self, event: Event) -> None:
        text = Synthesize.from_event(event).text
        started = False
        async for speech in _spoken(self._provider.assistant, text):
            if not started:
                await self._tell(AudioStart(rate=speech.rate_hz, width=2, channels=1).event())
                started = True
            audio = speech.pcm.tobytes()
            await self._tell(
                AudioChunk(rate=speech.rate_hz, width=2, channels=1, audio=audio).event()
            )
        if not started:
            await self._tell(Error(text="there was nothing to say", code="empty").event())
        await self._tell(AudioStop().event())

    async def _recognise(self, event: Event) -> None:
        text = Recognize.from_event(event).text
        intent = self._provider.assistant.house.grammar.interpret(text)
        if intent is None:
            await self._tell(NotRecognized().event())
            return
        entities = [Entity(name=name, value=value) for name, value in intent.slots.items()]
        await self._tell(Intent(name=f"{intent.skill}.{intent.name}", entities=entities).event())

    async def _handle(self, event: Event) -> None:
        text = Transcript.from_event(event).text
        provider = self._provider
        turn = await asyncio.to_thread(
            provider.assistant.read, text, provider.device, provider.person, None
        )
        said = turn.reply.text
        answer = Handled(text=said) if turn.intent is not None else NotHandled(text=said)
        await self._tell(answer.event())


async def _spoken(assistant: Assistant, text: str) -> AsyncIterator[Speech]:
    pieces = assistant.house.synthesiser.speak(text)
    while (speech := await asyncio.to_thread(next, pieces, None)) is not None:
        yield speech


@asynccontextmanager
async def provide(provider: Provider, host: str, port: int) -> AsyncIterator[int]:
    """Listen on an address while the block runs; yields the port. Raises `OSError`."""
    server = await asyncio.start_server(provider.serve, host, port, limit=HEADER_BYTES_MAX)
    async with server:
        bound: int = server.sockets[0].getsockname()[1]
        yield bound
