"""A Wyoming satellite's loudspeaker, and what it shows."""

import asyncio
from contextlib import suppress

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.timer import TimerCancelled, TimerFinished, TimerStarted, TimerUpdated
from wyoming.vad import VoiceStopped
from wyoming.wake import Detection

from unhear.answer.synthesiser import Speech
from unhear.house.pacing import Pace
from unhear.house.timer_faces import Change, TimerNews
from unhear.house.turn import Turn
from unhear.satellites.frames import write_event

EVENTS_WAITING_MAX = 256
"""How many events may wait for a slow satellite before it is given up: 25 seconds of sound."""


class WyomingSpeaker:
    """Called from threads, it sends from the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._events: asyncio.Queue[Event] = asyncio.Queue(EVENTS_WAITING_MAX)
        self._pace = Pace()
        self._rate_hz = 0
        self._words = ""

    async def send(self, writer: asyncio.StreamWriter) -> None:
        """Send what is told, until cancelled. Raises `OSError`, and `TimeoutError` if too slow."""
        while not self._events.full():
            await write_event(await self._events.get(), writer)
        raise TimeoutError("the satellite does not take what it is sent")

    def tell(self, event: Event) -> None:
        """Send an event after those before it; from any thread."""
        with suppress(RuntimeError):  # The event loop is closed: the house stops.
            self._loop.call_soon_threadsafe(self._offer, event)

    def understood(self, words: str) -> None:
        """Note the words so far, to be shown when the request is over."""
        self._words = words

    def woken(self) -> None:
        """Tell that the wake word was heard, and that words are awaited."""
        self._words = ""
        self.tell(Detection(name=None).event())
        self.tell(Transcribe().event())

    def thinking(self) -> None:
        """Tell that the request is over, so that the satellite listens for the wake word again."""
        self.tell(VoiceStopped().event())
        self.tell(Transcript(text=self._words).event())

    def say(self, speech: Speech) -> None:
        """Send a piece of speech as fast as it is played."""
        self._pace.begin()
        if self._rate_hz != speech.rate_hz:
            self._end_sound()
            self._rate_hz = speech.rate_hz
            self.tell(AudioStart(rate=speech.rate_hz, width=2, channels=1).event())
        for piece in self._pace.pieces(speech):
            chunk = AudioChunk(rate=speech.rate_hz, width=2, channels=1, audio=piece.pcm.tobytes())
            self.tell(chunk.event())

    def stop(self) -> None:
        """Send no more of what is being said."""
        self._pace.stop()
        self._end_sound()

    def finished(self, turn: Turn | None) -> None:
        """End the sound; where nobody spoke, let the satellite go back to waiting."""
        self._end_sound()
        if turn is None:
            self.tell(Transcript(text="").event())

    def timer(self, news: TimerNews) -> None:
        """Tell of a timer; of one that ran already, how much of it is left."""
        if news.change is Change.CANCELLED:
            self.tell(TimerCancelled(news.id).event())
        elif news.change is Change.FINISHED:
            self.tell(TimerFinished(news.id).event())
        else:
            seconds, left = (round(time.total_seconds()) for time in (news.length, news.left))
            self.tell(TimerStarted(news.id, seconds, name=news.name or None).event())
            if left < seconds:
                self.tell(TimerUpdated(news.id, is_active=True, total_seconds=left).event())

    def _end_sound(self) -> None:
        if self._rate_hz:
            self._rate_hz = 0
            self.tell(AudioStop().event())

    def _offer(self, event: Event) -> None:
        if not self._events.full():
            self._events.put_nowait(event)
