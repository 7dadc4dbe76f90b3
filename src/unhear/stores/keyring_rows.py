"""The key tree's rows: pages, roots, and whose each leaf page is."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from unhear.forget.errors import RootGone
from unhear.forget.keytree import FAN_OUT, SealedPage
from unhear.forget.roots import CurrentRoot
from unhear.household.words import HouseholdId
from unhear.stores import tables as t


class KeyringRows:
    """The key tree's pages and roots, and whose each leaf page is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_page(self, level: int, index: int) -> SealedPage | None:
        """Answer a page, or None before its first write."""
        row = self._connection.execute(
            select(t.key_page.c.epoch, t.key_page.c.sealed).where(
                t.key_page.c.level == level, t.key_page.c.page_index == index
            )
        ).one_or_none()
        return None if row is None else SealedPage(row.epoch, row.sealed)

    def write_page(self, level: int, index: int, page: SealedPage) -> None:
        """Put a page in place of what was there."""
        values = {"epoch": page.epoch, "sealed": page.sealed}
        self._connection.execute(
            upsert(t.key_page)
            .values(level=level, page_index=index, **values)
            .on_conflict_do_update(index_elements=["level", "page_index"], set_=values)
        )

    def current_root(self) -> CurrentRoot:
        """Answer the root the pages open under. Raises `RootGone` before set-up."""
        row = self._connection.execute(select(t.key_root)).one_or_none()
        if row is None:
            raise RootGone("this house has not been set up yet; run `unhear setup` first")
        return CurrentRoot(row.tree_id, row.epoch, row.root_id)

    def set_root(self, root: CurrentRoot) -> None:
        """Point at another root."""
        values = {"tree_id": root.tree_id, "epoch": root.epoch, "root_id": root.root_id}
        self._connection.execute(
            upsert(t.key_root)
            .values(one=1, **values)
            .on_conflict_do_update(index_elements=["one"], set_=values)
        )

    def queue_root(self, root_id: bytes) -> None:
        """Remember that this root must be destroyed."""
        self._connection.execute(insert(t.root_queue).values(root_id=root_id))

    def queued_roots(self) -> Collection[bytes]:
        """Answer the roots still to be destroyed."""
        return self._connection.scalars(select(t.root_queue.c.root_id)).all()

    def unqueue_root(self, root_id: bytes) -> None:
        """Forget about a root that is destroyed."""
        self._connection.execute(delete(t.root_queue).where(t.root_queue.c.root_id == root_id))

    def page_with_room(self, household: HouseholdId) -> tuple[int, bytes] | None:
        """Answer a leaf page of the household with a free slot: its index and bitmap."""
        row = self._connection.execute(
            select(t.leaf_page.c.page_index, t.leaf_page.c.used)
            .where(t.leaf_page.c.household == household, t.leaf_page.c.free > 0)
            .limit(1)
        ).one_or_none()
        return None if row is None else (row.page_index, row.used)

    def next_leaf_page(self) -> int:
        """Answer the lowest page index never given to a household."""
        highest = self._connection.scalar(select(func.max(t.leaf_page.c.page_index)))
        return 0 if highest is None else highest + 1

    def leaf_page(self, page_index: int) -> tuple[HouseholdId, bytes]:
        """Answer whose a leaf page is, and its bitmap of slots in use."""
        row = self._connection.execute(
            select(t.leaf_page.c.household, t.leaf_page.c.used).where(
                t.leaf_page.c.page_index == page_index
            )
        ).one()
        return HouseholdId(row.household), row.used

    def set_leaf_page(self, page_index: int, household: HouseholdId, used: bytes) -> None:
        """Say whose a leaf page is and which of its slots are in use."""
        free = FAN_OUT - int.from_bytes(used, "little").bit_count()
        values = {"household": household, "used": used, "free": free}
        self._connection.execute(
            upsert(t.leaf_page)
            .values(page_index=page_index, **values)
            .on_conflict_do_update(index_elements=["page_index"], set_=values)
        )
