"""Sealed payloads in a bucket of an S3-compatible store, named by random ids only.

A bucket cannot add to an object. A payload is one or more pieces, each an object of its own, below
the payload's name; a piece is named by where in the payload it begins. They are read one behind the
other. No name is ever written twice, so that a request which the store answers late, or carries out
after it was given up, changes nothing that was answered for.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from unhear.household.words import HouseholdId, TraceId
from unhear.stores.bucket import Bucket, NoSuchObject, Version
from unhear.stores.errors import PayloadMissing, PayloadsAway, StoreUnwritable
from unhear.stores.payloads import SUFFIX, payload_name

LOOKED_AT_ONCE = 8
ASKED_ONE_BY_ONE_MAX = 100
"""For more payloads than these everything of the household is listed, a thousand at a time."""
TRIES_MAX = 3
NUMBER_DIGITS = 16
"""How a piece is numbered, in hex: by where it begins."""

_MISSING = (
    "the sealed sound of this recording is missing from the bucket; bring it back from a backup of "
    "any age with `unhear restore-sounds`, or forget the recording"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    name: str
    at: int
    size: int

    @property
    def end(self) -> int:
        return self.at + self.size


class BucketPayloads:
    """Payloads below a prefix of a bucket.

    Everything raises `PayloadsAway` while the bucket does not answer. Nothing is asked of it before
    the first payload is.
    """

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self._unsure: dict[TraceId, str] = {}
        """Pieces that the bucket was sent and gave no answer about: nobody counts on them."""

    def put(self, household: HouseholdId, trace: TraceId, payload: bytes) -> None:
        """Keep a payload, durably; the same one again is no error.

        Raises `StoreUnwritable` where another one lies under that name: ids are used once.
        """
        created = self.bucket.create(_piece_name(household, trace, 0), payload)
        if not created and self.get(household, trace) != payload:
            raise StoreUnwritable("another payload of that name is in the bucket; it was left so")

    def append(self, household: HouseholdId, trace: TraceId, more: bytes) -> int:
        """Add to a payload's end, durably, or begin it; answer where it was added.

        What the bucket took without an answer is removed before anything more is added. Should that
        never be, it is a part of the payload that nothing leads to, and goes with it.
        """
        if trace in self._unsure:
            self._remove_piece(household, trace, self._unsure[trace])
        pieces = self._found(household, trace)
        end = pieces[-1].end if pieces else 0
        name = _piece_name(household, trace, end)
        self._unsure[trace] = name
        for _ in range(TRIES_MAX):
            if self.bucket.create(name, more) or self._is_there(name, more):
                del self._unsure[trace]
                return end
            # A payload has one writer, so this is a request given up before, which came late.
            self._remove_piece(household, trace, name)
        raise PayloadsAway("the bucket of the payloads has what was removed, again and again")

    def get(self, household: HouseholdId, trace: TraceId) -> bytes:
        """Answer a whole payload. Raises `PayloadMissing`."""
        pieces = self._pieces(household, trace)
        return self._read(pieces, 0, pieces[-1].end)

    def size(self, household: HouseholdId, trace: TraceId) -> int:
        """Answer how many bytes a payload has. Raises `PayloadMissing`."""
        return self._pieces(household, trace)[-1].end

    def part(self, household: HouseholdId, trace: TraceId, start: int, end: int) -> bytes:
        """Answer the bytes of a payload from `start` to before `end`. Raises `PayloadMissing`.

        Fetches no more than those.
        """
        return self._read(self._pieces(household, trace), start, end)

    def has(self, household: HouseholdId, trace: TraceId) -> bool:
        """Whether the bucket has anything of that name: whole or not, an old version, a mark."""
        return next(self._versions(household, trace), None) is not None

    def delete(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Remove payloads with all their versions; one that is not there is removed already.

        A bucket that is locked against it keeps them; `has` tells.
        """
        self.bucket.remove(self._all_versions(household, traces))
        for trace in traces:
            self._unsure.pop(trace, None)

    def all(self, household: HouseholdId) -> Iterator[tuple[TraceId, datetime]]:
        """Yield the names of all payloads of a household, and when each was put or added to last.

        Also what is there in part, or in old versions alone.
        """
        last: dict[TraceId, datetime] = {}
        for version in self.bucket.versions(household.hex()):
            trace = _trace_of(version.name)
            if trace is not None:
                last[trace] = max(version.put_at, last.get(trace, version.put_at))
        yield from last.items()

    def _versions(self, household: HouseholdId, trace: TraceId) -> Iterator[Version]:
        below = payload_name(household, trace).removeprefix(f"{household.hex()}/")
        return self.bucket.versions(household.hex(), below)

    def _all_versions(self, household: HouseholdId, traces: Sequence[TraceId]) -> list[Version]:
        if len(traces) > ASKED_ONE_BY_ONE_MAX:
            wanted = set(traces)
            there = self.bucket.versions(household.hex())
            return [version for version in there if _trace_of(version.name) in wanted]
        if len(traces) == 1:
            return list(self._versions(household, traces[0]))
        with ThreadPoolExecutor(LOOKED_AT_ONCE) as threads:
            found = threads.map(lambda trace: list(self._versions(household, trace)), traces)
            return list(chain.from_iterable(found))

    def _pieces(self, household: HouseholdId, trace: TraceId) -> list[_Piece]:
        """Answer a payload's pieces, each behind the other. Raises `PayloadMissing`."""
        pieces = self._found(household, trace)
        ends = [0, *(piece.end for piece in pieces[:-1])]
        if not pieces or any(piece.at != at for piece, at in zip(pieces, ends, strict=True)):
            raise PayloadMissing(_MISSING)
        return pieces

    def _read(self, pieces: Sequence[_Piece], start: int, end: int) -> bytes:
        try:
            return b"".join(
                self.bucket.part(one.name, max(start - one.at, 0), min(end, one.end) - one.at)
                for one in pieces
                if one.at < end and one.end > start
            )
        except NoSuchObject:
            raise PayloadMissing(_MISSING) from None

    def _found(self, household: HouseholdId, trace: TraceId) -> list[_Piece]:
        return [
            _Piece(found.name, int(found.name.rpartition("/")[2], 16), found.size)
            for found in self.bucket.find(payload_name(household, trace))
            if len(found.name.rpartition("/")[2]) == NUMBER_DIGITS
        ]

    def _is_there(self, name: str, content: bytes) -> bool:
        try:
            return self.bucket.get(name) == content
        except NoSuchObject:
            return False

    def _remove_piece(self, household: HouseholdId, trace: TraceId, name: str) -> None:
        self.bucket.remove([one for one in self._versions(household, trace) if one.name == name])


def _piece_name(household: HouseholdId, trace: TraceId, at: int) -> str:
    return f"{payload_name(household, trace)}/{at:0{NUMBER_DIGITS}x}"


def _trace_of(name: str) -> TraceId | None:
    """Answer whose payload an object is part of; None for an object of somebody else."""
    stem, suffix, _ = name.rpartition("/")[0].rpartition("/")[2].partition(SUFFIX)
    try:
        return TraceId(bytes.fromhex(stem)) if suffix and stem else None
    except ValueError:
        return None
