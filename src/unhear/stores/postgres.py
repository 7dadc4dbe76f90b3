"""A shard in a PostgreSQL database: durable commits, one writer at a time, one state a reader."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Lock
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError

from unhear.stores.copy_rows import COUNT
from unhear.stores.errors import CommitLost, StoreBusy, StoreDamaged, StoreError
from unhear.stores.news import News
from unhear.stores.schema import upgrade
from unhear.stores.server import (
    BUSY_SECONDS_MAX,
    connect,
    is_closed,
    is_lost,
    place_of,
    plain_errors,
)
from unhear.stores.tables import metadata
from unhear.stores.transaction import Transaction

CONNECTIONS_KEPT = 3
"""Idle ones; there are never more than threads that read, and one that writes."""

SELECT_COLUMNS = text(
    "SELECT table_name || '.' || column_name FROM information_schema.columns "
    "WHERE table_schema IN (:shard, :keyring)"
)
SELECT_AMCHECK = text("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'")
CHECK_INDEXES = text(
    "SELECT bt_index_check(c.oid) FROM pg_class AS c JOIN pg_namespace AS n "
    "ON n.oid = c.relnamespace WHERE c.relkind = 'i' AND n.nspname IN (:shard, :keyring)"
)


def shard_schema(shard: str) -> str:
    """Answer the schema of a shard; its key tree lies in another, `..._keyring`.

    So that it can have rights, backups and a disk of its own: whoever reads the rows need not read
    the keys, and a copy of the keys is all that a root key of an earlier day could ever open.
    """
    return f"unhear_{shard}"


class PostgresDatabase:
    """Opens transactions on one shard; safe to use from several threads and processes.

    A writer takes the shard's lock with its first statement: it counts itself in the one row of
    `commit_count`, as every writer does on both kinds of database. That row's lock costs nothing
    beyond what is written anyway; it is of this shard and no other, where an advisory lock is a
    number that two shards may share; and unlike the row of the root it is there before the root.
    Whoever gets it sees all that was committed before, for READ COMMITTED looks anew with each
    statement.
    """

    def __init__(self, address: str, shard: str) -> None:
        """Reach the database at `address` (libpq's URI) and bring the shard's tables up to date.

        Raises `StoreError` where it cannot be reached, used, or is not durable.
        """
        self._address = address
        self._shard = shard_schema(shard)
        self._keyring = f"{self._shard}_keyring"
        self._turn = Lock()
        self.news = News(self.reading)
        self._engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: connect(address, self._shard, self._keyring),
            pool_size=CONNECTIONS_KEPT,
            max_overflow=-1,
            pool_use_lifo=True,
            use_native_hstore=False,
            hide_parameters=True,
        )
        event.listen(self._engine, "checkout", _refuse_closed)
        try:
            with plain_errors(address):
                upgrade(self._engine, self._make_schemas)
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Take the shard's lock; durable when the block ends, undone when it raises.

        Raises `CommitLost` where the server was lost at the very end: then it may be either.
        """
        with self._own_turn(), plain_errors(self._address), self._engine.connect() as connection:
            connection.begin()
            if connection.execute(COUNT).rowcount != 1:
                raise StoreDamaged(
                    "the row that counts commits is missing from the database: somebody changed it"
                )
            transaction = Transaction(connection)
            yield transaction
            is_news = transaction.finish()
            self._commit(connection)
        if is_news:
            self.news.expire()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """See one consistent state of the shard."""
        how = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with (
            plain_errors(self._address),
            self._engine.connect().execution_options(**how) as connection,
        ):
            yield Transaction(connection)  # begins with the first look
            connection.commit()  # after a rollback psycopg prepares every statement anew

    def tidy(self) -> None:
        """Take deleted rows out of the tables, so that the next ones are written over them."""
        tables = ", ".join(table.name for table in metadata.sorted_tables)
        with (
            plain_errors(self._address),
            self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            connection.exec_driver_sql(f"VACUUM (SKIP_LOCKED) {tables}")

    def columns(self) -> list[str]:
        """Answer every column that is really there, as `table.column`."""
        with plain_errors(self._address), self._engine.connect() as connection:
            return list(connection.execute(SELECT_COLUMNS, self._schemas).scalars())

    def problems(self) -> list[str]:
        """Answer what is found when every row is read, and every index where amcheck is there."""
        try:
            with plain_errors(self._address), self._engine.connect() as connection:
                for table in metadata.sorted_tables:
                    read_all = f"SELECT max(length(r::text)) FROM {table.name} AS r"  # noqa: S608
                    connection.exec_driver_sql(read_all)
                if connection.scalar(SELECT_AMCHECK):
                    connection.execute(CHECK_INDEXES, self._schemas)
        except StoreDamaged as error:
            return [str(error)]
        return []

    @property
    def _schemas(self) -> dict[str, str]:
        return {"shard": self._shard, "keyring": self._keyring}

    @contextmanager
    def _own_turn(self) -> Iterator[None]:
        """Let the writers of this process wait here: each that waits there has a connection."""
        if not self._turn.acquire(timeout=BUSY_SECONDS_MAX):
            raise StoreBusy("another thread is writing for too long. Try again")
        try:
            yield
        finally:
            self._turn.release()

    def _commit(self, connection: Connection) -> None:
        try:
            connection.commit()
        except DBAPIError as error:
            if not is_lost(error.orig):
                raise
            raise CommitLost(
                "the database server was lost while it saved: it may have saved that or not. Look "
                f"when it is back, and ask again ({place_of(self._address)})"
            ) from None

    def _make_schemas(self, connection: Connection) -> None:
        """Make them, one process at a time."""
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:shard, 0))"),
            {"shard": self._shard},
        )
        for schema in (self._shard, self._keyring):
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Have the pool connect anew where the server closed what it kept, as at a failover."""
    if is_closed(connection):
        raise InvalidatePoolError("the server closed the connection")


def shard_exists(address: str, shard: str) -> bool:
    """Whether a shard has a key tree already: tables alone are none yet. Raises `StoreError`."""
    schema = f"{shard_schema(shard)}_keyring"
    with plain_errors(address), closing(connect(address, schema)) as connection:
        row = connection.execute("SELECT to_regclass('key_root')").fetchone()
        if row is None or row[0] is None:
            return False
        return connection.execute("SELECT 1 FROM key_root").fetchone() is not None
