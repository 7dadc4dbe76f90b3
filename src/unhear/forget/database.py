"""What the rooms need of a database: rows, and transactions that see or change them together."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from unhear.forget.roots import KeyringTransaction
from unhear.forget.slots import SlotTransaction
from unhear.household.words import HouseholdId, TraceId
from unhear.prove.log import LedgerStore


class TraceKind(StrEnum):
    """What a kept thing is."""

    RECORDING = "recording"
    MEMORY = "memory"
    PROFILE = "profile"
    RECEIPT = "receipt"


SPOKEN_KINDS = (TraceKind.RECORDING, TraceKind.MEMORY)
"""What came of somebody's words: these are what an erasure's scope can name."""


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


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """An erasure: its request and outcome lie sealed under the household's key.

    It stays when done, as the bar against late traces of its scope.
    """

    id: bytes
    household: HouseholdId
    state: ErasureState
    asked_day: int
    sealed: bytes


class Transaction(KeyringTransaction, SlotTransaction, LedgerStore, Protocol):
    """Everything the rooms may do inside one transaction."""

    def add_household(self, row: HouseholdRow) -> None:
        """Add a household."""

    def set_identity(self, household: HouseholdId, identity: bytes) -> None:
        """Put another wrapping of the household's identity in place of the old one."""

    def households(self) -> Sequence[HouseholdRow]:
        """Answer all households."""

    def household(self, household: HouseholdId) -> HouseholdRow:
        """Answer one household. Raises `KeyError` for an unknown one."""

    def add_trace(self, row: TraceRow) -> None:
        """Add a kept thing."""

    def trace(self, household: HouseholdId, trace: TraceId) -> TraceRow | None:
        """Answer one kept thing, or None."""

    def traces(
        self,
        household: HouseholdId,
        kinds: Collection[TraceKind],
        *,
        days: tuple[int, int] | None = None,
    ) -> Iterator[TraceRow]:
        """Yield the kept things of these kinds by day; with `days`, from the first to the last."""

    def expired(self, household: HouseholdId, day: int) -> Iterator[TraceRow]:
        """Yield the kept things that may not stay on `day`."""

    def drop_traces(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Remove the rows of these ids."""

    def set_erasure(self, row: ErasureRow) -> None:
        """Put an erasure in place of what was known of it."""

    def erasure(self, erasure: bytes) -> ErasureRow | None:
        """Answer one erasure, or None."""

    def erasures(
        self, household: HouseholdId, *, asked_since: int | None = None
    ) -> Sequence[ErasureRow]:
        """Answer the erasures of a household, or those asked on a day or later."""

    def add_sweep(self, erasure: bytes, traces: Sequence[TraceId]) -> None:
        """Remember what an erasure has left to sweep."""

    def sweep(self, erasure: bytes) -> Sequence[TraceId]:
        """Answer what is left to sweep."""

    def clear_sweep(self, erasure: bytes) -> None:
        """Forget what was swept."""


class Database(Protocol):
    """Where the rows lie."""

    def writing(self) -> AbstractContextManager[Transaction]:
        """Take the write lock; durable when the block ends, undone when it raises."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """See one consistent state."""

    def tidy(self) -> None:
        """Remove what deleted rows left in journals, as far as the database can."""
