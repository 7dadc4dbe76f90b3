"""The key tree's rows: pages, roots, and whose each leaf page is."""

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select

from unhear.forget.errors import RootGone
from unhear.forget.keytree import DEPTH, FAN_OUT, PagePlace, SealedPage
from unhear.forget.roots import CurrentRoot
from unhear.household.words import HouseholdId
from unhear.stores import tables as t
from unhear.stores.rows import Rows
from unhear.stores.upserts import upsert

T = TypeVar("T", int, PagePlace)

PAGES_PER_QUERY_MAX = 500
"""Bounds the size of one SQL statement."""

PAGE, LEAF_PAGE, QUEUE = t.key_page.c, t.leaf_page.c, t.root_queue.c
# A level at a time: of pairs SQLite would make a list, and go through all pages with it.
SELECT_PAGES = select(PAGE.level, PAGE.page_index, PAGE.epoch, PAGE.sealed).where(
    or_(
        *(
            and_(PAGE.level == level, PAGE.page_index.in_(bindparam(f"at{level}", expanding=True)))
            for level in range(DEPTH)
        )
    )
)
UPSERT_PAGE = upsert(t.key_page)
SELECT_ROOT = select(t.key_root)
UPSERT_ROOT = upsert(t.key_root)
SELECT_QUEUE = select(QUEUE.root_id, QUEUE.due_day)
DELETE_QUEUED = delete(t.root_queue).where(QUEUE.root_id == bindparam("root"))
SELECT_ROOM = (
    select(LEAF_PAGE.page_index, LEAF_PAGE.used)
    .where(LEAF_PAGE.household == bindparam("ours"), LEAF_PAGE.free > 0)
    .limit(1)
)
SELECT_LAST_LEAF_PAGE = select(func.max(LEAF_PAGE.page_index))
SELECT_LEAF_PAGES = select(LEAF_PAGE.page_index, LEAF_PAGE.used).where(
    LEAF_PAGE.household == bindparam("ours"),
    LEAF_PAGE.page_index.in_(bindparam("places", expanding=True)),
)
UPSERT_LEAF_PAGE = upsert(t.leaf_page)


class KeyringRows(Rows):
    """The key tree's pages and roots, and whose each leaf page is."""

    def read_pages(self, places: Collection[PagePlace]) -> Mapping[PagePlace, SealedPage]:
        """Answer these pages; one never written is left out."""
        return {
            (row.level, row.page_index): SealedPage(row.epoch, row.sealed)
            for some in _parts(places)
            for row in self._connection.execute(SELECT_PAGES, _by_level(some))
        }

    def write_pages(self, pages: Mapping[PagePlace, SealedPage]) -> None:
        """Put these pages in place of what was there."""
        rows = [
            {"level": level, "page_index": index, "epoch": page.epoch, "sealed": page.sealed}
            for (level, index), page in pages.items()
        ]
        self._connection.execute(UPSERT_PAGE, rows)

    def current_root(self) -> CurrentRoot:
        """Answer the root the pages open under, read once. Raises `RootGone` before set-up."""
        if self._root is None:
            row = self._connection.execute(SELECT_ROOT).one_or_none()
            if row is None:
                raise RootGone("this house has not been set up yet; run `unhear setup` first")
            self._root = CurrentRoot(row.tree_id, row.epoch, row.root_id)
        return self._root

    def set_root(self, root: CurrentRoot) -> None:
        """Point at another root."""
        values = {"tree_id": root.tree_id, "epoch": root.epoch, "root_id": root.root_id}
        self._connection.execute(UPSERT_ROOT, {"one": 1, **values})
        self._root = root

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

    def leaf_pages(self, household: HouseholdId, indexes: Collection[int]) -> Mapping[int, bytes]:
        """Answer the bitmap of slots in use of each of these leaf pages of the household."""
        return {
            row.page_index: row.used
            for some in _parts(indexes)
            for row in self._connection.execute(
                SELECT_LEAF_PAGES, {"ours": household, "places": some}
            )
        }

    def set_leaf_pages(self, household: HouseholdId, pages: Mapping[int, bytes]) -> None:
        """Say that these leaf pages are the household's, and which of their slots are in use."""
        rows = [
            {
                "page_index": index,
                "household": household,
                "used": used,
                "free": FAN_OUT - int.from_bytes(used, "little").bit_count(),
            }
            for index, used in pages.items()
        ]
        self._connection.execute(UPSERT_LEAF_PAGE, rows)


def _by_level(places: Collection[PagePlace]) -> dict[str, list[int]]:
    return {f"at{level}": [index for at, index in places if at == level] for level in range(DEPTH)}


def _parts(places: Collection[T]) -> Iterator[list[T]]:
    wanted = sorted(places)
    for start in range(0, len(wanted), PAGES_PER_QUERY_MAX):
        yield wanted[start : start + PAGES_PER_QUERY_MAX]
