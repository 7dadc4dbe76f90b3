"""What a guardian decides about a camera: when it records, what it may see, how long that stays.

A new camera records nothing until a guardian switches it on. Outdoors nothing is heard unless a
guardian says so, and what sees the street stays 72 hours unless they choose otherwise (European
Data Protection Board, Guidelines 3/2019, paragraph 121).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from unhear.household.words import DeviceId, Seen

DAYS_MAX = 180
STREET_DAYS, INDOOR_DAYS = 3, 30
MINUTES_A_DAY = 24 * 60


class Mode(StrEnum):
    """How the household lives just now; a guardian, or their voice, says so."""

    HOME = "home"
    AWAY = "away"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of a picture, in fractions of its width and height from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        """Raise `ValueError` unless it lies in the picture and has an inside."""
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise ValueError("an area lies between 0 and 1, and is wider and higher than nothing")


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of every day, in local minutes since midnight; it may span midnight."""

    since: int
    until: int

    def __post_init__(self) -> None:
        """Raise `ValueError` for what is no time of a day."""
        if not (0 <= self.since < MINUTES_A_DAY and 0 <= self.until < MINUTES_A_DAY):
            raise ValueError("hours are minutes since midnight, 0 to 1439")

    def cover(self, local: datetime) -> bool:
        """Whether a local moment lies in it."""
        minute = local.hour * 60 + local.minute
        if self.since <= self.until:
            return self.since <= minute < self.until
        return minute >= self.since or minute < self.until


@dataclass(frozen=True, slots=True)
class Camera:
    """What a guardian decided about one camera.

    `private` is blacked out before anything is analysed, kept or shown; motion counts in `watched`
    alone, or everywhere where that is empty. `sensitivity` goes from 0 (hardly anything is motion)
    to 1. `people_only` keeps what shows a person, and rings. `modes` and `hours` say when it
    records; no hours are all hours.
    """

    device: DeviceId
    on: bool = False
    indoors: bool = False
    private: tuple[Area, ...] = ()
    watched: tuple[Area, ...] = ()
    sensitivity: float = 0.5
    people_only: bool = False
    hears: bool = False
    days: int = STREET_DAYS
    modes: frozenset[Mode] = frozenset(Mode)
    hours: tuple[Hours, ...] = ()
    on_since: datetime | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` for a time that is too long, or none, or no sensitivity."""
        if not 1 <= self.days <= DAYS_MAX:
            raise ValueError(f"what a camera sees stays 1 to {DAYS_MAX} days, not {self.days}")
        if not 0 <= self.sensitivity <= 1:
            raise ValueError("sensitivity is 0 to 1")

    def records(self, mode: Mode, local: datetime) -> bool:
        """Whether it records in a mode at a local moment."""
        in_hours = not self.hours or any(hours.cover(local) for hours in self.hours)
        return self.on and mode in self.modes and in_hours

    def keeps(self, seen: frozenset[Seen]) -> bool:
        """Whether film that shows this is kept."""
        return bool(seen & {Seen.PERSON, Seen.RING}) if self.people_only else bool(seen)


def usual_days(*, indoors: bool) -> int:
    """Answer how long film stays where a guardian chose nothing else."""
    return INDOOR_DAYS if indoors else STREET_DAYS


def placed(before: Camera, after: Camera) -> Camera:
    """Answer what is decided now; where a camera was moved, usual days become those of its place.

    Days that a guardian chose stay.
    """
    usual = usual_days(indoors=before.indoors)
    if after.indoors == before.indoors or not before.days == after.days == usual:
        return after
    return replace(after, days=usual_days(indoors=after.indoors))
