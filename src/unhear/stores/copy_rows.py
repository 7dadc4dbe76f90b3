"""What the database knows of copies of itself: how often it was written to, and the last drill."""

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.sqlite import insert as upsert

from unhear.prove.claims import Drill
from unhear.stores import tables as t

COUNT = text("UPDATE commit_count SET number = number + 1")
_NEW = upsert(t.drill)
UPSERT_DRILL = _NEW.on_conflict_do_update(
    index_elements=["one"], set_={name: _NEW.excluded[name] for name in ("at", "result")}
)


class CopyRows:
    """The count of commits, and the last restore drill."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

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
