"""Registers: what was asked for or done, each entry a trace of its own, sealed like everything."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from unhear.forget.database import TraceKind, TraceRow, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import NewTrace, add_trace, put_content, row_of
from unhear.household.words import UNKNOWN_PERSON, DeviceId, HouseholdId, TraceId, Utterance

GONE = "there is no such request any more"


class Entry(Protocol):
    """What stands in a register."""

    @property
    def id(self) -> TraceId:
        """Its own trace."""


Kept = TypeVar("Kept", bound=Entry)


@dataclass(frozen=True, slots=True)
class Register(Generic[Kept]):
    """One kind of entries.

    `source` stands where a recording's device would. `at` tells when an entry was made, and `until`
    how long it stays; `content` is what is sealed of it, from which `entry` makes it again.
    """

    kind: TraceKind
    source: DeviceId
    at: Callable[[Kept], datetime]
    until: Callable[[Kept], datetime]
    content: Callable[[Kept], bytes]
    entry: Callable[[KeyTree, TraceRow], Kept]

    def add(
        self, transaction: Transaction, tree: KeyTree, household: HouseholdId, entry: Kept
    ) -> None:
        """Keep an entry until it expires."""
        new = NewTrace(
            id=entry.id,
            kind=self.kind,
            utterance=Utterance(
                of=entry.id, heard_at=self.at(entry), device=self.source, person=UNKNOWN_PERSON
            ),
            content=self.content(entry),
            expires_at=self.until(entry),
        )
        add_trace(transaction, tree, household, new)

    def all(self, transaction: Transaction, tree: KeyTree, household: HouseholdId) -> list[Kept]:
        """Answer the entries that are kept, newest first."""
        rows = transaction.traces(household, (self.kind,))
        return sorted((self.entry(tree, row) for row in rows), key=self.at, reverse=True)

    def one(
        self, transaction: Transaction, tree: KeyTree, household: HouseholdId, entry: TraceId
    ) -> Kept:
        """Answer one entry. Raises `NoSuchTrace`."""
        return self.entry(tree, self._row(transaction, household, entry))

    def put(
        self, transaction: Transaction, tree: KeyTree, household: HouseholdId, entry: Kept
    ) -> None:
        """Put an entry as it stands now in place of what it was. Raises `NoSuchTrace`."""
        row = self._row(transaction, household, entry.id)
        put_content(transaction, tree, row, self.content(entry))

    def change(
        self,
        transaction: Transaction,
        tree: KeyTree,
        household: HouseholdId,
        entry: TraceId,
        how: Callable[[Kept], Kept],
    ) -> Kept:
        """Put what becomes of an entry in its place, and answer it. Raises `NoSuchTrace`."""
        changed = how(self.one(transaction, tree, household, entry))
        self.put(transaction, tree, household, changed)
        return changed

    def _row(self, transaction: Transaction, household: HouseholdId, entry: TraceId) -> TraceRow:
        return row_of(transaction, household, entry, (self.kind,), GONE)
