"""A shard of a PostgreSQL database as the end of a move."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, create_engine, delete, select, text
from sqlalchemy.pool import NullPool

from unhear.stores import tables as t
from unhear.stores.copy_rows import COUNT
from unhear.stores.errors import HouseMoved
from unhear.stores.postgres import PostgresDatabase, shard_exists, shard_schema
from unhear.stores.server import connect, place_of, plain_errors

SELECT_TABLE = text("SELECT to_regclass(:name)")
SELECT_COUNT = text("SELECT 1 FROM commit_count")


class ShardEnd:
    """One shard: its rows, and its key tree in a schema of its own."""

    def __init__(self, address: str, shard: str) -> None:
        self._address = address
        self._shard = shard
        self._schemas = (shard_schema(shard), f"{shard_schema(shard)}_keyring")
        self._engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: connect(address, *self._schemas),
            poolclass=NullPool,
            use_native_hstore=False,
            hide_parameters=True,
        )

    @property
    def place(self) -> str:
        """The database and the shard."""
        return f"shard {self._shard} of {place_of(self._address)}"

    def exists(self) -> bool:
        """Whether it has a key tree already."""
        return shard_exists(self._address, self._shard)

    def found(self, column: "Column[Any]") -> Any:
        """Answer the one value of a column, or None where its table has no row, or is not there."""
        with self.reading() as connection:
            if connection.scalar(SELECT_TABLE, {"name": column.table.name}) is None:
                return None
            return connection.scalar(select(column))

    def make(self) -> None:
        """Make its schemas and tables."""
        PostgresDatabase(self._address, self._shard).close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See one consistent state."""
        how = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with (
            plain_errors(self._address),
            self._engine.connect().execution_options(**how) as connection,
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Take the shard's lock; durable when the block ends, undone when it raises."""
        with (
            plain_errors(self._address),
            self._engine.connect() as connection,
            connection.begin(),
        ):
            if connection.execute(COUNT).rowcount != 1:
                raise HouseMoved(f"{self.place} is shut: its house has moved elsewhere")
            yield connection

    def shut(self, connection: Connection) -> None:
        """Let no transaction write to it any more, once this one is committed.

        Every writer first counts itself in that row, and refuses where there is none. Changing the
        table instead would wait for those who wait for the row.
        """
        connection.execute(delete(t.commit_count))

    def is_shut(self) -> bool:
        """Whether it was shut."""
        with self.reading() as connection:
            if connection.scalar(SELECT_TABLE, {"name": t.commit_count.name}) is None:
                return False
            return connection.scalar(SELECT_COUNT) is None

    def remove(self) -> None:
        """Drop both schemas."""
        with (
            plain_errors(self._address),
            self._engine.connect() as connection,
            connection.begin(),
        ):
            for schema in self._schemas:
                connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
