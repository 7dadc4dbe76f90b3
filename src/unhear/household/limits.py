"""What guests and children may ask of the assistant, and until when: a guardian decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from unhear.household.words import PersonId, PersonKind

ALWAYS = frozenset({"privacy", "quiet"})
"""Everybody may have their words forgotten, and make a noise stop, at any hour."""

MINUTES_A_DAY = 24 * 60


class Refusal(StrEnum):
    """Why somebody is not answered; the keys of what is said then."""

    SKILL = "not_allowed"
    BEDTIME = "bedtime"


@dataclass(frozen=True, slots=True)
class Bedtime:
    """From when until when, in minutes after midnight; `until` is mostly of the next morning."""

    since: int
    until: int

    def __post_init__(self) -> None:
        """Raise `ValueError` for a time that no day has, or an empty bedtime."""
        if not (0 <= self.since < MINUTES_A_DAY and 0 <= self.until < MINUTES_A_DAY):
            raise ValueError("a bedtime is from 00:00 to 23:59")
        if self.since == self.until:
            raise ValueError("a bedtime ends at another time than it begins")

    def covers(self, now: datetime) -> bool:
        """Whether it is bedtime at a local moment."""
        minute = now.hour * 60 + now.minute
        if self.since < self.until:
            return self.since <= minute < self.until
        return minute >= self.since or minute < self.until


@dataclass(frozen=True, slots=True)
class Limit:
    """What one person, or one kind of person, may do: these skills (None: all), not at bedtime.

    `for_children`: they get only what is meant for children, such as music that is not marked as
    for adults.
    """

    who: PersonId | PersonKind
    skills: frozenset[str] | None = None
    bedtime: Bedtime | None = None
    for_children: bool = False

    def refuses(self, skill: str, now: datetime) -> Refusal | None:
        """Answer why a skill is not for them at a local moment, or None where it is."""
        if skill in ALWAYS:
            return None
        if self.bedtime is not None and self.bedtime.covers(now):
            return Refusal.BEDTIME
        if self.skills is not None and skill not in self.skills:
            return Refusal.SKILL
        return None


def only_for_children(
    limits: Iterable[Limit], who: PersonId, kind: PersonKind | None, *, children_live_here: bool
) -> bool:
    """Whether somebody gets only what is meant for children.

    A voice that nobody is known by (`kind` None) counts as a guest's, and as a child's wherever
    children live: it may be theirs.
    """
    counts_as: set[PersonId | PersonKind] = {who, PersonKind.GUEST if kind is None else kind}
    if kind is None and children_live_here:
        counts_as.add(PersonKind.CHILD)
    return any(one.for_children and one.who in counts_as for one in limits)


def refusal(
    limits: Iterable[Limit], who: PersonId, kind: PersonKind | None, skill: str, now: datetime
) -> Refusal | None:
    """Answer why somebody is not answered, or None where they are.

    A voice that nobody is known by (`kind` None) has the limits of a guest.
    """
    counts_as = PersonKind.GUEST if kind is None else kind
    found = (one.refuses(skill, now) for one in limits if one.who in (who, counts_as))
    return next((why for why in found if why is not None), None)
