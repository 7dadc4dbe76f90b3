"""Who lives in the house, what devices hear them, and what may be done with what they say."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

HouseholdId = NewType("HouseholdId", bytes)
"""16 random bytes: the household's pseudonym in the index."""

TraceId = NewType("TraceId", bytes)
"""16 random bytes naming one kept thing; a recording's payload bears the same name."""

PersonId = NewType("PersonId", str)
DeviceId = NewType("DeviceId", str)

UNKNOWN_PERSON = PersonId("unknown")


class PersonKind(StrEnum):
    """What a person is to the household."""

    GUARDIAN = "guardian"
    ADULT = "adult"
    CHILD = "child"
    GUEST = "guest"


class Purpose(StrEnum):
    """Why something a person said may be used; each needs its own consent, save `respond`."""

    RESPOND = "respond"
    KEEP = "keep"
    IMPROVE = "improve"
    IDENTIFY = "identify"
    REVIEW = "review"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the household."""

    id: PersonId
    name: str
    kind: PersonKind


@dataclass(frozen=True, slots=True)
class Consent:
    """A guardian's dated permission for one person and one purpose.

    `person` may be `UNKNOWN_PERSON`: voices nobody has been named for.
    """

    person: PersonId
    purpose: Purpose
    method: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a kept recording may stay. There is no way to say "for ever"."""

    days: int = 30

    DAYS_MAX = 365

    def __post_init__(self) -> None:
        """Raise `ValueError` unless 1 <= days <= 365."""
        if not 1 <= self.days <= self.DAYS_MAX:
            raise ValueError(f"retention must be 1 to {self.DAYS_MAX} days, not {self.days}")

    @property
    def duration(self) -> timedelta:
        """The same, as a length of time."""
        return timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Household:
    """The people under one roof and what they have allowed."""

    id: HouseholdId
    name: str
    people: tuple[Person, ...]
    consents: tuple[Consent, ...]
    retention: Retention = field(default_factory=Retention)

    def person(self, person: PersonId) -> Person | None:
        """Answer the person of that id, or None where nobody is known by it."""
        return next((p for p in self.people if p.id == person), None)

    def named(self, name: str) -> Person | None:
        """Answer the person called `name` (letter case does not matter), or None."""
        return next((p for p in self.people if p.name.casefold() == name.casefold()), None)

    @property
    def has_children(self) -> bool:
        """Whether a child lives here, so that an unknown voice counts as a child's."""
        return any(p.kind is PersonKind.CHILD for p in self.people)


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the index seals about something kept: who spoke where and when, and why it was kept.

    `of` is the recording it came of: its own id for a recording. Opened by the server for a
    timeline; dies with the key of the kept thing.
    """

    of: TraceId
    heard_at: datetime
    device: DeviceId
    person: PersonId
    seconds: float = 0.0
    purposes: tuple[Purpose, ...] = ()
    reasons: tuple[str, ...] = ()
    intent: str | None = None
