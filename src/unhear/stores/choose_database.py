"""The database that the settings name: a SQLite file in the house's folder, or a server."""

from unhear.forget.mirror import Mirror
from unhear.settings import Settings
from unhear.stores.copies.shipping import ShippingMirror
from unhear.stores.database import Database
from unhear.stores.errors import NotOnServer, StoreError
from unhear.stores.placed_database import HouseDatabase, PlacedDatabase, Whereabouts

_NO_DRIVER = StoreError("the driver of PostgreSQL is not installed: pip install 'unhear[service]'")


def open_database(settings: Settings) -> HouseDatabase:
    """Open the database, or make it, and bring its tables up to date. Raises `StoreError`."""
    return PlacedDatabase(_opened(settings), Whereabouts(settings))


def _opened(settings: Settings) -> HouseDatabase:
    if settings.database is None:
        return Database(settings.database_file, mirrored=settings.mirror is not None)
    if settings.mirror is not None:
        raise refusal("`mirror` keeps a copy", "take it out, and name the replicas in `standbys`")
    try:
        # Imported here: a house on a file need not have the driver of a server.
        from unhear.stores.postgres import PostgresDatabase  # noqa: PLC0415
    except ImportError:
        raise _NO_DRIVER from None
    return PostgresDatabase(settings.database, settings.shard)


def database_exists(settings: Settings) -> bool:
    """Whether there is a database with a house already. Raises `StoreError`."""
    if settings.database is None:
        return settings.database_file.exists()
    try:
        from unhear.stores.postgres import shard_exists  # noqa: PLC0415
    except ImportError:
        raise _NO_DRIVER from None
    return shard_exists(settings.database, settings.shard)


def choose_mirror(settings: Settings) -> Mirror | None:
    """Answer what must have the newest database before a replaced root key is destroyed."""
    if settings.mirror is not None:
        return ShippingMirror(settings.database_file, settings.mirror)
    if settings.database is not None and settings.standbys:
        from unhear.stores.standbys import Standbys  # noqa: PLC0415

        return Standbys(settings.database, settings.standbys)
    return None


def need_file(settings: Settings, what: str) -> None:
    """Raise `NotOnServer` unless the database is a file: `what` copies that."""
    if settings.database is not None:
        raise refusal(
            what,
            "use PostgreSQL's own: replicas named in `standbys`, and pg_basebackup for what is not "
            "to be forgotten; see docs/operations.md",
        )


def refusal(what: str, todo: str) -> NotOnServer:
    """Answer the refusal of what works on a file."""
    return NotOnServer(f"{what} of a SQLite file, and this house is on PostgreSQL: {todo}")


__all__ = [
    "HouseDatabase",
    "choose_mirror",
    "database_exists",
    "need_file",
    "open_database",
    "refusal",
]
