"""A house's database for as long as the house is in it: afterwards every use says where it went."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from unhear.forget import database as rooms
from unhear.forget.errors import RootGone
from unhear.household.words import HouseholdId
from unhear.settings import Settings
from unhear.stores.errors import HouseMoved, StoreError
from unhear.stores.moving.journal import Journal, State, Stores, journal_mark, read_journal

LEFT = (State.SWITCHED, State.DONE)


class HouseDatabase(rooms.Database, Protocol):
    """What the house itself needs beyond what the rooms do."""

    def columns(self) -> list[str]:
        """Answer every column that is really there, as `table.column`."""

    def problems(self) -> list[str]:
        """Answer what the database's own checks find; empty when all is well."""

    def close(self) -> None:
        """Close all connections."""


class Whereabouts:
    """Whether the house left these stores, by its journal, which is read when it changes."""

    def __init__(self, settings: Settings) -> None:
        self._house = settings.house
        self._here = Stores.of(settings)
        self._mark: tuple[int, int] | None = None
        self._journal: Journal | None = None

    def left_for(self, *states: State) -> str | None:
        """Answer where it went, if a move from here has come to one of these states."""
        mark = journal_mark(self._house)
        if mark != self._mark:
            self._journal, self._mark = self._read(), mark
        journal = self._journal
        if journal is None or journal.state not in states:
            return None
        return "a file in its folder" if journal.goal.database is None else "PostgreSQL"

    def _read(self) -> Journal | None:
        """Answer the journal of a move from here; None where the settings name these stores again.

        They are written before the journal says that the house left.
        """
        journal = read_journal(self._house)
        if journal is None or journal.origin != self._here:
            return None
        back = journal.state in LEFT and Stores.named_in(self._house) == self._here
        return None if back else journal


class PlacedNews:
    """What tells whether a household changed, until the house is elsewhere."""

    def __init__(self, news: rooms.News, told: Callable[[], AbstractContextManager[None]]) -> None:
        self._news = news
        self._told = told

    def of(self, household: HouseholdId) -> int:
        """Answer a number that is greater after each change to a household."""
        with self._told():
            return self._news.of(household)


class PlacedDatabase:
    """Hands on to a database, as long as the house is in it; afterwards it says that it moved.

    So a process that was at work while the house moved does not go on in vain: nothing can be
    written to the old database, and what is read there is of yesterday.
    """

    def __init__(self, database: HouseDatabase, whereabouts: Whereabouts) -> None:
        self._database = database
        self._whereabouts = whereabouts
        self.news = PlacedNews(database.news, self._told)

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

    @contextmanager
    def _told(self) -> Iterator[None]:
        self._refuse(self._whereabouts.left_for(*LEFT))
        try:
            yield
        except (StoreError, RootGone):
            # While it moves, only that something fails tells that the database was shut.
            self._refuse(self._whereabouts.left_for(*LEFT, State.SWITCHING))
            raise

    def _refuse(self, place: str | None) -> None:
        if place is not None:
            raise HouseMoved(
                f"this house has moved to {place}, and nothing is done in its old database any "
                "more. Start this again"
            ) from None
