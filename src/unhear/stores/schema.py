"""Bring the database's schema up to date (Alembic)."""

from collections.abc import Callable
from importlib.resources import files

from sqlalchemy import Connection, Engine, inspect, text

from unhear.stores.copy_rows import COUNT

NEWEST = "0005"
"""The revision this code wants; a test compares it with the migration folder's head."""


def upgrade(
    engine: Engine, prepare: Callable[[Connection], None] = lambda _connection: None
) -> None:
    """Apply the migrations the database lacks, in one transaction; it is nearly free when none.

    `prepare` is called in it first, where there are any.
    """
    with engine.connect() as connection, connection.begin():
        if _revision(connection) == NEWEST:
            return
    # Imported here: starting a command must not pay for it when there is nothing to migrate.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("unhear.stores") / "migrations"))
    with (
        engine.connect().execution_options(begin_mode="IMMEDIATE") as connection,
        connection.begin(),
    ):
        prepare(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, NEWEST)
        connection.execute(COUNT)  # so that a copy elsewhere does not miss this one


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
