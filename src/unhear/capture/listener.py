"""Turn a stream of sound into requests.

The rules:

1. While a wake word is awaited, only the last fraction of a second is held, and nothing of it
   ever leaves.
2. A request begins after the end of its wake word, or a little before its first speech if that is
   later. A wake word heard within a request starts it anew, so no capture holds a whole one.
3. A request ends with silence, or at its greatest length. It is then trimmed to its speech. Less
   silence is enough where its words are known to ask for something whole (`settle`).
4. If no speech begins in time the listener gives up, and nothing leaves.
5. What comes out depends on the sound and on `settle` alone, never on how it was cut into chunks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from unhear.capture.events import Captured, Event, GaveUp, Paused, Woken
from unhear.capture.ring import Ring
from unhear.capture.sound import RATE_HZ, Capture, Pcm, VoiceActivity, WakeDetector
from unhear.household.words import DeviceId
from unhear.learn.labelled import Vector


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """When a request begins and ends."""

    wake_lag_seconds: float = 0.2
    """How long, at most, after the end of the wake word its detector answers.

    Measured: 0.06 to 0.2. Less would cost those who speak on at once their first word; more would
    let the end of the wake word into the request.
    """

    pre_roll_seconds: float = 0.3
    """How much before the first speech is kept, so that a soft first sound is not lost."""

    onset_seconds: float = 0.12
    """How long speech must last to begin a request; a click or the wake word's echo does not."""

    onset_probability: float = 0.5
    """From which probability on a chunk counts as speech before a request has begun."""

    speech_probability: float = 0.35
    """The same within a request: lower, so that a weak syllable does not end it."""

    wait_seconds: float = 5.0
    """How long speech may be awaited before the listener gives up."""

    pause_seconds: float = 0.25
    """The silence after which a request may be over (`Paused`)."""

    whole_seconds: float = 0.4
    """The silence after which a request is over whose words are known to be whole."""

    silence_seconds: float = 0.7
    """The silence after which any request is over (`Captured`)."""

    tail_seconds: float = 0.2
    """How much after the last speech is kept."""

    request_seconds_max: float = 15.0
    """The greatest length of a capture."""

    def __post_init__(self) -> None:
        """Raise `ValueError` unless tail <= pause <= whole <= silence < the greatest length."""
        if not (
            0
            <= self.tail_seconds
            <= self.pause_seconds
            <= self.whole_seconds
            <= self.silence_seconds
        ):
            raise ValueError("listening needs tail <= pause <= whole <= silence seconds")
        if self.request_seconds_max < self.pre_roll_seconds + self.onset_seconds:
            raise ValueError("request_seconds_max leaves no room for the pre-roll and speech")


@dataclass(slots=True)
class _Request:
    """A request being heard; most fields are stream positions."""

    word: str | None
    floor: int
    """No frame before this belongs to it."""

    since: int
    vector: Vector | None = None
    run_start: int | None = None
    """Where the present unbroken speech began, before there is enough of it."""

    start: int | None = None
    """Where the capture begins, once there is speech."""

    speech_end: int = 0
    paused: Capture | None = None
    whole: bool = False
    """Whether `paused` asks for something whole."""


class Listener:
    """Listens to one stream; not thread-safe, and does no input or output of its own."""

    def __init__(
        self,
        *,
        device: DeviceId,
        activity: VoiceActivity,
        wake: WakeDetector | None,
        started_at: datetime,
        settings: ListenerSettings | None = None,
        wake_vector: Callable[[], Vector | None] | None = None,
    ) -> None:
        """Listen from `started_at` (aware), the moment of the stream's first frame.

        `wake_vector` is asked once at each wake what its sound was like; its event and the request
        carry the answer.

        Without `wake` every speech is a request: for push to talk, and for streams that another
        device opened at its own wake word.
        """
        self._device = device
        self._activity = activity
        self._wake = wake
        self._started_at = started_at
        self._settings = settings or ListenerSettings()
        self._wake_vector = wake_vector
        self._ring = Ring()
        self._rest: Pcm = np.zeros(0, np.int16)
        self._request = _Request(None, 0, 0) if wake is None else None

    @property
    def held_frames(self) -> int:
        """How many frames are in memory now; bounded by the settings, whatever is fed."""
        return self._ring.held_frames + len(self._rest)

    def feed(self, pcm: Pcm) -> list[Event]:
        """Take the next frames of the stream, any number; answer what happened in them.

        Raises `ValueError` for anything but int16 of shape (frames,).
        """
        if pcm.dtype != np.int16 or pcm.ndim != 1:
            raise ValueError(f"a listener takes int16 mono frames, not {pcm.dtype} {pcm.shape}")
        size = self._activity.chunk_frames
        sound = np.concatenate([self._rest, pcm])
        whole = len(sound) // size * size
        events: list[Event] = []
        for start in range(0, whole, size):
            events += self._step(sound[start : start + size])
        self._rest = sound[whole:].copy()
        return events

    def open(self) -> None:
        """Take the next speech for a request, without a wake word: somebody was asked back."""
        if self._request is None:
            self._request = _Request(None, self._ring.end, self._ring.end)
            self._activity.reset()

    def settle(self, paused: Capture) -> None:
        """Wait no longer than `whole_seconds` for more words than were `paused`.

        Nothing happens if there are more already.
        """
        if self._request is not None and self._request.paused is paused:
            self._request.whole = True

    def finish(self) -> list[Event]:
        """End the stream: answer the request that was being heard, or that there was none."""
        self._ring.append(self._rest)
        self._rest = np.zeros(0, np.int16)
        request = self._request
        if request is None:
            self._await_next()
            return []
        if request.start is None:
            return [self._give_up(request)]
        return [self._close(request, request.start)]

    def _step(self, block: Pcm) -> list[Event]:
        self._ring.append(block)
        if self._wake is not None and (word := self._wake.feed(block)) is not None:
            return [self._open(self._wake, word)]
        if self._request is None:
            self._ring.drop_before(self._ring.end - _frames(self._settings.wake_lag_seconds))
            return []
        probability = self._activity.probability(block)
        if self._request.start is None:
            return self._await_speech(self._request, probability, len(block))
        return self._hear(self._request, self._request.start, probability)

    def _open(self, wake: WakeDetector, word: str) -> Woken:
        vector = None if self._wake_vector is None else self._wake_vector()
        wake.reset()
        self._activity.reset()
        end = max(self._ring.end - _frames(self._settings.wake_lag_seconds), self._ring.start)
        if self._request is not None:
            end = max(end, self._request.floor)
        self._request = _Request(word, floor=end, since=self._ring.end, vector=vector)
        self._ring.drop_before(end)
        return Woken(word, self._moment(end), vector)

    def _await_speech(self, request: _Request, probability: float, frames: int) -> list[Event]:
        settings, end = self._settings, self._ring.end
        if probability < settings.onset_probability:
            request.run_start = None
        elif request.run_start is None:
            request.run_start = end - frames
        begun = end if request.run_start is None else request.run_start
        start = max(request.floor, begun - _frames(settings.pre_roll_seconds))
        self._ring.drop_before(start)
        if end - begun >= _frames(settings.onset_seconds):
            request.start, request.speech_end = start, end
            return []
        waited = end - request.since >= _frames(settings.wait_seconds)
        if waited and request.run_start is None:
            return [self._give_up(request)]
        return []

    def _hear(self, request: _Request, start: int, probability: float) -> list[Event]:
        settings, end = self._settings, self._ring.end
        if probability >= settings.speech_probability:
            request.speech_end, request.paused, request.whole = end, None, False
        silence = end - request.speech_end
        # A wake word that ends just before the cut must have been told of when it is made.
        lag = 0.0 if self._wake is None else settings.wake_lag_seconds
        too_long = end - start >= _frames(settings.request_seconds_max + lag)
        enough = settings.whole_seconds if request.whole else settings.silence_seconds
        if too_long or silence >= _frames(enough):
            return [self._close(request, start)]
        if request.paused is None and silence >= _frames(settings.pause_seconds):
            request.paused = self._capture(request, start)
            return [Paused(request.paused)]
        return []

    def _close(self, request: _Request, start: int) -> Captured:
        capture = request.paused or self._capture(request, start)
        self._await_next()
        return Captured(capture)

    def _give_up(self, request: _Request) -> GaveUp:
        self._await_next()
        return GaveUp(self._moment(request.since))

    def _await_next(self) -> None:
        end = self._ring.end
        self._request = _Request(None, end, end) if self._wake is None else None
        self._ring.drop_before(end)

    def _capture(self, request: _Request, start: int) -> Capture:
        end = min(
            request.speech_end + _frames(self._settings.tail_seconds),
            start + _frames(self._settings.request_seconds_max),
        )
        return Capture(
            self._ring.slice(start, end),
            self._moment(start),
            self._device,
            request.word,
            request.vector,
        )

    def _moment(self, position: int) -> datetime:
        return self._started_at + timedelta(seconds=position / RATE_HZ)


def _frames(seconds: float) -> int:
    return round(seconds * RATE_HZ)
