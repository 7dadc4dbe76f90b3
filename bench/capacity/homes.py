"""What homes do all day, and on bad days: assumptions, each of which a reader may change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

HOUR = 60
MINUTES_A_DAY = 24 * HOUR

HOURS = (1, 1, 1, 1, 1, 3, 7, 9, 7, 5, 4, 4, 5, 4, 4, 5, 7, 9, 10, 10, 9, 7, 4, 2)
"""How a day's work is spread over its hours, as parts: mornings and evenings are busy.

All homes are in one time zone, which is the worst that can be: nothing evens out.
"""

EVENING, NIGHT = 19 * HOUR, 25 * HOUR
MORNING = 6 * HOUR


class Work(StrEnum):
    """What homes ask of a service, each counted in its own unit."""

    REQUESTS = "spoken requests"
    KEEPS = "recordings kept"
    CLIPS = "clips filmed"
    LOOKS = "pages of a timeline"
    ERASURES = "erasures, asked for or by age"
    ERASED = "traces erased"
    DUTIES = "duties that found nothing to do"
    HOMES = "homes looked after"
    STREAMS = "streams listened to for a wake word"
    CAMERAS = "cameras watched"


STEADY = frozenset({Work.HOMES, Work.STREAMS, Work.CAMERAS})
"""What goes on all the time, and is not done so often a minute."""

Done = Mapping[Work, float]
"""How much is done in a minute, or of what is steady, how much of it there is."""


@dataclass(frozen=True, slots=True)
class Homes:
    """How many homes, and what one of them does on a usual day."""

    count: int = 1_000_000
    requests: float = 12
    """Spoken requests: owners of voice assistants say a handful to two dozen a day."""

    keeping: float = 0.5
    """The share of requests with consent to be kept; it is off until somebody consents."""

    streams: float = 0.5
    """Satellites that have their wake word found by the service; newer ones find it themselves."""

    cameras: float = 0.3
    clips: float = 15
    """Clips of each camera. A door at a street has more, a garden fewer."""

    looks: float = 6
    """Pages of 50 that a guardian scrolls through."""

    erasures: float = 0.05
    """Erasures that a guardian asks for, of `erased` traces each."""

    erased: float = 3
    sweeps: float = 1
    """Erasures by age: everything of a home that is past its day goes in one."""

    days_kept: float = 30
    duties: float = 24 * 12 + 24 + 12
    """What a worker does for it unasked: a look every five minutes whether anything is to be told,
    checks every hour, and grants."""

    @property
    def kept_a_day(self) -> float:
        """How many traces a home keeps a day: recordings and clips."""
        return self.requests * self.keeping + self.cameras * self.clips

    @property
    def kept(self) -> float:
        """How many traces a home has when it is full."""
        return self.days_kept * self.kept_a_day

    def a_minute(self, minute: int) -> dict[Work, float]:
        """Answer what all homes do in this minute of a day.

        What is past its day goes evenly: whoever sweeps has the whole day for it.
        """
        part = HOURS[minute % MINUTES_A_DAY // HOUR] / sum(HOURS) / HOUR
        asked = self.count * self.erasures * part
        return {
            Work.REQUESTS: self.count * self.requests * part,
            Work.KEEPS: self.count * self.requests * self.keeping * part,
            Work.CLIPS: self.count * self.cameras * self.clips * part,
            Work.LOOKS: self.count * self.looks * part,
            Work.ERASURES: asked + self.count * self.sweeps / MINUTES_A_DAY,
            Work.ERASED: asked * self.erased + self.count * self.kept_a_day / MINUTES_A_DAY,
            Work.DUTIES: self.count * self.duties / MINUTES_A_DAY,
            Work.HOMES: self.count,
            Work.STREAMS: self.count * self.streams,
            Work.CAMERAS: self.count * self.cameras,
        }


@dataclass(frozen=True, slots=True)
class Scenario:
    """Days: what is different on them, and which share of everything works in each minute."""

    name: str
    change: Callable[[Homes, int, Done], Done] = lambda _homes, _minute, done: done
    works: Callable[[int], float] = lambda _minute: 1.0


def news_story(homes: Homes, minute: int, done: Done) -> Done:
    """Let one home in ten forget everything within six hours, from seven in the evening.

    Each looks at ten pages of its timeline before.
    """
    if not EVENING <= minute < NIGHT:
        return done
    forgetting = homes.count * 0.1 / (NIGHT - EVENING)
    return {
        **done,
        Work.LOOKS: done[Work.LOOKS] + 10 * forgetting,
        Work.ERASURES: done[Work.ERASURES] + forgetting,
        Work.ERASED: done[Work.ERASED] + forgetting * homes.kept,
    }


def deadline(homes: Homes, minute: int, done: Done) -> Done:
    """Let a law make every clip older than three days go by midnight, from six o'clock on."""
    if not MORNING <= minute < MINUTES_A_DAY:
        return done
    filming = homes.count * homes.cameras / (MINUTES_A_DAY - MORNING)
    return {
        **done,
        Work.ERASURES: done[Work.ERASURES] + filming,
        Work.ERASED: done[Work.ERASED] + filming * homes.clips * (homes.days_kept - 3),
    }


def half_lost(minute: int) -> float:
    """Answer what works when half of everything is lost at seven in the evening, for six hours."""
    return 0.5 if EVENING <= minute < NIGHT else 1.0


USUAL = Scenario("a usual day")
SCENARIOS = (
    USUAL,
    Scenario("a news story", news_story),
    Scenario("a deletion law's deadline", deadline),
    Scenario("a region lost", works=half_lost),
)
