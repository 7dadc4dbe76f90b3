"""A house's database for as long as the house is in it: afterwards every use says where it went."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from unhear.forget import database as rooms
from unhear.forget.errors import RootGone
from unhear.household.words import HouseholdId
from unhear.stores.errors import HouseMoved, StoreError


class HouseDatabase(rooms.Database, Protocol):
    """What the house itself needs beyond what the rooms do."""

    def columns(self) -> list[str]:
        """Answer every column that is really there, as `table.column`."""

    def problems(self) -> list[str]:
        """Answer what the database's own checks find; empty when all is well."""

    def close(self) -> None:
        """Close all connections."""


class PlacedDatabase:
    """Hands on to a database; where that fails, asks whether the house has moved, and says so.

    So a process that was at work while the house moved does not go on in vain: nothing can be
    written to the old database, and the root key that opened it is destroyed.
    """

    def __init__(self, database: HouseDatabase, moved_to: Callable[[], str | None]) -> None:
        """Use a database; `moved_to` answers where the house went, None while it is here."""
        self._database = database
        self._moved_to = moved_to

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    @contextmanager
    def writing(self) -> Iterator[rooms.Transaction]:
        """Take the write lock; durable when the block ends, undone when it raises."""
        with self._told(), self._database.writing() as transaction:
            yield transaction

    @contextmanager
    def reading(self) -> Iterator[rooms.Transaction]:
        """See one consistent state."""
        with self._told(), self._database.reading() as transaction:
            yield transaction

    @property
    def news(self) -> rooms.News:
        """What tells whether a household changed."""
        return _PlacedNews(self._database.news, self._told)

    def tidy(self) -> None:
        """Remove what deleted rows left in journals, as far as the database can."""
        with self._told():
            self._database.tidy()

    def columns(self) -> list[str]:
        """Answer every column that is really there, as `table.column`."""
        with self._told():
            return self._database.columns()

    def problems(self) -> list[str]:
        """Answer what the database's own checks find; empty when all is well."""
        with self._told():
            return self._database.problems()

    def _told(self) -> AbstractContextManager[None]:
        return _telling(self._moved_to)


@dataclass(frozen=True, slots=True)
class _PlacedNews:
    news: rooms.News
    told: Callable[[], AbstractContextManager[None]]

    def of(self, household: HouseholdId) -> int:
        """Answer a number that is greater after each change to a household."""
        with self.told():
            return self.news.of(household)


@contextmanager
def _telling(moved_to: Callable[[], str | None]) -> Iterator[None]:
    try:
        yield
    except (StoreError, RootGone):
        place = moved_to()
        if place is None:
            raise
        raise HouseMoved(
            f"this house has moved to {place}, and nothing is done in its old database any more. "
            "Start this again"
        ) from None
