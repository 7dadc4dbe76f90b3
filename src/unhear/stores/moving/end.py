"""The two ends of a move: a database as a whole, to be read, filled, shut and removed."""

from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Column, Connection

from unhear.settings import Settings
from unhear.stores.errors import StoreError
from unhear.stores.moving.file_end import FileEnd
from unhear.stores.moving.journal import Stores


class End(Protocol):
    """One database; everything raises `StoreError`."""

    @property
    def place(self) -> str:
        """Where it is, in words."""

    def exists(self) -> bool:
        """Whether there is anything in it."""

    def found(self, column: "Column[Any]") -> Any:
        """Answer the one value of a column, or None where its table has no row, or is not there."""

    def make(self) -> None:
        """Make its tables, all empty."""

    def reading(self) -> AbstractContextManager[Connection]:
        """See one consistent state."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Keep every other writer out; durable when the block ends, undone when it raises."""

    def shut(self, connection: Connection) -> None:
        """Let no transaction write to it any more, once this one is committed."""

    def is_shut(self) -> bool:
        """Whether it was shut."""

    def remove(self) -> None:
        """Leave nothing of it; whoever has it open finds its tables gone."""


def end_of(stores: Stores, settings: Settings) -> End:
    """Answer the database among those stores. Raises `StoreError` where its driver is missing."""
    if stores.database is None:
        return FileEnd(settings.database_file)
    try:
        # Imported here: a house on a file need not have the driver of a server.
        from unhear.stores.moving.shard_end import ShardEnd  # noqa: PLC0415
    except ImportError:
        raise StoreError(
            "the driver of PostgreSQL is not installed: pip install 'unhear[service]'"
        ) from None
    return ShardEnd(stores.database, stores.shard)
