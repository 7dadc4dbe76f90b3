"""Bring payloads from one place to another while the house is at work, each looked at afterwards.

A payload is sealed and, but for a clip that is being filmed, never changes. What was brought is
known by its row's capsule: a clip that grew has another one.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

from unhear.forget.traces import new_trace_id
from unhear.household.words import HouseholdId, TraceId
from unhear.keep.payloads import Payloads
from unhear.stores.errors import PayloadMissing, StoreDamaged, StoreUnwritable

PIECE_BYTES = 8 << 20
AT_ONCE = 8
REMOVED_AT_ONCE = 500

Told = Callable[[int, int], None]
"""Told how many payloads of how many are there."""


class PayloadCopy:
    """What one place has of another's payloads of a household."""

    def __init__(self, source: Payloads, goal: Payloads, household: HouseholdId) -> None:
        self._source = source
        self._goal = goal
        self._household = household
        self._there: dict[TraceId, bytes] = {}
        self.missing: set[TraceId] = set()
        """Those that the source has not got: lost before, or forgotten meanwhile."""
        self.bytes = 0

    @property
    def there(self) -> Collection[TraceId]:
        """Those that the goal has, whole and compared."""
        return self._there.keys()

    def is_same_place(self) -> bool:
        """Whether what is put at the goal is at the source too: one place with two names."""
        probe = new_trace_id()
        self._goal.put(self._household, probe, b"")
        try:
            return self._source.has(self._household, probe)
        finally:
            self._goal.delete(self._household, [probe])

    def bring(self, kept: Mapping[TraceId, bytes], told: Told) -> int:
        """Bring what is kept, each with a mark that changes when it does; answer how many came.

        Takes out what was brought and is kept no more. Raises `StoreError`.
        """
        self.drop(self._there.keys() - kept.keys())
        self.missing &= kept.keys()
        todo = [trace for trace, mark in kept.items() if self._there.get(trace) != mark]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for number, (trace, size) in enumerate(threads.map(self._bring, todo)):
                if size is None:
                    self.missing.add(trace)
                else:
                    self.missing.discard(trace)
                    self._there[trace] = kept[trace]
                    self.bytes += size
                told(number + 1, len(todo))
        return sum(trace in self._there for trace in todo)

    def drop_strangers(self, kept: Collection[TraceId]) -> None:
        """Take out of the goal what an earlier try brought that is kept no more."""
        self.drop([trace for trace, _ in self._goal.all(self._household) if trace not in kept])

    def drop(self, traces: Collection[TraceId]) -> None:
        """Take these out of the goal."""
        for some in _parts(traces):
            self._goal.delete(self._household, some)
            for trace in some:
                self._there.pop(trace, None)

    def _bring(self, trace: TraceId) -> tuple[TraceId, int | None]:
        for _ in range(2):
            try:
                size = self._source.size(self._household, trace)
                wanted = self._copied(trace, size)
            except PayloadMissing:
                self._goal.delete(self._household, [trace])
                return trace, None
            if wanted == self._digest(trace, size):
                return trace, size
            self._goal.delete(self._household, [trace])  # an earlier try was broken off in it
        raise StoreDamaged(
            f"the payload {trace.hex()} is another where it was brought than where it was; see "
            "that the disk or bucket is well, and try again. The house stays where it was"
        )

    def _copied(self, trace: TraceId, size: int) -> bytes:
        """Bring what the goal lacks of a payload; answer the digest of the whole."""
        ours, there, hashed = self._household, self._size_there(trace), sha256()
        if there is not None and there > size:
            self._goal.delete(ours, [trace])
            there = None
        for start, end in _pieces(size):
            piece = self._source.part(ours, trace, start, end) if end else b""
            hashed.update(piece)
            if there is None and start == 0:
                self._goal.put(ours, trace, piece)
            elif end > (there or 0):
                self._goal.append(ours, trace, piece[max((there or 0) - start, 0) :])
            there = max(there or 0, end)
        return hashed.digest()

    def _size_there(self, trace: TraceId) -> int | None:
        try:
            return self._goal.size(self._household, trace)
        except PayloadMissing:
            return None

    def _digest(self, trace: TraceId, size: int) -> bytes | None:
        hashed = sha256()
        try:
            if self._goal.size(self._household, trace) != size:
                return None
            for start, end in _pieces(size):
                piece = self._goal.part(self._household, trace, start, end) if end else b""
                hashed.update(piece)
        except PayloadMissing:
            return None
        return hashed.digest()


def remove_payloads(payloads: Payloads, household: HouseholdId, folder: Path | None) -> None:
    """Remove every payload of a household from a place, and the folder that it has there, if any.

    Raises `StoreError`.
    """
    for some in _parts([trace for trace, _ in payloads.all(household)]):
        payloads.delete(household, some)
    if folder is None:
        return
    try:
        if (folder / household.hex()).exists():
            rmtree(folder / household.hex())
    except OSError as error:
        raise StoreUnwritable(f"{folder} cannot be emptied: {error.strerror}") from None


def _pieces(size: int) -> Iterator[tuple[int, int]]:
    """Yield where each piece of a payload begins and ends; one of nothing for an empty one."""
    for start in range(0, max(size, 1), PIECE_BYTES):
        yield start, min(start + PIECE_BYTES, size)


def _parts(traces: Collection[TraceId]) -> Iterator[list[TraceId]]:
    wanted = list(traces)
    for start in range(0, len(wanted), REMOVED_AT_ONCE):
        yield wanted[start : start + REMOVED_AT_ONCE]
