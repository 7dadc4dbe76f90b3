"""The timers that run, on devices that can show them: told when one begins, ends or is taken away.

Which timers run is known to the skill that remembers them: about once a second it tells all of
them. What each device was told is compared with that. So a device that comes back, a restart and
an erasure need nothing of their own, and no name is held here: only the random numbers of what was
told.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from threading import Lock

from unhear.answer.rooms import Countdown
from unhear.clock import Clock
from unhear.household.words import DeviceId, TraceId

log = logging.getLogger(__name__)

NOTHING = timedelta(0)
LATE = timedelta(minutes=1)
"""A device that learns later than this that a timer is over need not ring any more."""


class Change(Enum):
    """What became of a timer."""

    STARTED = auto()
    CANCELLED = auto()
    FINISHED = auto()


@dataclass(frozen=True, slots=True)
class TimerNews:
    """What a device is told of one timer; what went has neither name nor lengths."""

    change: Change
    id: str
    name: str = ""
    length: timedelta = NOTHING
    left: timedelta = NOTHING


Face = Callable[[TimerNews], None]
"""Shows a timer on a device, or takes it away; called from any thread, and waits for nothing."""


class TimerFaces:
    """What every device was told of the timers that were set on it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._faces: dict[DeviceId, Face] = {}
        self._told: dict[DeviceId, dict[TraceId, datetime]] = {}
        self._anew: set[DeviceId] = set()

    def join(self, device: DeviceId, face: Face | None) -> None:
        """Show timers on a device, if it can: all anew, for it may have been switched off."""
        with self._lock:
            self._faces.pop(device, None)
            if face is not None:
                self._faces[device] = face
                self._anew.add(device)

    def leave(self, device: DeviceId) -> None:
        """Show nothing more on a device; what it still shows is known when it comes back."""
        with self._lock:
            self._faces.pop(device, None)

    def show(self, running: Sequence[Countdown]) -> None:
        """Let devices show these timers, each where it was set, and no others."""
        with self._lock:
            for device, face in self._faces.items():
                here = [one for one in running if one.device == device]
                self._show_on(device, face, here)

    def destroy(self, traces: Collection[TraceId]) -> None:
        """Take these timers from every device that shows them."""
        with self._lock:
            for device, told in self._told.items():
                for trace in told.keys() & set(traces):
                    if (face := self._faces.get(device)) is not None:
                        del told[trace]
                        _tell(face, TimerNews(Change.CANCELLED, trace.hex()))

    def held(self, traces: Collection[TraceId]) -> list[TraceId]:
        """Answer which of these timers a device that is here still shows."""
        looked_for = set(traces)
        with self._lock:
            shown = [told for device, told in self._told.items() if device in self._faces]
            return [trace for told in shown for trace in told.keys() & looked_for]

    def _show_on(self, device: DeviceId, face: Face, running: Sequence[Countdown]) -> None:
        now, told = self._clock(), self._told.setdefault(device, {})
        for trace in told.keys() - {one.id for one in running}:
            over = NOTHING <= now - told.pop(trace) <= LATE
            _tell(face, TimerNews(Change.FINISHED if over else Change.CANCELLED, trace.hex()))
        for one in running:
            if one.id not in told or device in self._anew:
                told[one.id] = one.ends_at
                left = max(one.ends_at - now, NOTHING)
                news = TimerNews(Change.STARTED, one.id.hex(), one.name, one.length, left)
                _tell(face, news)
        self._anew.discard(device)


def _tell(face: Face, news: TimerNews) -> None:
    try:
        face(news)
    except Exception as error:  # noqa: BLE001 - a device that is gone must not stop the others
        log.warning("timer not shown", extra={"error": type(error).__name__})
