"""When what is kept was heard, in memory while somebody scrolls: opening it all again is slow."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock

from unhear.clock import Clock
from unhear.forget.capsule import heard_at_in
from unhear.forget.database import TraceRow
from unhear.forget.holder import Place
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import details_of
from unhear.household.words import HouseholdId, TraceId

REMEMBERED_FOR = timedelta(minutes=5)
MOMENTS_MAX = 50_000


class Moments:
    """The moments of recordings by id; answers to `forget` for them. Safe in several threads.

    Rows are always read from the database, so what is not kept any more is never shown. Any
    erasure, also another process's, makes the tree's epoch another one, and then all are dropped.
    """

    place = Place.TIMELINE
    holds_words = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._moments: dict[TraceId, datetime] = {}
        self._epoch = 0
        self._used_at = clock()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Begin no read before this, so that nothing is put in mind that was just destroyed."""
        with self._lock:
            self._used_at = self._clock()
            yield

    def of(
        self, tree: KeyTree, ids: Collection[TraceId], rows: Callable[[], Iterable[TraceRow]]
    ) -> list[tuple[datetime, TraceId]]:
        """Answer when these were heard; within `reading`. Raises `CapsuleClosed`.

        `rows` answers all of theirs, and is asked only where one is not in mind.
        """
        if tree.epoch != self._epoch or len(self._moments) + len(ids) > MOMENTS_MAX:
            self._moments.clear()
            self._epoch = tree.epoch
        if any(trace not in self._moments for trace in ids):
            for row in rows():
                self._moments[row.id] = heard_at_in(details_of(tree, row))
        return [(self._moments[trace], trace) for trace in ids]

    def drop_old(self) -> None:
        """Have none in mind when nobody scrolled for a few minutes."""
        with self._lock:
            if self._clock() - self._used_at > REMEMBERED_FOR:
                self._moments.clear()

    def destroy(self, _household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Have the moments of these in mind no more."""
        with self._lock:
            for trace in traces:
                self._moments.pop(trace, None)

    def held(self, _household: HouseholdId, traces: Collection[TraceId]) -> list[TraceId]:
        """Answer of which of these a moment is still in mind."""
        with self._lock:
            return [trace for trace in traces if trace in self._moments]
