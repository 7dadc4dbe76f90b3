"""What the database knows of copies of itself: how often it was written to, and the last drill."""

from sqlalchemy import select, text

from unhear.prove.claims import Drill
from unhear.stores import tables as t
from unhear.stores.rows import Rows
from unhear.stores.upserts import upsert

COUNT = text("UPDATE commit_count SET number = number + 1")
UPSERT_DRILL = upsert(t.drill)


class CopyRows(Rows):
    """The count of commits, and the last restore drill."""

    def count_commit(self) -> None:
        """Count this transaction."""
        self._connection.execute(COUNT)

    def commit_count(self) -> int:
        """Answer how many transactions have written to this database."""
        return self._connection.scalar(select(t.commit_count.c.number)) or 0

    def set_drill(self, drill: Drill) -> None:
        """Remember the last restore drill."""
        self._connection.execute(UPSERT_DRILL, {"one": 1, "at": drill.at, "result": drill.result})

    def drill(self) -> Drill | None:
        """Answer the last restore drill, or None before the first."""
        row = self._connection.execute(select(t.drill)).one_or_none()
        return None if row is None else Drill(row.at, row.result)
