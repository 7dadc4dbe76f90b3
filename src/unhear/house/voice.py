"""One device's conversation: its sound goes in, its answers come out, and it can be interrupted."""

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from unhear.answer.synthesiser import Speech
from unhear.capture.events import Captured, Event, GaveUp, Paused, Woken
from unhear.capture.listener import Listener
from unhear.capture.sound import Capture, Pcm
from unhear.engines.choose import choose_activity, choose_wake
from unhear.engines.speech_pool import SpeechAway
from unhear.engines.verified_wake import VerifiedWake
from unhear.house.arbiter import Arbiter
from unhear.house.house import House
from unhear.house.mouth import Speaker
from unhear.house.timer_faces import Face
from unhear.house.turn import Assistant, Silenced, Turn
from unhear.household.speech import Reply
from unhear.household.words import DeviceId, PersonId
from unhear.signals.giving import count
from unhear.signals.words import Metric, WakeOutcome

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stream:
    """What a session needs to know of its device.

    `person` is whose device it is, if anybody's; `room` where it stands, if not its own name.
    `wake` says whether its wake word is found here: if not, all that it streams is a request.
    Devices that can be read show more: `partial` is told the words that were understood so far,
    at each pause; `replied` the answer, before it begins; `told` what is said unasked; `timers`
    which timers run.
    """

    device: DeviceId
    person: PersonId
    speaker: Speaker
    wake: bool
    room: str | None = None
    partial: Callable[[str], None] | None = None
    replied: Callable[[Reply], None] | None = None
    told: Callable[[str], None] | None = None
    timers: Face | None = None


class Listen(Protocol):
    """Makes listeners."""

    def __call__(self, device: DeviceId, *, wake: bool) -> Listener:
        """Answer a new listener for a device, with or without a wake word."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What all devices of a house share; answers are given in threads of `work`."""

    assistant: Assistant
    arbiter: Arbiter
    work: Executor
    listen: Listen
    sessions: "dict[DeviceId, VoiceSession]" = field(default_factory=dict)
    """Every device that is here, by its name."""

    def busy(self, device: DeviceId | None = None) -> bool:
        """Whether somebody speaks to a device, or is answered there; without one, to any."""
        session = None if device is None else self.sessions.get(device)
        asked = list(self.sessions.values()) if device is None else [session]
        return any(one is not None and one.busy for one in asked)


def listening_in(house: House) -> Listen:
    """Answer what makes the listeners of a house, with its own wake word and engine."""
    settings = house.settings

    def listen(device: DeviceId, *, wake: bool) -> Listener:
        activity, now = choose_activity(), house.clock()
        if not wake:
            return Listener(device=device, activity=activity, wake=None, started_at=now)
        inner = choose_wake(settings.wake_engine, [settings.wake_word])
        judged = VerifiedWake(inner, house.wakes.describe, house.wakes.is_meant)
        return Listener(
            device=device,
            activity=activity,
            wake=judged,
            started_at=now,
            wake_vector=judged.take_vector,
        )

    return listen


class VoiceSession:
    """Hears one device's stream and answers it.

    Called from one thread at a time, but for `interrupt` and `close`.
    """

    def __init__(self, stream: Stream, ways: Ways) -> None:
        """Answer in threads, so that `feed` never waits for an answer.

        From now on the device can be heard in its room, until `close`.
        """
        self._assistant = ways.assistant
        self._arbiter = ways.arbiter
        self._work = ways.work
        self._listen = ways.listen
        rooms = ways.assistant.house.rooms
        self._speaker = rooms.join(
            stream.device,
            stream.speaker,
            room=stream.room,
            told=stream.told,
            timers=stream.timers,
        )
        self._stream = stream
        self._wake = stream.wake
        self._listener = self._new_listener()
        self._whole: Capture | None = None
        self._woken: Woken | None = None
        self._lock = Lock()
        self._turn = 0
        self._follows = False
        self._closed = False
        self._answering = 0
        self._sessions = ways.sessions
        self._sessions[stream.device] = self

    @property
    def busy(self) -> bool:
        """Whether somebody speaks to the device, or is answered."""
        with self._lock:
            return self._woken is not None or self._answering > 0

    def feed(self, pcm: Pcm) -> None:
        """Take the next frames of the device's stream, any number."""
        if self._follow_up():
            self._listener.open()
            self._speaker.woken()
        if (whole := self._known_whole()) is not None:
            self._listener.settle(whole)
        for event in self._listener.feed(pcm):
            self._on(event)

    def finish(self) -> None:
        """Answer what was being said: the stream has ended."""
        for event in self._listener.finish():
            self._on(event)

    def close(self) -> None:
        """Count the device as away: what it was about to ask or hear is dropped."""
        self._closed = True
        if self._sessions.get(self._stream.device) is self:
            del self._sessions[self._stream.device]
        self.interrupt()
        self._assistant.forgo(self._stream.device)
        self._assistant.house.rooms.leave(self._stream.device, self._speaker)

    def attend(self, *, wake: bool) -> None:
        """Find the wake word here from now on, or take all that is streamed for a request."""
        if wake != self._wake:
            self._wake = wake
            self._listener = self._new_listener()

    def woken(self) -> None:
        """Note that the device itself heard its wake word, or was touched: a request follows.

        Such a device may stream nothing between requests, so the stream's time begins anew.
        """
        self._follow_up()
        self._listener = self._new_listener()
        self._listener.open()
        self._on(Woken("", self._assistant.house.clock()))

    def abort(self) -> None:
        """Drop what is being heard and said: somebody stopped it at the device."""
        self.interrupt()
        self._listener = self._new_listener()
        self._give_up()

    def interrupt(self) -> None:
        """Stop the answer that is being given."""
        with self._lock:
            self._turn += 1
        self._speaker.stop()

    def _on(self, event: Event) -> None:
        if self._closed:
            return
        if isinstance(event, Woken):
            self.interrupt()
            self._woken = event
            self._arbiter.woken(self._stream.device, event.at)
            self._speaker.woken()
        elif isinstance(event, Paused):
            if self._woken is not None:
                self._arbiter.heard(self._stream.device, self._woken.at, event.capture.pcm)
            self._foresee(event.capture)
        elif isinstance(event, GaveUp):
            self._give_up()
        elif isinstance(event, Captured):
            self._captured(event.capture)

    def _give_up(self) -> None:
        woken, self._woken = self._woken, None
        if woken is not None:
            count(Metric.WAKES, WakeOutcome.NOTHING_SAID)
        if woken is not None and woken.vector is not None:
            self._assistant.called_for_nothing(self._stream.device, self._stream.person, woken)
        self._assistant.forgo(self._stream.device)
        self._speaker.finished(None)

    def _foresee(self, capture: Capture) -> None:
        def understood(words: str) -> None:
            if self._stream.partial is not None:
                self._stream.partial(words)
            if self._assistant.whole(words):
                with self._lock:
                    self._whole = capture

        self._assistant.foresee(capture, understood)

    def _captured(self, capture: Capture) -> None:
        with self._lock:  # at no moment in between does the device seem to rest
            woken, self._woken = self._woken, None
            self._answering += 1
        device = self._stream.device
        if woken is not None and not self._arbiter.answers(device, woken.at, capture.pcm):
            count(Metric.WAKES, WakeOutcome.ELSEWHERE)
            self._give_up()
            with self._lock:
                self._answering -= 1
            return
        if woken is None:
            self.interrupt()
        else:
            count(Metric.WAKES, WakeOutcome.REQUEST)
        with self._lock:
            self._turn += 1
            number = self._turn
        self._speaker.thinking()
        self._work.submit(self._answer, capture, number)

    def _answer(self, capture: Capture, number: int) -> None:
        turn: Turn | None = None
        try:
            turn = self._assistant.hear(
                capture, self._stream.person, self._sayer(number), self._replier(number)
            )
        except SpeechAway:
            log.warning("nobody recognises speech")
            with suppress(Silenced):
                self._assistant.own_deafness(self._sayer(number))
        except Exception as error:  # noqa: BLE001 - one request must not end the conversation
            log.error("request failed", extra={"error": type(error).__name__})  # noqa: TRY400 - words
        with self._lock:
            current = number == self._turn
            self._follows = current and turn is not None and turn.reply.question is not None
        try:
            if current:
                self._speaker.finished(turn)
        finally:
            with self._lock:
                self._answering -= 1

    def _sayer(self, number: int) -> Callable[[Speech], None]:
        def say(speech: Speech) -> None:
            with self._lock:
                if number != self._turn:
                    raise Silenced
            self._speaker.say(speech)

        return say

    def _replier(self, number: int) -> Callable[[Reply], None]:
        def replied(reply: Reply) -> None:
            with self._lock:
                current = number == self._turn
            if current and self._stream.replied is not None:
                self._stream.replied(reply)

        return replied

    def _new_listener(self) -> Listener:
        return self._listen(self._stream.device, wake=self._wake)

    def _known_whole(self) -> Capture | None:
        with self._lock:
            whole, self._whole = self._whole, None
        return whole

    def _follow_up(self) -> bool:
        with self._lock:
            follows, self._follows = self._follows, False
        return follows
