"""Read what was written to a database lately from SQLite's write-ahead log.

The formats are SQLite's ("Database File Format", section 4, and "WAL-mode File Format", section 2):
in the log a header of 32 bytes and then frames of 24 bytes and a page; in the index, from byte 16
on, how many frames hold and how many pages the database has then, and from byte 32 the two salts of
the log they belong to.
"""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from unhear.stores.copies.layout import PAGE_BYTES
from unhear.stores.errors import StoreDamaged

HEADER_BYTES, FRAME_BYTES = 32, 24
BUSY_SECONDS_MAX = 60

SELECT_POSITION = "SELECT number, root_id FROM commit_count, key_root"

_INDEX = struct.Struct("=16xII8x8s")
_FRAME = struct.Struct(">I4x8s8x")


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


class Written:
    """The log of one database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._log = database.with_name(f"{database.name}-wal")
        self._index = database.with_name(f"{database.name}-shm")

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Open the database; while it is open, no other's closing empties the log."""
        connection = sqlite3.connect(self._database, isolation_level=None, timeout=BUSY_SECONDS_MAX)
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def still(self, connection: sqlite3.Connection) -> Iterator[Position]:
        """Answer how far the log has come; nobody writes or empties it while the block runs."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._position(connection)
        finally:
            connection.execute("ROLLBACK")

    def pages(self, position: Position, first: int) -> dict[int, bytes]:
        """Answer the pages in the log behind its first frames, each as it was written last.

        Only while the log is still.
        """
        pages = {}
        with self._log.open("rb") as file:
            file.seek(HEADER_BYTES + first * (FRAME_BYTES + PAGE_BYTES))
            for _ in range(position.frames - first):
                frame = file.read(FRAME_BYTES + PAGE_BYTES)
                number, salts = _FRAME.unpack_from(frame)
                if len(frame) != FRAME_BYTES + PAGE_BYTES or salts.hex() != position.salts:
                    raise StoreDamaged("the database's write-ahead log is damaged")
                pages[number] = frame[FRAME_BYTES:]
        return pages

    def settled(self) -> int:
        """Answer the count of commits in the database file alone, without the log."""
        address = f"file:{self._database}?immutable=1"
        connection = sqlite3.connect(address, uri=True)
        try:
            (number,) = connection.execute("SELECT number FROM commit_count").fetchone()
            return int(number)
        except sqlite3.OperationalError:
            return -1  # the table itself is in the log still
        finally:
            connection.close()

    def _position(self, connection: sqlite3.Connection) -> Position:
        number, root = connection.execute(SELECT_POSITION).fetchone()
        with self._index.open("rb") as file:
            frames, pages, salts = _INDEX.unpack(file.read(_INDEX.size))
        return Position(salts.hex() if frames else "", frames, number, pages, root.hex())
