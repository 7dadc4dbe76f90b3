"""The desk's own database: one SQLite file in its folder, one writer at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from unhear.desk.tables import metadata
from unhear.stores.database import engine_at, plain_errors
from unhear.stores.errors import StoreError, StoreUnwritable

DATABASE_FILE = "desk.db"


class Store:
    """Opens transactions; safe to use from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Open or make the database in a folder. Raises `StoreError`."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        except OSError as error:
            raise StoreUnwritable(f"{folder} cannot be used: {error.strerror}") from None
        self._path = folder / DATABASE_FILE
        self._engine = engine_at(self._path)
        with plain_errors(self._path):
            metadata.create_all(self._engine)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Take the write lock; durable when the block ends, undone when it raises."""
        with self._transaction("IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See one consistent state."""
        with self._transaction("DEFERRED") as connection:
            yield connection

    def tidy(self) -> None:
        """Empty the write-ahead log, so that what was taken out is on the disk no more."""
        with plain_errors(self._path), self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is None:
                raise StoreError("the database connection is closed")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _transaction(self, mode: str) -> Iterator[Connection]:
        with (
            plain_errors(self._path),
            self._engine.connect().execution_options(begin_mode=mode) as connection,
            connection.begin(),
        ):
            yield connection
