"""Keep film sealed to its household while it is filmed, piece by piece, and answer it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from unhear.forget.database import Database, TraceKind, TraceRow, Transaction
from unhear.forget.errors import CommitUnknown, NoSuchTrace
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import NewTrace, add_trace, content_of, row_of, sealed
from unhear.household.words import HouseholdId, Seen, TraceId, Utterance
from unhear.keep import age
from unhear.keep.film import Film, SealedPiece, film_bytes, film_from
from unhear.keep.payloads import Payloads
from unhear.signals.giving import count
from unhear.signals.words import Metric

GONE = "no such clip is kept; it may be forgotten already"


class Clips:
    """The clips of one household; listed with its other recordings by the catalogue."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        payloads: Payloads,
        household: HouseholdId,
        recipient: age.Recipient,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._payloads = payloads
        self._household = household
        self._recipient = recipient

    def begin(self, utterance: Utterance, keep_until: datetime) -> "OpenClip":
        """Begin a clip; nothing of it is kept before its first piece."""
        return OpenClip(self, utterance, keep_until)

    def film(self, trace: TraceId) -> Film:
        """Answer where a clip's pieces lie, and its still. Raises `NoSuchTrace`."""
        return snapshot(
            self._database,
            self._keeper,
            lambda transaction, tree: _film(tree, self._row(transaction, trace)),
        )

    def stills(self, traces: Collection[TraceId]) -> Mapping[TraceId, bytes]:
        """Answer the stills of those of these clips that have one, as age files."""

        def read(transaction: Transaction, tree: KeyTree) -> Mapping[TraceId, bytes]:
            rows = transaction.traces_by_id(self._household, traces)
            films = {row.id: _film(tree, row) for row in rows if row.kind is TraceKind.CLIP}
            return {trace: film.still for trace, film in films.items() if film.still is not None}

        return snapshot(self._database, self._keeper, read)

    def pieces(self, trace: TraceId) -> list[bytes]:
        """Answer a clip's pieces as age files, in their order.

        Opened, and put one behind the other, they are the film. Raises `NoSuchTrace` and
        `PayloadMissing`.
        """
        return [
            one.header + self._payloads.part(self._household, trace, one.at, one.at + one.size)
            for one in self.film(trace).pieces
        ]

    def _add(self, clip: "OpenClip", data: bytes, begins: float, ends: float) -> None:
        header, body = age.seal(data, [self._recipient])
        trace, film = clip.utterance.of, clip.film
        at = self._payloads.append(self._household, trace, body)
        piece = SealedPiece(header, at, len(body), begins, ends)
        clip.film = replace(film, pieces=(*film.pieces, piece))
        try:
            self._write(clip, first=not film.pieces)
        except Exception as error:
            clip.film = film
            if not film.pieces and not isinstance(error, CommitUnknown):
                self._payloads.delete(self._household, [trace])
            raise
        count(Metric.SEALED, by=len(body))
        if not film.pieces:
            count(Metric.CLIPS)

    def _write(self, clip: "OpenClip", *, first: bool) -> None:
        """Write down a clip as it stands. Raises `Barred` and `NoSuchTrace` when it was forgotten.

        Forgotten while it was filmed, it leaves no payload either.
        """
        utterance, content = clip.utterance, film_bytes(clip.film)
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            if first:
                new = NewTrace(utterance.of, TraceKind.CLIP, utterance, content, clip.keep_until)
                add_trace(transaction, tree, self._household, new)
                return
            row = transaction.trace(self._household, utterance.of)
            if row is not None:
                transaction.set_capsule(sealed(tree, row, utterance, content, None))
                return
        self._payloads.delete(self._household, [utterance.of])
        raise NoSuchTrace(GONE)

    def _seal_still(self, jpeg: bytes) -> bytes:
        return age.encrypt(jpeg, [self._recipient])

    def _row(self, transaction: Transaction, trace: TraceId) -> TraceRow:
        return row_of(transaction, self._household, trace, (TraceKind.CLIP,), GONE)


class OpenClip:
    """A clip while it is filmed; called from one thread.

    What was added is durable, and plays, whatever happens to what follows.
    """

    def __init__(self, clips: Clips, utterance: Utterance, keep_until: datetime) -> None:
        self.utterance = utterance
        self.keep_until = keep_until
        self.film = Film()
        self._clips = clips
        self._unwritten = False

    def saw(self, seen: Seen) -> None:
        """Note what else it shows; written down with the next piece, or at the end."""
        if seen not in self.utterance.seen:
            self.utterance = replace(self.utterance, seen=(*self.utterance.seen, seen))
            self._unwritten = True

    def still(self, jpeg: bytes) -> None:
        """Take a small picture in place of the one before; written down as `saw` is."""
        self.film = replace(self.film, still=self._clips._seal_still(jpeg))  # noqa: SLF001 - its own
        self._unwritten = True

    def add(self, data: bytes, begins: float, ends: float) -> None:
        """Keep the next piece; durable when this returns.

        Raises `Barred` or `NoSuchTrace` when the clip was forgotten, and `StoreFull`; what was
        added before then stays as it is.
        """
        self.utterance = replace(self.utterance, seconds=ends)
        self._clips._add(self, data, begins, ends)  # noqa: SLF001 - its own
        self._unwritten = False

    def end(self) -> None:
        """Write down what is not written yet. Raises as `add` does."""
        if self._unwritten and self.film.pieces:
            self._clips._write(self, first=False)  # noqa: SLF001 - its own
            self._unwritten = False


def _film(tree: KeyTree, row: TraceRow) -> Film:
    return film_from(content_of(tree, row))
