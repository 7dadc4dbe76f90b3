"""Read what was written to a database lately from SQLite's write-ahead log.

The format is SQLite's ("WAL-mode File Format", section 2, and "Database File Format", section 4): a
header of 32 bytes, then frames of 24 bytes and a page. A frame holds if it bears the salts of the
header and the checksum goes on from the frame before; the last of a commit says how many pages the
database has then. A writer that is killed between its last frame and its entry in the index has
committed nothing, though its frames hold: such a commit, at the end of the log, counts further
than the database does, and is left out.

Only the log is opened here. On POSIX a process that closes any descriptor of a file loses all its
locks on it, also those of SQLite; the database and its index must never be opened beside it.
"""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from unhear.stores.copies.layout import PAGE_BYTES

HEADER_BYTES, FRAME_BYTES = 32, 24
WHOLE_BYTES = FRAME_BYTES + PAGE_BYTES
BIG_ENDIAN, LITTLE_ENDIAN = 0x377F0683, 0x377F0682
BUSY_SECONDS_MAX = 60

SELECT_POSITION = "SELECT number, root_id FROM commit_count, key_root"

_HEADER = struct.Struct(">I12x8sII")
_FRAME = struct.Struct(">II8sII")

Sums = tuple[int, int]

Frame = tuple[int, int, bytes]
"""A page's number, the database's size where the frame ends a commit, and the page."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far the log has come: which log (its salts), its frames, and the count of commits.

    `pages` is how many pages the database has then, `root` the id of the root key that opens it.
    """

    salts: str
    frames: int
    number: int
    pages: int
    root: str


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands in the log behind its first frames: pages by number, in `commits` commits."""

    position: Position
    first: int
    commits: int
    pages: dict[int, bytes]


class Written:
    """The log of one database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._log = database.with_name(f"{database.name}-wal")

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Open the database; while it is open, no other's closing empties the log."""
        connection = sqlite3.connect(self._database, isolation_level=None, timeout=BUSY_SECONDS_MAX)
        try:
            yield connection
        finally:
            connection.close()

    def tail(self, connection: sqlite3.Connection, after: Position | None) -> Tail:
        """Answer what was committed after a position, while nobody writes.

        All that stands in the log, where it was begun anew since, or without a position.
        """
        connection.execute("BEGIN IMMEDIATE")
        try:
            number, root = connection.execute(SELECT_POSITION).fetchone()
            return self._read(number, root.hex(), after, _Counted(connection))
        finally:
            connection.execute("ROLLBACK")

    def _read(self, number: int, root: str, after: Position | None, counted: "_Counted") -> Tail:
        nothing = Tail(Position("", 0, number, 0, root), 0, 0, {})
        if not self._log.exists():
            return nothing
        with self._log.open("rb") as file:
            header = file.read(HEADER_BYTES)
            if len(header) < HEADER_BYTES:
                return nothing
            magic, salts, *sums = _HEADER.unpack(header)
            words = {BIG_ENDIAN: ">u4", LITTLE_ENDIAN: "<u4"}.get(magic)
            if words is None:
                return nothing
            first, begun = 0, (sums[0], sums[1])
            if after is not None and after.frames and after.salts == salts.hex():
                file.seek(HEADER_BYTES + (after.frames - 1) * WHOLE_BYTES)
                last = file.read(WHOLE_BYTES)
                if len(last) == WHOLE_BYTES:
                    first = after.frames
                    begun = _FRAME.unpack_from(last)[3:]
            file.seek(HEADER_BYTES + first * WHOLE_BYTES)
            frames: list[Frame] = list(_valid(file, salts, begun, words))
        commits = [place for place, (_, size, _) in enumerate(frames) if size]
        if commits and counted.in_last(frames[: commits[-1] + 1]) > number:
            del commits[-1]
        whole = frames[: commits[-1] + 1] if commits else []
        size = whole[-1][1] if whole else (after.pages if after is not None and first else 0)
        position = Position(salts.hex(), first + len(whole), number, size, root)
        pages = {page: content for page, _, content in whole}  # of each its last image
        return Tail(position, first, len(commits), pages)


class _Counted:
    """What a commit counts itself as: each writes the one page that holds the count."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._page, self._table = connection.execute(
            "SELECT rootpage, sql FROM sqlite_master WHERE name = 'commit_count'"
        ).fetchone()

    def in_last(self, frames: list[Frame]) -> int:
        """Answer the count in the newest image of its page, 0 where there is none.

        SQLite reads it: the page is put into an empty database of the same table.
        """
        image = next((content for page, _, content in reversed(frames) if page == self._page), None)
        if image is None:
            return 0
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute(self._table)
            empty = connection.serialize()
            connection.deserialize(empty[:PAGE_BYTES] + image)
            (number,) = connection.execute("SELECT number FROM commit_count").fetchone()
            return int(number)


def _valid(file: BinaryIO, salts: bytes, sums: Sums, words: str) -> Iterator[Frame]:
    """Yield the frames that hold."""
    while len(frame := file.read(WHOLE_BYTES)) == WHOLE_BYTES:
        page, size, salted, *said = _FRAME.unpack_from(frame)
        content = frame[FRAME_BYTES:]
        sums = _checksum(np.frombuffer(frame[:8] + content, words).astype(np.uint32), sums)
        if salted != salts or sums != (said[0], said[1]):
            return
        yield page, size, content


def _coefficients(pairs: int) -> NDArray[np.uint32]:
    """Answer what each pair of words counts for at the end, as 2 x 2 matrices mod 2**32.

    One step of SQLite's checksum takes (s0, s1) and the words x, y to
    (s0 + s1 + x, s0 + 2 * s1 + x + y): a matrix, whose powers are what earlier words count for.
    """
    powers = np.empty((pairs + 1, 2, 2), np.uint32)
    powers[0] = np.eye(2, dtype=np.uint32)
    step = np.array([[1, 1], [1, 2]], np.uint32)
    for n in range(pairs):
        powers[n + 1] = powers[n] @ step
    return powers


_POWERS = _coefficients((PAGE_BYTES + 8) // 8)
_LATER = _POWERS[-2::-1]


def _checksum(words: NDArray[np.uint32], sums: Sums) -> Sums:
    """Answer SQLite's checksum of a frame, going on from `sums`."""
    x, y = words[0::2], words[1::2]
    begun = _POWERS[-1] @ np.array(sums, np.uint32)
    added = _LATER[:, :, 0] * x[:, None] + _LATER[:, :, 1] * (x + y)[:, None]
    s0, s1 = (
        int(one) + int(more) for one, more in zip(begun, added.sum(0, np.uint32), strict=True)
    )
    return s0 & 0xFFFFFFFF, s1 & 0xFFFFFFFF
