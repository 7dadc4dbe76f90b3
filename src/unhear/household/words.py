"""Who lives in the house, what devices hear them, and what may be done with what they say."""

from dataclasses import dataclass
from datetime import datetime
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
    """Somebody of the household.

    `seen_day` is when a child was last heard, and `warned_day` when the guardians were told that
    its profile will go unused; days are counted from 1970-01-01.
    """

    id: PersonId
    name: str
    kind: PersonKind
    seen_day: int = 0
    warned_day: int | None = None


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
