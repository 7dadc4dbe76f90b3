"""What other processes of the house did, and this one obeys: looked at about once a second.

Whoever carries out an erasure destroys what is in its own memory, and reaches no other's. So the
others look themselves: each erasure stands in the database, as its bar, before anything of it is
destroyed, and changes there when it is carried out. Each time all is dropped that is in mind, as
where it is carried out: what is answered meanwhile may tell of what is forgotten.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from unhear.clock import day_number
from unhear.forget.database import ErasureRow, TraceKind, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.records import record_of
from unhear.forget.snapshot import snapshot
from unhear.house.house import House
from unhear.household.family import Household
from unhear.household.words import TraceId
from unhear.keep.profile import profile_of

LOOKED_BACK = timedelta(days=1)
"""Nothing is in memory longer that is dropped here, and clocks may have been set."""


@dataclass(frozen=True, slots=True)
class _Forgotten:
    """When something was last asked to be forgotten, and which shown clips are gone."""

    asked_at: datetime
    gone: list[TraceId]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look saw, and what was asked to be forgotten since the one before."""

    household: Household
    erasures: frozenset[ErasureRow]
    forgotten: _Forgotten | None


class Elsewhere:
    """Looks at what other processes of a house did; to be asked from one thread."""

    def __init__(self, house: House) -> None:
        """Begin: what was asked before this process had anything in memory needs nothing."""
        self._house = house
        self._number = house.database.news.of(house.household.id)
        self._seen: _Seen | None = None
        self._seen = self._look()

    def tick(self) -> None:
        """Obey what was forgotten and decided elsewhere since the last time."""
        house, before, known = self._house, self._seen, self._house.household
        number = house.database.news.of(known.id)
        if number == self._number:
            return
        self._seen = seen = self._look()
        self._number = number
        # What this process decided meanwhile is newer than what was just read.
        changed = before is None or seen.household != before.household
        if changed and house.household is known:
            house.household = seen.household
        forgotten, ours = seen.forgotten, house.household.id
        if forgotten is None or house.conversation.destroyed_since(ours, forgotten.asked_at):
            return  # nothing new, or of this process's own
        house.conversation.drop(ours)
        house.rooms.destroy(ours, forgotten.gone)

    def _look(self) -> _Seen:
        house, since = self._house, day_number(self._house.clock() - LOOKED_BACK)
        ours = house.household.id
        known = frozenset() if self._seen is None else self._seen.erasures

        def read(transaction: Transaction, tree: KeyTree) -> _Seen:
            rows = frozenset(transaction.erasures(ours, asked_since=since))
            forgotten = None
            if new := rows - known:
                asked_at = max(record_of(transaction, tree, row).barred_until for row in new)
                shown = house.alerting.shown()
                there = dict(transaction.slots_by_id(ours, shown, tuple(TraceKind)))
                forgotten = _Forgotten(asked_at, [clip for clip in shown if clip not in there])
            return _Seen(profile_of(transaction, tree, ours), rows, forgotten)

        return snapshot(house.database, house.keeper, read)
