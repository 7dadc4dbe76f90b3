"""Houses as an older version left them: all their rows, in the tables that there were then."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Table, create_engine, inspect, select

from unhear.settings import Settings
from unhear.stores.database import engine_at
from unhear.stores.moving.end import end_of
from unhear.stores.moving.journal import Stores
from unhear.stores.postgres import shard_schema
from unhear.stores.server import connect
from unhear.stores.tables import metadata


def migrations() -> Config:
    """Answer what Alembic is to be told of where the migrations are."""
    config = Config()
    config.set_main_option("script_location", str(files("unhear.stores") / "migrations"))
    return config


def make_old(settings: Settings, revision: str) -> None:
    """Put the rows of a house that nobody has open into a database made at an older revision.

    Tables and columns that came later are left out, with whatever is in them.
    """
    end = end_of(Stores.of(settings), settings)
    with end.reading() as connection:
        rows = {table: _all(connection, table) for table in metadata.sorted_tables}
    end.remove()
    with _bare(settings) as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        there = columns_of(connection, settings)
        for table in metadata.sorted_tables:
            if names := there.get(table.name):
                connection.execute(table.delete())  # what the migrations put there
                if old := [{name: row[name] for name in names} for row in rows[table]]:
                    connection.execute(table.insert(), old)


def columns_of(connection: Connection, settings: Settings) -> dict[str, list[str]]:
    """Answer the columns that are really there, by their tables."""
    found = inspect(connection)
    return {
        table: [one["name"] for one in found.get_columns(table, schema)]
        for schema in _schemas(settings)
        for table in found.get_table_names(schema)
    }


@contextmanager
def raw(settings: Settings) -> Iterator[Connection]:
    """Reach a house's database as it is, in one transaction."""
    if settings.database is None:
        engine = engine_at(settings.database_file)
    else:
        address, schemas = settings.database, [str(one) for one in _schemas(settings)]
        engine = create_engine("postgresql+psycopg://", creator=lambda: connect(address, *schemas))
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _bare(settings: Settings) -> Iterator[Connection]:
    with raw(settings) as connection:
        for schema in _schemas(settings):
            if schema is not None:
                connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        yield connection


def _schemas(settings: Settings) -> list[str | None]:
    if settings.database is None:
        return [None]
    schema = shard_schema(settings.shard)
    return [schema, f"{schema}_keyring"]


def _all(connection: Connection, table: Table) -> Sequence[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]
