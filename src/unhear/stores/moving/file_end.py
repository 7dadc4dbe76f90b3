"""A SQLite file as the end of a move."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, create_engine, inspect, select, text
from sqlalchemy.pool import StaticPool

from unhear.stores.copy_rows import COUNT
from unhear.stores.database import Database, engine_at, plain_errors
from unhear.stores.errors import StoreBusy, StoreUnwritable
from unhear.stores.tables import metadata

BESIDE = ("-wal", "-shm", "-journal", "-copy-*")
"""How the names end of what SQLite, and whoever ships copies of it, put beside the file."""

SHUT = text(
    "CREATE TRIGGER moved BEFORE UPDATE ON commit_count "
    "BEGIN SELECT RAISE(ABORT, 'this house has moved'); END"
)
"""Every writer first counts itself in that table."""

SELECT_OPEN = text(
    "SELECT count(*) FILTER (WHERE name = 'commit_count') "
    "AND NOT count(*) FILTER (WHERE type = 'trigger' AND name = 'moved') FROM sqlite_master"
)
"""Whether writers can still count themselves."""


class FileEnd:
    """One SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def place(self) -> str:
        """The path."""
        return str(self._path)

    def exists(self) -> bool:
        """Whether the file is there."""
        return self._path.exists()

    def found(self, column: "Column[Any]") -> Any:
        """Answer the one value of a column, or None where its table has no row, or is not there."""
        with self.reading() as connection:
            if not inspect(connection).has_table(column.table.name):
                return None
            return connection.scalar(select(column))

    def make(self) -> None:
        """Make the file and its tables.

        SQLite would take a journal that lies about for the new file's own.
        """
        if not self.exists():
            self._unlink()
        Database(self._path).close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See one consistent state."""
        with self._transaction("DEFERRED") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Take the write lock; durable when the block ends, undone when it raises."""
        with self._transaction("IMMEDIATE") as connection:
            connection.execute(COUNT)
            yield connection

    def shut(self, connection: Connection) -> None:
        """Let no transaction write to it any more, once this one is committed."""
        connection.execute(SHUT)

    def is_shut(self) -> bool:
        """Whether it was shut."""
        if not self.exists():
            return False
        with self.reading() as connection:
            return not connection.scalar(SELECT_OPEN)

    def remove(self) -> None:
        """Take the tables out of the file, for whoever has it open, and remove it."""
        if self.exists():
            with self._transaction("IMMEDIATE") as connection:
                metadata.drop_all(connection)
        self._unlink()

    def _unlink(self) -> None:
        """Remove the file, and then its journals: without them it could be an older state."""
        beside = [self._path.parent.glob(f"{self._path.name}{end}") for end in BESIDE]
        try:
            for file in (self._path, *chain.from_iterable(beside)):
                file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnwritable(
                f"the old database {self._path} cannot be removed: {error.strerror}"
            ) from None

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Have the file while nobody else has it open, nor can open it.

        Raises `StoreBusy` where anybody has. (SQLite in WAL mode: who asks for exclusive locking
        before anything else gets the file whole or not at all.)
        """
        with plain_errors(self._path), closing(sqlite3.connect(self._path, timeout=0)) as raw:
            raw.isolation_level = None
            raw.execute("PRAGMA locking_mode = EXCLUSIVE")
            try:
                raw.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                raise StoreBusy("another process has this house open") from None
            engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
            with engine.connect() as connection:
                yield connection

    @contextmanager
    def _transaction(self, mode: str) -> Iterator[Connection]:
        engine = engine_at(self._path)
        try:
            with (
                plain_errors(self._path),
                engine.connect().execution_options(begin_mode=mode) as connection,
                connection.begin(),
            ):
                yield connection
        finally:
            engine.dispose()
