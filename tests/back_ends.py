"""The kinds of database that a test's house is on, and what each needs before and after a test."""

import atexit
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg

from tests.servers import Server
from unhear.settings import write_to_settings_file

SQLITE, POSTGRESQL = "sqlite", "postgresql"

BOTH = ("access", "forget", "house", "keep", "learn", "prove")
"""Folders whose tests of a house run on both, but those marked `sqlite`."""


CLEAR = """
    DO $$ DECLARE one text; BEGIN
        IF to_regclass('{shard}.sweep') IS NULL THEN RETURN; END IF;
        FOR one IN
            SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
            WHERE schemaname IN ('{shard}', '{shard}_keyring') AND tablename <> 'alembic_version'
            ORDER BY tablename = 'household', tablename <> 'sweep'
        LOOP EXECUTE 'DELETE FROM ' || one; END LOOP;
        INSERT INTO {shard}.commit_count VALUES (1, 1);
    END $$
"""
"""Leaves a shard as it is made. To make one anew takes 150 ms, and this 5."""


@dataclass
class Shards:
    """The shards of one server, each given to one house of a test and emptied after it."""

    server: Server = field(default_factory=Server)
    given: int = 0

    def next(self) -> str:
        self.given += 1
        return f"test{self.given}"

    def clear(self) -> None:
        """Leave every shard as it was made; nobody is connected any more."""
        with psycopg.connect(self.server.address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'unhear'"
            )
            for number in range(1, self.given + 1):
                connection.execute(CLEAR.format(shard=f"unhear_test{number}").encode())
        self.given = 0


@cache
def shards() -> Shards:
    """Answer the shards of this process's server, which is started at first use."""
    made = Shards()
    made.server.make()
    made.server.start()
    atexit.register(made.server.remove)
    return made


@dataclass
class BackEnd:
    """The kind of database that houses of the test at hand get."""

    kind: str = SQLITE

    def prepare(self, house: Path) -> None:
        """Let the house that is to be set up in a folder be on a database of this kind."""
        if self.kind == POSTGRESQL:
            one = shards()
            where = {"database": one.server.address, "shard": one.next()}
            write_to_settings_file(house, where)


CURRENT = BackEnd()
