"""Which households changed so that processes with something of them in mind must look again."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select, text

from unhear.household.words import HouseholdId
from unhear.stores import tables as t
from unhear.stores.rows import Rows

# The condition is for SQLite: without one it takes the conflict for part of a join.
TELL = text(
    "INSERT INTO household_news (household, number) "
    "SELECT :household, number FROM commit_count WHERE one = 1 "
    "ON CONFLICT (household) DO UPDATE SET number = excluded.number"
)
SELECT_COUNT = select(t.commit_count.c.number)
SELECT_NUMBER = select(t.household_news.c.number).where(
    t.household_news.c.household == bindparam("ours")
)
SELECT_NEWS = select(t.household_news).where(t.household_news.c.number > bindparam("since"))


class NewsRows(Rows):
    """The number of the newest commit that changed a household, as told by those who wrote it."""

    def tell(self, households: Iterable[HouseholdId]) -> None:
        """Say that this transaction changes these households."""
        if told := [{"household": household} for household in sorted(households)]:
            self._connection.execute(TELL, told)

    def news_of(self, household: HouseholdId) -> int:
        """Answer the count of commits when a household last changed; 0 for one that never did."""
        return self._connection.scalar(SELECT_NUMBER, {"ours": household}) or 0

    def news(self, since: int) -> tuple[int, dict[HouseholdId, int]]:
        """Answer how often was committed, and which households changed after commit `since`.

        Whoever writes has the lock from its count to its commit, so that a lower number is never
        seen after a higher one.
        """
        count = self._connection.scalar(SELECT_COUNT) or 0
        if count == since:
            return count, {}
        rows = self._connection.execute(SELECT_NEWS, {"since": since})
        return count, {HouseholdId(row.household): row.number for row in rows}
