"""What skills remember of those whose words may not be written down: in memory alone.

Nothing of it reaches a disk, and it is gone with the process. It obeys erasures as what is written
does, also those that another process carries out: what a bar names is dropped when it is next
looked at, which is about once a second.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from unhear.clock import Clock
from unhear.forget.database import Database, TraceKind, Transaction
from unhear.forget.holder import Place
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import bars_against
from unhear.household.speech import Item
from unhear.household.words import HouseholdId, TraceId, Utterance


@dataclass(frozen=True, slots=True)
class _Kept:
    household: HouseholdId
    skill: str
    item: Item
    request: Utterance
    until: datetime


class Unwritten:
    """Items in memory; answers to `forget` for them. Safe to use from several threads."""

    place = Place.UNWRITTEN
    holds_words = True

    def __init__(self, database: Database, keeper: RootKeeper, clock: Clock) -> None:
        self._database = database
        self._keeper = keeper
        self._clock = clock
        self._lock = Lock()
        self._kept: list[_Kept] = []

    def add(
        self, household: HouseholdId, skill: str, item: Item, request: Utterance, until: datetime
    ) -> None:
        """Have an item in mind that came of `request`, until then at most."""
        with self._lock:
            self._kept.append(_Kept(household, skill, item, request, until))

    def items(self, household: HouseholdId, skill: str) -> list[Item]:
        """Answer what a skill has in mind, oldest first."""
        self.sweep()
        with self._lock:
            kept = [one for one in self._kept if (one.household, one.skill) == (household, skill)]
        return [one.item for one in kept]

    def drop(self, ids: Iterable[TraceId]) -> set[TraceId]:
        """Forget the items of these ids; answer those that there were."""
        dropped = set(ids)
        with self._lock:
            found = {one.item.id for one in self._kept} & dropped
            self._kept = [one for one in self._kept if one.item.id not in dropped]
        return found

    def sweep(self) -> None:
        """Drop what is too old, and what somebody asked to forget since it was heard."""
        now = self._clock()
        with self._lock:
            self._kept = [one for one in self._kept if one.until > now]
            kept = list(self._kept)
        if kept:
            self.drop(self._barred(kept))

    def destroy(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Forget what came of these traces, and whatever an erasure names by now."""
        self.drop(self._of(household, traces))
        self.sweep()

    def held(self, household: HouseholdId, traces: Collection[TraceId]) -> list[TraceId]:
        """Answer of which of these traces something is in mind."""
        ids = self._of(household, traces)
        with self._lock:
            return sorted({one.request.of for one in self._kept if one.item.id in ids})

    def _of(self, household: HouseholdId, traces: Collection[TraceId]) -> set[TraceId]:
        looked_for = set(traces)
        with self._lock:
            return {
                one.item.id
                for one in self._kept
                if one.household == household and looked_for & {one.item.id, one.request.of}
            }

    def _barred(self, kept: Sequence[_Kept]) -> list[TraceId]:
        def read(transaction: Transaction, tree: KeyTree) -> list[TraceId]:
            return [one.item.id for one in kept if _is_barred(transaction, tree, one)]

        return snapshot(self._database, self._keeper, read)


def _is_barred(transaction: Transaction, tree: KeyTree, one: _Kept) -> bool:
    bars = bars_against(transaction, tree, one.household, TraceKind.MEMORY, one.request)
    return any(not bar.scope.words_only for bar in bars)
