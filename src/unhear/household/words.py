"""Who lives in the house, what devices hear them, and what may be done with what they say."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from unhear.household.ages import Age

HouseholdId = NewType("HouseholdId", bytes)
"""16 random bytes: the household's pseudonym in the index."""

TraceId = NewType("TraceId", bytes)
"""16 random bytes naming one kept thing; a recording's payload bears the same name."""

PersonId = NewType("PersonId", str)
DeviceId = NewType("DeviceId", str)

UNKNOWN_PERSON = PersonId("unknown")

WHOEVER_IS_SEEN = PersonId("seen")
"""Whoever a camera films: it tells nobody apart, and what it sees is no voice's."""


class PersonKind(StrEnum):
    """What a person is to the household."""

    GUARDIAN = "guardian"
    ADULT = "adult"
    CHILD = "child"
    GUEST = "guest"


class Purpose(StrEnum):
    """Why something a person said may be used; each needs its own consent, save `respond`.

    `keep` is history: sound and words. `personalise` is what skills remember of a child or guest.
    `improve` is learning at home, `fleet` learning with other homes, `identify` knowing a voice.
    `review` lets people who do not live here listen; `share` sends words to another server.
    """

    RESPOND = "respond"
    KEEP = "keep"
    PERSONALISE = "personalise"
    IMPROVE = "improve"
    FLEET = "fleet"
    IDENTIFY = "identify"
    REVIEW = "review"
    SHARE = "share"


OPTIONAL = tuple(purpose for purpose in Purpose if purpose is not Purpose.RESPOND)
"""What is off until somebody consented, and what nothing else may depend on."""

DISCLOSING = frozenset({Purpose.FLEET, Purpose.REVIEW, Purpose.SHARE})
"""Purposes for which something leaves the house, or is shown to others."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the household; `age` is what is known of a child's.

    `seen_day` is when a child was last heard, and `warned_day` when the guardians were told that
    its profile will go unused; days are counted from 1970-01-01.
    """

    id: PersonId
    name: str
    kind: PersonKind
    seen_day: int = 0
    warned_day: int | None = None
    age: Age | None = None


class Seen(StrEnum):
    """Why a camera's film is kept."""

    MOTION = "motion"
    PERSON = "person"
    RING = "ring"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the index seals about something kept: who spoke where and when, and why it was kept.

    `of` is the recording it came of: its own id for a recording. `seen` is what a camera's film
    shows; whatever was heard has none. Opened by the server for a timeline; dies with the key of
    the kept thing.
    """

    of: TraceId
    heard_at: datetime
    device: DeviceId
    person: PersonId
    seconds: float = 0.0
    purposes: tuple[Purpose, ...] = ()
    reasons: tuple[str, ...] = ()
    intent: str | None = None
    seen: tuple[Seen, ...] = ()
