"""What the rooms need of a database: rows, and transactions that see or change them together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from unhear.forget.roots import KeyringTransaction
from unhear.forget.sign_in_rows import SignInTransaction
from unhear.forget.slots import SlotTransaction
from unhear.household.clock_guard import ClockMark
from unhear.household.learning import LEARNED_FOR
from unhear.household.words import HouseholdId, Purpose, TraceId
from unhear.prove.claims import Drill
from unhear.prove.log import LedgerStore


class TraceKind(StrEnum):
    """What a kept thing is."""

    RECORDING = "recording"
    CLIP = "clip"
    MEMORY = "memory"
    CONTRIBUTION = "contribution"
    GRANT = "grant"
    STATE = "learned state"
    MODEL = "learned model"
    SHARED = "shared"
    PROFILE = "profile"
    NOTICE = "notice"
    REQUEST = "request"
    STAFF_REQUEST = "staff request"
    STAFF_LOOK = "staff look"
    RECEIPT = "receipt"
    PERSONAL_RECEIPT = "personal receipt"


class HoldState(StrEnum):
    """How far a legal hold has come."""

    ASKED = "asked"
    IN_FORCE = "in force"
    ENDED = "ended"


RECORDING_KINDS = (TraceKind.RECORDING, TraceKind.CLIP)
"""What was recorded: sound with words, or film. Each has a payload of the same name."""

NAMED_KINDS = (
    *RECORDING_KINDS,
    TraceKind.MEMORY,
    TraceKind.CONTRIBUTION,
    TraceKind.GRANT,
)
"""What was recorded and what came of it: these are what an erasure's scope can name."""

PURPOSES: Mapping[TraceKind, frozenset[Purpose]] = {
    TraceKind.RECORDING: frozenset({Purpose.KEEP}),
    TraceKind.CLIP: frozenset({Purpose.KEEP}),
    TraceKind.MEMORY: frozenset({Purpose.RESPOND, Purpose.PERSONALISE}),
    TraceKind.CONTRIBUTION: LEARNED_FOR,
    TraceKind.GRANT: frozenset({Purpose.KEEP, Purpose.REVIEW}),
}
"""The purposes for which each of these kinds is kept: to erase one of them takes it.

A contribution is kept for one of them, which its utterance names.
"""


class ErasureState(StrEnum):
    """How far an erasure has come; each step is durable before the next begins."""

    ASKED = "asked"
    COMMITTED = "committed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """A household's pseudonym, its key's slot, its age recipient and its wrapped identity."""

    id: HouseholdId
    slot: int
    recipient: str
    identity: bytes


@dataclass(frozen=True, slots=True)
class TraceRow:
    """A kept thing: what the database sorts by in clear, and its capsule, sealed.

    `day` and `expires_day` count days from 1970-01-01; it may stay before `expires_day`.
    """

    household: HouseholdId
    id: TraceId
    slot: int
    kind: TraceKind
    day: int
    expires_day: int
    details: bytes
    content: bytes
    words: bytes | None = None


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """An erasure: its request and outcome lie sealed under the household's key.

    It stays when done, as the bar against late traces of its scope. `asked_day` is the day it was
    last asked for; `look_day` the day of the next look for late copies, 0 for none; `request` a
    keyed digest of the scope.
    """

    id: bytes
    household: HouseholdId
    state: ErasureState
    asked_day: int
    sealed: bytes
    look_day: int = 0
    request: bytes | None = None


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A legal hold, sealed under the household's key; it ends by itself on `expires_day`."""

    id: bytes
    household: HouseholdId
    state: HoldState
    expires_day: int
    sealed: bytes


class Transaction(KeyringTransaction, SlotTransaction, LedgerStore, SignInTransaction, Protocol):
    """Everything the rooms may do inside one transaction."""

    def add_household(self, row: HouseholdRow) -> None:
        """Add a household."""

    def set_household(self, row: HouseholdRow) -> None:
        """Put another recipient and wrapped identity in place of a household's old ones."""

    def households(self) -> Sequence[HouseholdRow]:
        """Answer all households."""

    def household(self, household: HouseholdId) -> HouseholdRow:
        """Answer one household. Raises `KeyError` for an unknown one."""

    def news_of(self, household: HouseholdId) -> int:
        """Answer a number that is greater after each change to a household; see `News`."""

    def add_trace(self, row: TraceRow) -> None:
        """Add a kept thing."""

    def trace(self, household: HouseholdId, trace: TraceId) -> TraceRow | None:
        """Answer one kept thing, or None."""

    def set_capsule(self, row: TraceRow) -> None:
        """Put another capsule in place of a kept thing's old one."""

    def traces_by_id(self, household: HouseholdId, ids: Collection[TraceId]) -> Iterator[TraceRow]:
        """Yield the kept things of these ids; what is not kept is left out."""

    def slots_by_id(
        self, household: HouseholdId, ids: Collection[TraceId], kinds: Collection[TraceKind]
    ) -> Iterator[tuple[TraceId, int]]:
        """Yield id and slot of those of these ids that are kept and of these kinds."""

    def kinds_by_id(
        self, household: HouseholdId, ids: Collection[TraceId]
    ) -> Iterator[tuple[TraceId, TraceKind]]:
        """Yield id and kind of those of these ids that are kept."""

    def traces(
        self,
        household: HouseholdId,
        kinds: Collection[TraceKind],
        *,
        days: tuple[int, int] | None = None,
    ) -> Iterator[TraceRow]:
        """Yield the kept things of these kinds by day; with `days`, from the first to the last."""

    def trace_ids(
        self, household: HouseholdId, kinds: Collection[TraceKind], days: tuple[int, int]
    ) -> list[TraceId]:
        """Answer the ids of the kept things of these kinds, from the first day to the last."""

    def newest_day(
        self, household: HouseholdId, kinds: Collection[TraceKind], last: int
    ) -> int | None:
        """Answer the last day up to `last` that has a kept thing of one of these kinds, or None."""

    def extent(self, household: HouseholdId, kind: TraceKind) -> tuple[int, int | None]:
        """Answer how many kept things of a kind there are, and the day of the oldest."""

    def expired(self, household: HouseholdId, day: int) -> Iterator[TraceRow]:
        """Yield the kept things that may not stay on `day`."""

    def drop_traces(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Remove the rows of these ids."""

    def set_erasure(self, row: ErasureRow) -> None:
        """Put an erasure in place of what was known of it."""

    def erasure(self, household: HouseholdId, erasure: bytes) -> ErasureRow | None:
        """Answer one erasure of a household, or None."""

    def erasures(
        self, household: HouseholdId, *, asked_since: int | None = None
    ) -> Sequence[ErasureRow]:
        """Answer the erasures of a household, or those asked on a day or later."""

    def erasure_of_request(self, household: HouseholdId, request: bytes) -> ErasureRow | None:
        """Answer the erasure that was made for a request, or None."""

    def unfinished_erasures(self, household: HouseholdId) -> Sequence[ErasureRow]:
        """Answer the erasures of a household that are not done."""

    def erasures_to_look_at(self, household: HouseholdId, day: int) -> Sequence[ErasureRow]:
        """Answer the erasures whose next look for late copies is due on `day`."""

    def drop_erasures(self, household: HouseholdId, *, but: bytes) -> None:
        """Remove every erasure of a household but one, which takes over what they had to sweep."""

    def add_sweep(self, household: HouseholdId, erasure: bytes, traces: Sequence[TraceId]) -> None:
        """Remember what an erasure has left to sweep."""

    def sweep(self, household: HouseholdId, erasure: bytes) -> Sequence[TraceId]:
        """Answer what is left to sweep, and to look for later."""

    def clear_sweep(self, household: HouseholdId, erasure: bytes) -> None:
        """Forget what was swept."""

    def set_hold(self, row: HoldRow) -> None:
        """Put a legal hold in place of what was known of it."""

    def holds(self, household: HouseholdId) -> Sequence[HoldRow]:
        """Answer the legal holds of a household, ended ones too."""

    def drop_holds(self, household: HouseholdId) -> None:
        """Remove every legal hold of a household."""

    def clock_mark(self) -> ClockMark | None:
        """Answer what this house believes of the time, or None before it ever looked."""

    def set_drill(self, drill: Drill) -> None:
        """Remember the last restore drill."""

    def drill(self) -> Drill | None:
        """Answer the last restore drill, or None before the first."""

    def set_clock_mark(self, mark: ClockMark) -> None:
        """Remember what this house believes of the time."""


class News(Protocol):
    """Tells cheaply whether a household changed, for those who have something of it in mind."""

    def of(self, household: HouseholdId) -> int:
        """Answer a number that is greater after each change to a household.

        Its profile, what skills remember, and erasures count; what is recorded does not. What other
        processes do counts within a second.
        """


class Database(Protocol):
    """Where the rows lie."""

    @property
    def news(self) -> News:
        """What tells whether a household changed."""

    def writing(self) -> AbstractContextManager[Transaction]:
        """Take the write lock; durable when the block ends, undone when it raises.

        Raises `CommitUnknown` where the database was lost at the very end: then it may be either.
        """

    def reading(self) -> AbstractContextManager[Transaction]:
        """See one consistent state."""

    def tidy(self) -> None:
        """Remove what deleted rows left in journals, as far as the database can."""
