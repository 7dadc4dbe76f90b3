"""The same households as others keep them: rows and sounds in clear, DELETE and COMMIT."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import local
from typing import Any

import obstore
import psycopg
from obstore.store import from_url

from bench.report import progress
from bench.scale.world import PAGE, SOUND, WORDS, World
from unhear.clock import random_bytes

TABLE = """
CREATE TABLE plain (
    household bytea, id bytea, heard_at timestamptz NOT NULL, device text NOT NULL,
    person text NOT NULL, seconds real NOT NULL, words text NOT NULL,
    PRIMARY KEY (household, id)
);
CREATE INDEX plain_by_time ON plain (household, heard_at DESC);
"""
NEWEST = "SELECT * FROM plain WHERE household = %s ORDER BY heard_at DESC LIMIT %s"
INSERT = "INSERT INTO plain VALUES (%s, %s, %s, 'kitchen', 'unknown', 2.0, %s)"
DELETE = "DELETE FROM plain WHERE household = %s AND id = %s"
SOME = "SELECT id FROM plain WHERE household = %s LIMIT %s"
ID_BYTES = 16


class Plain:
    """Keeps, shows and deletes for all households, in one process."""

    name = "plain"

    def __init__(self, world: World) -> None:
        self._world = world
        self._own = local()
        self._store = from_url(world.bucket, client_options={"allow_http": True})

    def keep(self, household: int) -> bytes:
        """Keep a recording."""
        ours, recording = self._world.id_of(household), random_bytes(ID_BYTES)
        obstore.put(self._store, _name(ours, recording), SOUND)
        self._connection.execute(INSERT, (ours, recording, _now(), WORDS))
        return recording

    def look(self, household: int) -> None:
        """Read the newest page of its timeline."""
        self._connection.execute(NEWEST, (self._world.id_of(household), PAGE)).fetchall()

    def some(self, household: int, count: int) -> list[bytes]:
        """Answer the ids of some of its recordings."""
        rows = self._connection.execute(SOME, (self._world.id_of(household), count))
        return [row[0] for row in rows]

    def forget(self, household: int, recording: bytes) -> None:
        """Delete a recording."""
        ours = self._world.id_of(household)
        self._connection.execute(DELETE, (ours, recording))
        obstore.delete(self._store, _name(ours, recording))

    def close(self) -> None:
        """Leave the connections to the end of the process."""

    @property
    def _connection(self) -> psycopg.Connection[Any]:
        """Answer this thread's own, which commits each statement."""
        if not hasattr(self._own, "connection"):
            self._own.connection = psycopg.connect(self._world.database, autocommit=True)
        connection: psycopg.Connection[Any] = self._own.connection
        return connection


def fill(world: World) -> None:
    """Make the table with every household's recordings."""
    with psycopg.connect(world.database) as connection:
        connection.execute(TABLE)
        with connection.cursor().copy("COPY plain FROM STDIN") as copy:
            for row in _rows(world):
                copy.write_row(row)
    progress("  the plain table is full")


def _rows(world: World) -> Iterator[tuple[Any, ...]]:
    now = _now()
    for number in range(world.households):
        ours = world.id_of(number)
        for _ in range(world.each()):
            heard_at = now - timedelta(days=30) * random.random()  # noqa: S311 - no secret
            yield ours, random_bytes(ID_BYTES), heard_at, "kitchen", "unknown", 2.0, WORDS


def _name(household: bytes, recording: bytes) -> str:
    return f"plain/{household.hex()}/{recording.hex()}"


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the measurement's own clock
