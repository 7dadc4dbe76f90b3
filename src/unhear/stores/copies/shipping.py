"""Keep a copy of the database in a target up to date, by shipping what was written.

A generation begins with a snapshot of the whole database. From then on `ship` sends the pages that
were committed since the last time, in order. A new generation begins when that order has a gap
(the log was emptied before it was shipped, or the target lost its copy), or when the pieces have
outgrown the snapshot: nothing is ever taken for shipped that was not. Generations that no backup
needs are removed then.

What was shipped is remembered beside the database, and written down after the target has it. A
crash in between ships the same pages again under the same name.
"""

import fcntl
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

from unhear.clock import random_bytes
from unhear.forget.errors import MirrorAway
from unhear.stores.copies.layout import (
    CHUNK_BYTES,
    NEWEST,
    Piece,
    Snapshot,
    chunk_name,
    pages_name,
    piece_bytes,
    snapshot_name,
)
from unhear.stores.copies.sweeping import sweep
from unhear.stores.copies.target import Target
from unhear.stores.copies.written import Position, Tail, Written
from unhear.stores.database import plain_errors
from unhear.stores.errors import (
    CopyDamaged,
    CopyMissing,
    StoreError,
    StoreUnwritable,
    TargetAway,
    TargetTaken,
)

OUTGROWN_BYTES_MIN = 64 << 20
"""Pieces of a generation may come to this much, or to the size of its snapshot."""

FRAMES_PER_PIECE_MAX = 65_536
"""More than this (256 MiB) is sent as a snapshot, of which the target may have most already."""

LOG_FRAMES_MAX = 16_384
"""Once shipped, a longer log is moved into the database."""

Progress = Callable[[int, int], None]
"""Told how much of how much is done, in bytes."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """What the target has: pieces below `pieces` of a generation, up to a position of the log."""

    generation: str
    pieces: int
    piece_bytes: int
    snapshot_bytes: int
    position: Position


class Shipping:
    """One target's copy of one database; safe to use from several processes."""

    def __init__(self, database: Path, target: Target) -> None:
        name = sha256(target.place.encode()).hexdigest()[:12]
        self._database = database
        self._target = target
        self._written = Written(database)
        self._state = database.with_name(f"{database.name}-copy-{name}.json")

    def ship(
        self,
        progress: Progress = lambda _done, _all: None,
        *,
        then: Callable[[Shipped], None] = lambda _shipped: None,
        anew: bool = False,
    ) -> Shipped:
        """Bring the target up to what is committed.

        `then` is told what the target has, before anybody else ships to it. Raises `TargetAway`,
        also where the copy that was there is gone (a disk that is not mounted looks like that)
        unless it may begin `anew`, `TargetTaken` where another house's copy is there, and another
        `StoreError` for trouble with the house's own disk.
        """
        with (
            self._plain_errors(),
            self._locked(),
            self._written.connection() as connection,
        ):
            known = self._known(anew=anew)
            tail = self._written.tail(connection, None if known is None else known.position)
            if known is None or not _leads_on(known.position, tail):
                shipped = self._begin(connection, progress)
            else:
                shipped = self._send(known, tail)
                self._write_state(shipped)
            then(shipped)
            if shipped.position.frames > LOG_FRAMES_MAX:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return shipped

    def sweep(self) -> None:
        """Remove what no copy in the target needs any more. Raises `TargetAway`."""
        with self._locked():
            sweep(self._target)

    def drop(self) -> None:
        """Remember nothing of this target any more."""
        with self._locked():
            self._state.unlink(missing_ok=True)
            self._state.with_suffix(".lock").unlink()

    def _known(self, *, anew: bool) -> Shipped | None:
        """Answer what the target has, if that is worth going on from."""
        shipped = self._read_state()
        if shipped is None:
            return None
        try:
            newest = self._target.get(NEWEST).decode()
        except CopyMissing:
            if anew:
                return None
            raise TargetAway(
                f"{self._target.place} had a copy of this house and has none now; check that it "
                "is mounted. If it was emptied on purpose, run `unhear backup PLACE --anew`"
            ) from None
        outgrown = shipped.piece_bytes > max(shipped.snapshot_bytes, OUTGROWN_BYTES_MIN)
        return None if outgrown or newest != shipped.generation else shipped

    def _begin(self, connection: sqlite3.Connection, progress: Progress) -> Shipped:
        """Send the whole database as a new generation.

        The snapshot may be newer than the log's position before it: the pages since are sent with
        it once more. While the snapshot is read, the log is begun anew once at most.
        """
        tree = self._tree_of(connection)
        self._check_ours(tree)
        with self._written.connection() as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT number FROM commit_count").fetchone()
            before = self._written.tail(connection, None).position
            snapshot = self._snapshot(tree, progress)
            tail = self._written.tail(connection, before)
        generation = random_bytes(8).hex()
        self._target.put(snapshot_name(generation), snapshot.to_json())
        shipped = self._send(Shipped(generation, 0, 0, snapshot.size, before), tail)
        self._target.put(NEWEST, generation.encode())
        self._write_state(shipped)
        sweep(self._target)
        return shipped

    def _tree_of(self, connection: sqlite3.Connection) -> str:
        (tree,) = connection.execute("SELECT tree_id FROM key_root").fetchone()
        return str(tree.hex())

    def _check_ours(self, tree: str) -> None:
        """Raise `TargetTaken` where the target's newest copy is of another house."""
        try:
            newest = self._target.get(NEWEST).decode()
            found = Snapshot.from_json(self._target.get(snapshot_name(newest)))
        except (CopyMissing, CopyDamaged):
            return
        if found.tree != tree:
            raise TargetTaken(
                f"{self._target.place} holds the copies of another house; give this one a place "
                "of its own"
            )

    def _snapshot(self, tree: str, progress: Progress) -> Snapshot:
        part = self._state.with_suffix(".snapshot")
        _remove(part)
        try:
            with (
                closing(sqlite3.connect(self._database)) as source,
                closing(sqlite3.connect(part)) as copy,
            ):
                source.backup(copy)
                (number,) = copy.execute("SELECT number FROM commit_count").fetchone()
            size, chunks = self._send_chunks(part, progress)
            return Snapshot(size, number, tree, chunks)
        finally:
            _remove(part)

    def _send_chunks(self, file: Path, progress: Progress) -> tuple[int, list[str]]:
        size, chunks = file.stat().st_size, []
        with file.open("rb") as source:
            while chunk := source.read(CHUNK_BYTES):
                digest = sha256(chunk).hexdigest()
                chunks.append(digest)
                if not self._target.has(chunk_name(digest)):
                    self._target.put(chunk_name(digest), chunk)
                progress(source.tell(), size)
        return size, chunks

    def _send(self, shipped: Shipped, tail: Tail) -> Shipped:
        """Send the pages that were committed since."""
        now = tail.position
        if tail.pages:
            piece = piece_bytes(Piece(now.number, now.pages, tail.pages))
            self._target.put(pages_name(shipped.generation, shipped.pieces), piece)
            shipped = replace(
                shipped,
                pieces=shipped.pieces + 1,
                piece_bytes=shipped.piece_bytes + len(piece),
            )
        return replace(shipped, position=now)

    def _read_state(self) -> Shipped | None:
        try:
            fields = json.loads(self._state.read_text())
            return Shipped(**{**fields, "position": Position(**fields["position"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None  # then the target gets a new generation

    def _write_state(self, shipped: Shipped) -> None:
        part = self._state.with_suffix(".part")
        part.write_text(json.dumps(asdict(shipped)))
        part.replace(self._state)

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Turn what goes wrong in the house's own folder into a `StoreError`."""
        try:
            with plain_errors(self._database):
                yield
        except OSError as error:
            raise StoreUnwritable(
                f"{self._database.parent} cannot be written to ({type(error).__name__}); check "
                "that there is room"
            ) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes from shipping to the same target, and from emptying the log."""
        with self._state.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _remove(database: Path) -> None:
    """Remove a database and its journals: one that a crash left would be rolled into the next."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _leads_on(before: Position, tail: Tail) -> bool:
    """Whether a tail goes on where the target's copy ends, and is not too much for one piece.

    Where the log was begun anew, the commits in it must be all there were since.
    """
    missed = tail.first == 0 and tail.position.number - tail.commits != before.number
    return not missed and len(tail.pages) <= FRAMES_PER_PIECE_MAX


class ShippingMirror:
    """A target that gets the newest database before any replaced root key is destroyed."""

    def __init__(self, database: Path, place: str) -> None:
        """Ship to the target at `place`, which need not be there yet."""
        self._database = database
        self._place = place

    def ship(self) -> None:
        """Bring the mirror up to what is committed. Raises `MirrorAway`."""
        try:
            Shipping(self._database, Target(self._place)).ship()
        except StoreError as error:
            raise MirrorAway(
                f"the copy of the database is behind: {error}. It is brought up to date when that "
                "is back; until then no replaced root key is destroyed"
            ) from None
