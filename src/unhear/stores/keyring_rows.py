"""The key tree's rows: pages, roots, and whose each leaf page is."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from unhear.forget.errors import RootGone
from unhear.forget.keytree import FAN_OUT, SealedPage
from unhear.forget.roots import CurrentRoot
from unhear.household.words import HouseholdId
from unhear.stores import tables as t

PAGE, LEAF_PAGE, QUEUE = t.key_page.c, t.leaf_page.c, t.root_queue.c
SELECT_PAGE = select(PAGE.epoch, PAGE.sealed).where(
    PAGE.level == bindparam("at"), PAGE.page_index == bindparam("place")
)
_NEW_PAGE = upsert(t.key_page)
UPSERT_PAGE = _NEW_PAGE.on_conflict_do_update(
    index_elements=["level", "page_index"],
    set_={name: _NEW_PAGE.excluded[name] for name in ("epoch", "sealed")},
)
SELECT_ROOT = select(t.key_root)
_NEW_ROOT = upsert(t.key_root)
UPSERT_ROOT = _NEW_ROOT.on_conflict_do_update(
    index_elements=["one"],
    set_={name: _NEW_ROOT.excluded[name] for name in ("tree_id", "epoch", "root_id")},
)
SELECT_QUEUE = select(QUEUE.root_id, QUEUE.due_day)
DELETE_QUEUED = delete(t.root_queue).where(QUEUE.root_id == bindparam("root"))
SELECT_ROOM = (
    select(LEAF_PAGE.page_index, LEAF_PAGE.used)
    .where(LEAF_PAGE.household == bindparam("ours"), LEAF_PAGE.free > 0)
    .limit(1)
)
SELECT_LAST_LEAF_PAGE = select(func.max(LEAF_PAGE.page_index))
SELECT_LEAF_PAGE = select(LEAF_PAGE.household, LEAF_PAGE.used).where(
    LEAF_PAGE.page_index == bindparam("place")
)
_NEW_LEAF_PAGE = upsert(t.leaf_page)
UPSERT_LEAF_PAGE = _NEW_LEAF_PAGE.on_conflict_do_update(
    index_elements=["page_index"],
    set_={name: _NEW_LEAF_PAGE.excluded[name] for name in ("household", "used", "free")},
)


class KeyringRows:
    """The key tree's pages and roots, and whose each leaf page is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_page(self, level: int, index: int) -> SealedPage | None:
        """Answer a page, or None before its first write."""
        values = {"at": level, "place": index}
        row = self._connection.execute(SELECT_PAGE, values).one_or_none()
        return None if row is None else SealedPage(row.epoch, row.sealed)

    def write_page(self, level: int, index: int, page: SealedPage) -> None:
        """Put a page in place of what was there."""
        place = {"level": level, "page_index": index}
        self._connection.execute(UPSERT_PAGE, {**place, "epoch": page.epoch, "sealed": page.sealed})

    def current_root(self) -> CurrentRoot:
        """Answer the root the pages open under. Raises `RootGone` before set-up."""
        row = self._connection.execute(SELECT_ROOT).one_or_none()
        if row is None:
            raise RootGone("this house has not been set up yet; run `unhear setup` first")
        return CurrentRoot(row.tree_id, row.epoch, row.root_id)

    def set_root(self, root: CurrentRoot) -> None:
        """Point at another root."""
        values = {"tree_id": root.tree_id, "epoch": root.epoch, "root_id": root.root_id}
        self._connection.execute(UPSERT_ROOT, {"one": 1, **values})

    def queue_root(self, root_id: bytes, due_day: int) -> None:
        """Remember that this root must be destroyed, from `due_day` on."""
        self._connection.execute(insert(t.root_queue), {"root_id": root_id, "due_day": due_day})

    def queued_roots(self) -> Mapping[bytes, int]:
        """Answer the roots still to be destroyed, each with the day from which on."""
        return {row.root_id: row.due_day for row in self._connection.execute(SELECT_QUEUE)}

    def unqueue_root(self, root_id: bytes) -> None:
        """Forget about a root that is destroyed."""
        self._connection.execute(DELETE_QUEUED, {"root": root_id})

    def page_with_room(self, household: HouseholdId) -> tuple[int, bytes] | None:
        """Answer a leaf page of the household with a free slot: its index and bitmap."""
        row = self._connection.execute(SELECT_ROOM, {"ours": household}).one_or_none()
        return None if row is None else (row.page_index, row.used)

    def next_leaf_page(self) -> int:
        """Answer the lowest page index never given to a household."""
        highest = self._connection.scalar(SELECT_LAST_LEAF_PAGE)
        return 0 if highest is None else highest + 1

    def leaf_page(self, page_index: int) -> tuple[HouseholdId, bytes]:
        """Answer whose a leaf page is, and its bitmap of slots in use."""
        row = self._connection.execute(SELECT_LEAF_PAGE, {"place": page_index}).one()
        return HouseholdId(row.household), row.used

    def set_leaf_page(self, page_index: int, household: HouseholdId, used: bytes) -> None:
        """Say whose a leaf page is and which of its slots are in use."""
        free = FAN_OUT - int.from_bytes(used, "little").bit_count()
        values = {"page_index": page_index, "household": household, "used": used, "free": free}
        self._connection.execute(UPSERT_LEAF_PAGE, values)
