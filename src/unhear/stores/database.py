"""The SQLite database: one file, durable commits, one writer at a time."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from unhear.signals.giving import observe
from unhear.signals.words import Metric
from unhear.stores.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreUnwritable,
)
from unhear.stores.news import News
from unhear.stores.schema import upgrade
from unhear.stores.transaction import Transaction

BUSY_SECONDS_MAX = 60
"""How long a writer waits for another before it gives up."""

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit that power loss could undo would outlive its root key
    "secure_delete": 1,
    "temp_store": 2,  # MEMORY
    "foreign_keys": 1,
    "wal_autocheckpoint": 8000,  # pages: a batch of erasures need not wait for one of its own
}

COLUMNS = """
    SELECT t.name || '.' || c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c
    WHERE t.type = 'table'
"""


class Database:
    """Opens transactions on one SQLite file; safe to use from several threads and processes."""

    def __init__(self, path: Path, *, mirrored: bool = False) -> None:
        """Open or create the file and bring its schema up to date.

        With `mirrored` the write-ahead log is emptied by `tidy` alone, so that what was written can
        be shipped from it first. Raises `StoreError` when it cannot be opened, is damaged, or is
        not durable.
        """
        self._path = path
        self.news = News(self.reading)
        self._engine = engine_at(path, mirrored=mirrored)
        with plain_errors(path):
            upgrade(self._engine)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Take the write lock; durable when the block ends, undone when it raises."""
        with self._transaction("IMMEDIATE") as transaction:
            transaction.count_commit()
            yield transaction
            is_news = transaction.finish()
            began = monotonic()
        observe(Metric.COMMIT, monotonic() - began)
        if is_news:
            self.news.expire()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """See one consistent state of the database."""
        with self._transaction("DEFERRED") as transaction:
            yield transaction

    @contextmanager
    def _transaction(self, mode: str) -> Iterator[Transaction]:
        with (
            plain_errors(self._path),
            self._engine.connect().execution_options(begin_mode=mode) as connection,
            connection.begin(),
        ):
            yield Transaction(connection)

    def tidy(self) -> None:
        """Move the write-ahead log into the database and empty it, so that deleted rows go."""
        with plain_errors(self._path), self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is None:
                raise StoreError("the database connection is closed")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def columns(self) -> list[str]:
        """Answer every column that is really there, as `table.column`."""
        with plain_errors(self._path), self._engine.connect() as connection:
            return list(connection.exec_driver_sql(COLUMNS).scalars())

    def problems(self) -> list[str]:
        """Answer what SQLite's own integrity check finds; empty when all is well."""
        with plain_errors(self._path), self._engine.connect() as connection:
            rows = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return [str(row) for row in rows if row != "ok"]


def engine_at(path: Path, *, mirrored: bool = False) -> Engine:
    """Answer how a SQLite file is reached, with what makes it durable set and asserted."""
    pragmas = {**PRAGMAS, "wal_autocheckpoint": 0} if mirrored else PRAGMAS
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS_MAX}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _prepare(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None  # SQLAlchemy's `begin` below says when and how
        for name, value in pragmas.items():
            raw.execute(f"PRAGMA {name} = {value}")
            (found,) = raw.execute(f"PRAGMA {name}").fetchone()
            if found != value:
                raise StoreError(f"SQLite on this machine refuses {name}={value} (it says {found})")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("begin_mode", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn errors of SQLite on a database into `StoreError`, without statements or values."""
    try:
        yield
    except DBAPIError as error:
        raise _plain(error.orig, path) from None
    except sqlite3.Error as error:
        raise _plain(error, path) from None


_BY_CODE: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_FULL: (
        StoreFull,
        "the disk is full; nothing was changed. Free some space and try again",
    ),
    sqlite3.SQLITE_IOERR: (
        StoreFull,
        "the disk refused a write; nothing was changed. Check its space and health",
    ),
    sqlite3.SQLITE_CORRUPT: (
        StoreDamaged,
        "the database is damaged. Restore the newest copy; run `unhear audit` to see what is",
    ),
    sqlite3.SQLITE_NOTADB: (
        StoreDamaged,
        "the database file is not a database, or its first page is damaged. Restore a copy",
    ),
    sqlite3.SQLITE_READONLY: (StoreUnwritable, "the database cannot be written to"),
    sqlite3.SQLITE_CANTOPEN: (StoreUnwritable, "the database cannot be opened here"),
    sqlite3.SQLITE_BUSY: (StoreBusy, "another process is writing for too long. Try again"),
}


def _plain(error: Any, path: Path) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int) and (known := _BY_CODE.get(code & 0xFF)):
        kind, sentence = known
        return kind(f"{sentence} ({path})")
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return StoreError(f"the database failed with {name} ({path})")
