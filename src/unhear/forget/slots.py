"""Which slots of the key tree are in use, and by which household."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Protocol

from unhear.forget.keytree import FAN_OUT, KeyTree
from unhear.household.words import HouseholdId

NONE_USED = bytes(FAN_OUT // 8)


class SlotTransaction(Protocol):
    """What one database transaction knows of slots. A leaf page belongs to one household."""

    def page_with_room(self, household: HouseholdId) -> tuple[int, bytes] | None:
        """Answer a leaf page of the household with a free slot: its index and bitmap (15 bytes)."""

    def next_leaf_page(self) -> int:
        """Answer the lowest page index never given to a household."""

    def leaf_pages(self, household: HouseholdId, indexes: Collection[int]) -> Mapping[int, bytes]:
        """Answer the bitmap of slots in use of each of these leaf pages of the household."""

    def set_leaf_pages(self, household: HouseholdId, pages: Mapping[int, bytes]) -> None:
        """Say that these leaf pages are the household's, and which of their slots are in use."""


def take_slot(transaction: SlotTransaction, tree: KeyTree, household: HouseholdId) -> int:
    """Take a free slot for the household into use; its key is there already.

    Raises `TreeFull`.
    """
    found = transaction.page_with_room(household)
    if found is None:
        page_index, used = transaction.next_leaf_page(), NONE_USED
        tree.add_leaf_page(page_index)
    else:
        page_index, used = found
    bits = int.from_bytes(used, "little")
    offset = (~bits & (bits + 1)).bit_length() - 1
    transaction.set_leaf_pages(household, {page_index: _bitmap(bits | 1 << offset)})
    return page_index * FAN_OUT + offset


def free_slots(
    transaction: SlotTransaction, household: HouseholdId, slots: Collection[int]
) -> None:
    """Give back slots of a household whose keys were erased in this same transaction."""
    by_page: dict[int, int] = defaultdict(int)
    for slot in slots:
        by_page[slot // FAN_OUT] |= 1 << slot % FAN_OUT
    pages = transaction.leaf_pages(household, by_page)
    transaction.set_leaf_pages(
        household,
        {
            index: _bitmap(int.from_bytes(used, "little") & ~by_page[index])
            for index, used in pages.items()
        },
    )


def _bitmap(bits: int) -> bytes:
    return bits.to_bytes(FAN_OUT // 8, "little")
