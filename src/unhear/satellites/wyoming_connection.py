"""One program's connection to what the house offers over Wyoming: its events, in order."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info
from wyoming.intent import Entity, Intent, NotRecognized
from wyoming.ping import Ping
from wyoming.wake import Detect, Detection, NotDetected

from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ, Capture, Pcm, WakeDetector
from unhear.house.turn import Assistant
from unhear.household.words import DeviceId, PersonId
from unhear.satellites.frames import pong, read_event, text_of, write_event
from unhear.satellites.sounds import Hearing

SECONDS_MAX = 60
"""The longest sound that is recognised; more of it is not taken in."""

REQUEST_LETTERS_MAX = 1_000
"""More than anybody says in that time; what is longer is not understood."""

SPEECH_LETTERS_MAX = 3_000
"""Three minutes of speech; what is longer is not said. A voice needs memory by the square."""

PIECE_FRAMES = 4_096
"""How much speech is sent at a time, so that little of it waits for a program that is slow."""

IDLE_SECONDS_MAX = 600.0

Detector = Callable[[], WakeDetector]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered, and as whose what is heard counts; `work` has the threads for it.

    They are not those of the rooms' devices, which must not wait for others.
    """

    assistant: Assistant
    detector: Detector
    device: DeviceId
    person: PersonId
    info: Info
    work: Executor
    underway: "Underway" = field(default_factory=lambda: Underway())  # noqa: PLW0108 - it comes below


@dataclass(slots=True)
class Underway:
    """How many events are being answered now."""

    number: int = 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count one while the block runs."""
        self.number += 1
        try:
            yield
        finally:
            self.number -= 1


class Connection:
    """One program's events, in order."""

    def __init__(self, offer: Offer, writer: asyncio.StreamWriter) -> None:
        self._offer = offer
        self._writer = writer
        self._sound: list[Pcm] = []
        self._frames = 0
        self._began_at = offer.assistant.house.clock()
        self._detector: WakeDetector | None = None
        self._detected = False
        self._hearing = Hearing()
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

    async def run(self, reader: asyncio.StreamReader, spoke: Callable[[], None]) -> None:
        """Answer until the other side ends; `spoke` is called at each of its events.

        Raises `FrameBroken` for what is malformed, `OSError`, `TimeoutError`, and whatever an
        engine raises.
        """
        while True:
            async with asyncio.timeout(IDLE_SECONDS_MAX):
                event = await read_event(reader)
            if event is None:
                return
            spoke()
            taker = self._takers.get(event.type)
            if taker is not None:
                with self._offer.underway.one_more():
                    await taker(event)

    async def _tell(self, event: Event) -> None:
        await write_event(event, self._writer)

    async def _work(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._offer.work, work, *arguments)

    async def _describe(self, _: Event) -> None:
        await self._tell(self._offer.info.event())

    async def _ping(self, event: Event) -> None:
        await self._tell(pong(event))

    async def _listen(self, _: Event) -> None:
        self._detector = None

    async def _detect(self, _: Event) -> None:
        self._detector = await self._work(self._offer.detector)

    async def _begin(self, _: Event) -> None:
        self._sound, self._frames, self._detected = [], 0, False
        self._hearing = Hearing()
        self._began_at = self._offer.assistant.house.clock()

    async def _hear(self, event: Event) -> None:
        pcm = await self._work(self._hearing.pcm, event)
        if self._detector is not None:
            word = await self._work(self._detector.feed, pcm)
            if word is not None:
                self._detected = True
                at = AudioChunk.from_event(event).timestamp
                await self._tell(Detection(name=word, timestamp=at).event())
        elif self._frames < SECONDS_MAX * RATE_HZ:
            self._sound.append(pcm)
            self._frames += len(pcm)

    async def _end(self, _: Event) -> None:
        if self._detector is not None:
            if not self._detected:
                await self._tell(NotDetected().event())
            return
        pcm = np.concatenate([np.zeros(0, np.int16), *self._sound])[: SECONDS_MAX * RATE_HZ]
        self._sound, self._frames = [], 0
        offer = self._offer
        capture = Capture(pcm, self._began_at, offer.device)
        transcript = await self._work(offer.assistant.take, capture, offer.person)
        await self._tell(Transcript(text=transcript.text).event())

    async def _speak(self, event: Event) -> None:
        text = text_of(event)
        pieces = self._said(text) if len(text) <= SPEECH_LETTERS_MAX else iter(())
        started = False
        while (speech := await self._work(next, pieces, None)) is not None:
            if not started:
                await self._tell(AudioStart(rate=speech.rate_hz, width=2, channels=1).event())
                started = True
            for start in range(0, len(speech.pcm), PIECE_FRAMES):
                audio = speech.pcm[start : start + PIECE_FRAMES].tobytes()
                await self._tell(AudioChunk(speech.rate_hz, 2, 1, audio).event())
        if not started:
            await self._tell(Error(text="nothing of that can be said", code="unsaid").event())
        await self._tell(AudioStop().event())

    def _said(self, text: str) -> Iterator[Speech]:
        return self._offer.assistant.house.synthesiser.speak(text)

    async def _recognise(self, event: Event) -> None:
        text, intent = text_of(event), None
        if len(text) <= REQUEST_LETTERS_MAX:
            intent = await self._work(self._offer.assistant.house.grammar.interpret, text)
        if intent is None:
            await self._tell(NotRecognized().event())
            return
        entities = [Entity(name=name, value=value) for name, value in intent.slots.items()]
        await self._tell(Intent(name=f"{intent.skill}.{intent.name}", entities=entities).event())

    async def _handle(self, event: Event) -> None:
        text, offer = text_of(event), self._offer
        if len(text) > REQUEST_LETTERS_MAX:
            await self._tell(NotHandled().event())
            return
        turn = await self._work(offer.assistant.read, text, offer.device, offer.person, None)
        said = turn.reply.text
        answer = Handled(text=said) if turn.intent is not None else NotHandled(text=said)
        await self._tell(answer.event())
