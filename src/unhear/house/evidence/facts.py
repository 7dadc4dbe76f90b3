"""What an auditor reads of one house: times and numbers, and random ids instead of people.

Nothing here is a name or a word that was spoken. Ids are those of the house; they are replaced by
pseudonyms before anything is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unhear.forget.database import TraceKind
from unhear.household.learning import Subject
from unhear.household.retention import DeviceKind
from unhear.household.words import HouseholdId, PersonId, PersonKind, Purpose, TraceId


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment to before another."""

    since: datetime
    until: datetime

    def has(self, at: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Erased:
    """One erasure: when it was asked for and done, and what its entry of the log says.

    `scope` is the kind of selector; `held` says that a legal hold covered something of it when it
    should have been done. `stated` is None where the log has no entry of it.
    """

    id: bytes
    asked_at: datetime
    done_at: datetime | None
    scope: str
    by_age: bool
    held: bool = False
    stated: tuple[datetime, datetime] | None = None

    def took(self, now: datetime) -> timedelta:
        """Answer the time from asking to done, or until now."""
        return (self.done_at or now) - self.asked_at


@dataclass(frozen=True, slots=True)
class Thing:
    """One kept thing, as its row says; `heard_at`, `person` and `device` where its details matter.

    `held` says that a legal hold keeps it; `worded` that its words are still there.
    """

    id: TraceId
    kind: TraceKind
    day: int
    expires_day: int
    worded: bool
    held: bool = False
    heard_at: datetime | None = None
    person: PersonId | None = None
    device: DeviceKind | None = None
    of: TraceId | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """A consent as the household's profile has it.

    `allowed` says that its method is enough for whom it is about; `noticed` that the notice it
    rests on is kept; `stated` that the log has the same, at the same hour.
    """

    person: PersonId
    purpose: Purpose
    method: str
    notice: str
    given_at: datetime
    allowed: bool
    noticed: bool
    stated: bool
    lapsed: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What the log says of a consent, opened by the receipt that the house keeps of it."""

    index: int
    kind: str
    person: PersonId
    purpose: Purpose
    at: datetime
    method: str | None = None
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class Looking:
    """One look, as the log says; `who` and `items` where the house keeps what opens them."""

    index: int
    at: datetime
    how: str
    count: str
    who: str | None = None
    items: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Granted:
    """That somebody may look, as the log says; `who` and `items` as those of a look."""

    index: int
    since: datetime
    until: datetime
    who: str | None = None
    items: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learned about a subject: from how many recordings, of how many people.

    `proved` says that it is, bit for bit, what the kept contributions make.
    """

    subject: Subject
    recordings: int
    people: int
    proved: bool


@dataclass(frozen=True, slots=True)
class Unlearnt:
    """That what was learned of forgotten things was subtracted, as the log says."""

    at: datetime
    erasure: str
    models: str


@dataclass(frozen=True, slots=True)
class Held:
    """A legal hold. `sealed` says that an authority ordered the guardian not to be told."""

    id: bytes
    state: str
    reason: str
    sealed: bool
    asked_at: datetime
    agreed_at: datetime | None
    expires_at: datetime
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeeperFacts:
    """What holds the root key, what its deletion means, and how many old keys it still holds."""

    kind: str
    grade: str
    limits: tuple[str, ...]
    old_roots: int


@dataclass(frozen=True, slots=True)
class Gap:
    """An entry of the log whose receipt the house should keep, and does not."""

    index: int
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LogFacts:
    """The log, computed anew from its entries.

    `changed` says what does not follow from them; `forked` where a witness saw another history.
    """

    key: str
    size: int
    published: int | None
    witnesses: int
    witnessed: int
    kinds: Mapping[str, int]
    changed: tuple[str, ...] = ()
    forked: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is read of one house."""

    household: HouseholdId
    secret: bytes
    """What its pseudonyms are made with; the house's own."""

    now: datetime
    people: Mapping[PersonId, PersonKind]
    keeper: KeeperFacts
    log: LogFacts
    erased: tuple[Erased, ...] = ()
    forgotten: Mapping[bytes, str] = field(default_factory=dict)
    """The ids of what was forgotten, with the scope that named each."""

    things: tuple[Thing, ...] = ()
    payloads: frozenset[bytes] = frozenset()
    agreed: tuple[Agreed, ...] = ()
    changes: tuple[Change, ...] = ()
    looks: tuple[Looking, ...] = ()
    grants: tuple[Granted, ...] = ()
    learnt: tuple[Learnt, ...] = ()
    unlearnt: tuple[Unlearnt, ...] = ()
    holds: tuple[Held, ...] = ()
    shut: tuple[bytes, ...] = ()
    """The ids of what does not open."""
