"""What a listener says about its stream."""

from dataclasses import dataclass, field
from datetime import datetime

from unhear.capture.sound import Capture
from unhear.learn.labelled import Vector


@dataclass(frozen=True, slots=True)
class Woken:
    """A wake word was heard; a request is being listened for. `at` is about where it ended.

    `vector` is what the wake's sound was like, where the listener is told.
    """

    word: str
    at: datetime
    vector: Vector | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Paused:
    """The speaker pauses; `capture` is the request if nothing more is said.

    A recogniser may start on it now. If the next `Captured` bears the same object, its work
    is the answer; otherwise the speaker went on and it is void.
    """

    capture: Capture


@dataclass(frozen=True, slots=True)
class Captured:
    """The request is over."""

    capture: Capture


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Nobody spoke in time; nothing was captured."""

    at: datetime


Event = Woken | Paused | Captured | GaveUp
