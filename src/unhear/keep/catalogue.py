"""Keep sounds sealed to their household, list all recordings, and answer what only it can open.

The sound is an age file whose header is taken off: the body is the payload, in its own store; the
header and the transcript (a whole age file) lie in the recording's capsule. Without the capsule's
key the payload is noise, and with it only the household's identity opens what is inside.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from unhear.clock import day_number, day_start
from unhear.forget.database import (
    RECORDING_KINDS,
    Database,
    TraceKind,
    TraceRow,
    Transaction,
)
from unhear.forget.errors import Barred, CommitUnknown, NoSuchTrace
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import (
    DAY_LAST,
    NewTrace,
    add_trace,
    content_of,
    covers,
    row_of,
    utterance_of,
    words_of,
)
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, Seen, TraceId, Utterance
from unhear.keep import age
from unhear.keep.moments import Moments
from unhear.keep.payloads import Payloads
from unhear.signals.giving import count, timed
from unhear.signals.words import KeepOutcome, Metric, Work

T = TypeVar("T")

Place = tuple[datetime, TraceId]
"""A recording's place in a timeline: when it was heard; its id tells two of one moment apart."""

ROWS_AT_ONCE = 100
"""How many rows are read at once for a page of the timeline."""

ORPHAN_AGE = timedelta(hours=1)
"""How old a payload without a recording must be to be called left over."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A kept recording as the index knows it; its words and sound stay sealed."""

    id: TraceId
    utterance: Utterance
    expires_at: datetime

    @property
    def place(self) -> Place:
        """Where it stands in a timeline."""
        return self.utterance.heard_at, self.id


@dataclass(frozen=True, slots=True)
class SealedRecording:
    """What the household's identity opens: standard age files.

    `transcript` is None where the words alone were forgotten.
    """

    sound: bytes
    transcript: bytes | None


class Catalogue:
    """The kept recordings of one household."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        payloads: Payloads,
        household: HouseholdId,
        recipient: age.Recipient,
        moments: Moments,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._payloads = payloads
        self._household = household
        self._recipient = recipient
        self._moments = moments

    def keep(
        self, *, wav: bytes, transcript: str, utterance: Utterance, keep_until: datetime
    ) -> TraceId:
        """Seal a recording and keep it; durable when this returns.

        `utterance.of` names it. Raises `Barred` when an erasure asked for since it was heard
        names it, and `StoreFull` when there is no room; then nothing of it stays.
        """
        with timed(Work.KEEP):
            words = age.encrypt(transcript.encode(), [self._recipient])
            sound = age.seal(wav, [self._recipient])
            return self._keep(*sound, utterance, keep_until, words)

    def keep_sealed(self, file: bytes, utterance: Utterance, keep_until: datetime) -> TraceId:
        """Keep a sound that was sealed to the household elsewhere, as an age file, without words.

        Raises as `keep` does, and `HeaderDamaged` for what is no age file.
        """
        header, payload = age.split(file)
        with timed(Work.KEEP):
            return self._keep(header, payload, utterance, keep_until, None)

    def _keep(
        self,
        header: bytes,
        payload: bytes,
        utterance: Utterance,
        keep_until: datetime,
        words: bytes | None,
    ) -> TraceId:
        new = NewTrace(utterance.of, TraceKind.RECORDING, utterance, header, keep_until, words)
        try:
            self._put(new, payload)
        except Barred:
            count(Metric.KEEPS, KeepOutcome.BARRED)
            raise
        except Exception:
            count(Metric.KEEPS, KeepOutcome.FAILED)
            raise
        count(Metric.KEEPS, KeepOutcome.KEPT)
        count(Metric.SEALED, by=len(payload))
        return utterance.of

    def _put(self, new: NewTrace, payload: bytes) -> None:
        self._payloads.put(self._household, new.id, payload)
        try:
            with self._database.writing() as transaction:
                add_trace(transaction, open_tree(transaction, self._keeper), self._household, new)
        except CommitUnknown:
            raise  # its row may be there; where it is not, the payload is swept like any orphan
        except Exception:
            self._payloads.delete(self._household, [new.id])
            raise

    def recordings(self, scope: Scope | None = None) -> list[Recording]:
        """Answer the kept recordings a scope names (all without one), oldest first."""

        def read(transaction: Transaction, tree: KeyTree) -> list[Recording]:
            return [
                Recording(row.id, utterance, day_start(row.expires_day))
                for row in transaction.traces(self._household, RECORDING_KINDS)
                if covers(scope or Scope(), row.kind, utterance := utterance_of(tree, row))
            ]

        return sorted(self._read(read), key=lambda recording: recording.utterance.heard_at)

    def showing(self, seen: Seen, scope: Scope) -> frozenset[TraceId]:
        """Answer the clips that a scope names and that show something."""
        found = self.recordings(scope)
        return frozenset(one.id for one in found if seen in one.utterance.seen)

    def newest(
        self, before: Place | None, limit: int, scope: Scope | None = None
    ) -> list[Recording]:
        """Answer at most `limit` recordings a scope names, newest first, older than `before`.

        Reads no more days than it needs.
        """

        def read(transaction: Transaction, tree: KeyTree) -> list[Recording]:
            found: list[Recording] = []
            wanted = scope or Scope()
            # Of a day the moments are read for the order, all else of what is shown alone.
            for row in self._newest_first(transaction, tree, before, limit):
                utterance = utterance_of(tree, row)
                if covers(wanted, row.kind, utterance):
                    found.append(Recording(row.id, utterance, day_start(row.expires_day)))
                if len(found) >= limit:
                    break
            return found

        with self._moments.reading():
            return self._read(read)

    def extent(self) -> tuple[int, datetime | None]:
        """Answer how many recordings are kept, and the day of the oldest."""
        with self._database.reading() as transaction:
            extents = [transaction.extent(self._household, kind) for kind in RECORDING_KINDS]
        oldest = min((day for _, day in extents if day is not None), default=None)
        return sum(count for count, _ in extents), None if oldest is None else day_start(oldest)

    def recording(self, trace: TraceId) -> Recording:
        """Answer one recording. Raises `NoSuchTrace`."""

        def read(transaction: Transaction, tree: KeyTree) -> Recording:
            row = self._row(transaction, trace, RECORDING_KINDS)
            return Recording(row.id, utterance_of(tree, row), day_start(row.expires_day))

        return self._read(read)

    def parts(self, trace: TraceId) -> tuple[bytes, bytes | None]:
        """Answer a recording's age header, and its transcript as an age file, if it has one.

        Raises `NoSuchTrace`.
        """

        def read(transaction: Transaction, tree: KeyTree) -> tuple[bytes, bytes | None]:
            row = self._row(transaction, trace)
            return content_of(tree, row), words_of(tree, row)

        return self._read(read)

    def sealed(self, trace: TraceId) -> SealedRecording:
        """Answer a recording as age files. Raises `NoSuchTrace` and `PayloadMissing`."""
        header, transcript = self.parts(trace)
        payload = self._payloads.get(self._household, trace)
        return SealedRecording(sound=header + payload, transcript=transcript)

    def without_payload(self) -> list[TraceId]:
        """Answer the recordings whose payload is missing."""
        recordings = self.recordings()
        there = {trace for trace, _ in self._payloads.all(self._household)}
        return [recording.id for recording in recordings if recording.id not in there]

    def orphans(self, now: datetime) -> list[TraceId]:
        """Answer payloads without a recording: noise that a crash left while keeping.

        A payload is put before its recording is known, so young ones do not count.
        """
        old = {
            trace
            for trace, put_at in self._payloads.all(self._household)
            if now - put_at > ORPHAN_AGE
        }
        return sorted(old - {recording.id for recording in self.recordings()})

    def sweep_orphans(self, now: datetime) -> int:
        """Remove the orphans; answer how many there were."""
        orphans = self.orphans(now)
        self._payloads.delete(self._household, orphans)
        return len(orphans)

    def find(self, prefix: str) -> TraceId:
        """Answer the recording whose id in hex begins with `prefix`. Raises `NoSuchTrace`."""
        found = [r.id for r in self.recordings() if r.id.hex().startswith(prefix.lower())]
        if len(found) != 1:
            many = f"{len(found)} recordings" if found else "no recording"
            raise NoSuchTrace(f"{many} of an id that begins with {prefix!r}; see `recordings`")
        return found[0]

    def _newest_first(
        self, transaction: Transaction, tree: KeyTree, before: Place | None, enough: int
    ) -> Iterator[TraceRow]:
        """Yield what was recorded, before a place if one is named, the newest first.

        A day at a time where days have `enough`; where they have not, as many as would have it if
        all were like the last, and twice as many days as before at least.
        """
        last, span = DAY_LAST if before is None else day_number(before[0]), 1
        while True:
            day = transaction.newest_day(self._household, RECORDING_KINDS, last)
            if day is None:
                return
            days = (day - span + 1, day)
            ids = transaction.trace_ids(self._household, RECORDING_KINDS, days)
            yield from self._in_order(transaction, tree, ids, days, before)
            last = days[0] - 1
            span = 1 if len(ids) >= enough else max(2 * span, span * enough // max(len(ids), 1))

    def _in_order(
        self,
        transaction: Transaction,
        tree: KeyTree,
        ids: Collection[TraceId],
        days: tuple[int, int],
        before: Place | None,
    ) -> Iterator[TraceRow]:
        """Yield the recordings of these ids and days, before a place, the newest first."""
        places = self._moments.of(
            tree, ids, lambda: transaction.traces(self._household, RECORDING_KINDS, days=days)
        )
        older = sorted((one for one in places if before is None or one < before), reverse=True)
        for start in range(0, len(older), ROWS_AT_ONCE):
            some = [trace for _, trace in older[start : start + ROWS_AT_ONCE]]
            rows = {row.id: row for row in transaction.traces_by_id(self._household, some)}
            yield from (rows[trace] for trace in some)

    def _row(
        self,
        transaction: Transaction,
        trace: TraceId,
        kinds: Collection[TraceKind] = (TraceKind.RECORDING,),
    ) -> TraceRow:
        missing = "no such recording is kept; it may be forgotten already"
        return row_of(transaction, self._household, trace, kinds, missing)

    def _read(self, read: Callable[[Transaction, KeyTree], T]) -> T:
        return snapshot(self._database, self._keeper, read)
