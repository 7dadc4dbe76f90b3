"""No erased key is reachable, whatever old versions a thief has; every other key stays."""

import random
from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forget.thief import RememberingPages, reachable_keys
from unhear.clock import random_bytes
from unhear.forget.errors import KeyPageDamaged, TreeFull
from unhear.forget.keytree import (
    DEPTH,
    FAN_OUT,
    KEY_BYTES,
    LEAF_PAGES_MAX,
    KeyTree,
    SealedPage,
)

TREE_ID = bytes(16)


class KeepsPageKeys(KeyTree):
    """A planted bug: pages below the top are rewritten under the key they had."""

    def _new_page_key(self, level: int, index: int, new_root: bytes) -> bytes:
        return new_root if level == DEPTH - 1 else self._page_key(level, index)


class OverwritesPlainly(KeyTree):
    """A planted bug: the slot is overwritten in its page and nothing above it changes."""

    def erase(self, slots: Collection[int], new_root: bytes) -> None:  # noqa: ARG002 - the bug
        for slot in slots:
            page = bytearray(self._open(0, slot // FAN_OUT))
            start = slot % FAN_OUT * KEY_BYTES
            page[start : start + KEY_BYTES] = random_bytes(KEY_BYTES)
            key = self._page_key(0, slot // FAN_OUT)
            self._opened.clear()
            sealed = self._sealed(0, slot // FAN_OUT, bytes(page), key)
            self._pages.write_pages({(0, slot // FAN_OUT): sealed})


def _life(
    kind: type[KeyTree], seed: int, batches: int
) -> tuple[RememberingPages, dict[int, bytes], dict[int, bytes], bytes]:
    """Live through mixed erasures; answer pages, kept keys, erased keys, today's root."""
    rng = random.Random(seed)  # noqa: S311 - a repeatable life, not a secret
    pages = RememberingPages()
    root = random_bytes(KEY_BYTES)
    tree = kind(tree_id=TREE_ID, epoch=0, root=root, pages=pages)
    leaf_pages = rng.sample(range(LEAF_PAGES_MAX), 4)
    for index in leaf_pages:
        tree.add_leaf_page(index)
    slots = [index * FAN_OUT + rng.randrange(FAN_OUT) for index in leaf_pages for _ in range(30)]
    kept = {slot: tree.key(slot) for slot in slots}
    erased: dict[int, bytes] = {}
    for epoch in range(batches):
        tree = kind(tree_id=TREE_ID, epoch=epoch, root=root, pages=pages)
        batch = rng.sample(sorted(kept), rng.randint(1, 5))
        new_root = random_bytes(KEY_BYTES)
        tree.erase(batch, new_root)
        root = root if kind is OverwritesPlainly else new_root
        erased.update({slot: kept.pop(slot) for slot in batch})
    return pages, kept, erased, root


@pytest.mark.parametrize("seed", range(3))
def test_a_thief_with_every_version_reaches_no_erased_key_and_every_kept_one(seed: int) -> None:
    pages, kept, erased, root = _life(KeyTree, seed, batches=12)
    found = reachable_keys(TREE_ID, pages.ever, [root])
    assert [slot for slot, key in erased.items() if key in found[slot]] == []
    assert [slot for slot, key in kept.items() if key not in found[slot]] == []


@pytest.mark.parametrize("bug", [KeepsPageKeys, OverwritesPlainly])
def test_the_thief_finds_planted_bugs(bug: type[KeyTree]) -> None:
    pages, _kept, erased, root = _life(bug, seed=1, batches=12)
    found = reachable_keys(TREE_ID, pages.ever, [root])
    assert all(key in found[slot] for slot, key in erased.items())


def test_every_page_key_seals_one_message_only() -> None:
    class Watching(KeyTree):
        def _sealed(self, level: int, index: int, page: bytes, key: bytes) -> SealedPage:
            used.append(key)
            return super()._sealed(level, index, page, key)

    used: list[bytes] = []
    _life(Watching, seed=2, batches=8)
    assert len(used) == len(set(used)) > 30


@given(st.lists(st.integers(0, 4 * FAN_OUT - 1), min_size=1, max_size=8, unique=True))
@settings(max_examples=20, deadline=None)
def test_erasing_changes_exactly_the_slots_named(slots: list[int]) -> None:
    pages = RememberingPages()
    tree = KeyTree(tree_id=TREE_ID, epoch=0, root=bytes(32), pages=pages)
    for index in range(4):
        tree.add_leaf_page(index)
    before = [tree.key(slot) for slot in range(4 * FAN_OUT)]
    new_root = random_bytes(KEY_BYTES)
    tree.erase(slots, new_root)
    again = KeyTree(tree_id=TREE_ID, epoch=1, root=new_root, pages=pages)
    changed = [slot for slot in range(4 * FAN_OUT) if again.key(slot) != before[slot]]
    assert changed == sorted(slots)
    assert tree.key(slots[0]) == again.key(slots[0])


def test_a_page_moved_rolled_back_or_changed_does_not_open() -> None:
    pages = RememberingPages()
    tree = KeyTree(tree_id=TREE_ID, epoch=0, root=bytes(32), pages=pages)
    tree.add_leaf_page(0)
    tree.add_leaf_page(1)
    old = pages.now[0, 0]
    root = random_bytes(KEY_BYTES)
    tree.erase([3], root)
    newer = pages.now[0, 0]
    flipped = newer.sealed[:-1] + bytes([newer.sealed[-1] ^ 1])
    for wrong in (old, pages.now[0, 1], SealedPage(0, newer.sealed), SealedPage(1, flipped)):
        pages.now[0, 0] = wrong
        with pytest.raises(KeyPageDamaged):
            KeyTree(tree_id=TREE_ID, epoch=1, root=root, pages=pages).key(3)


def test_a_full_tree_says_so() -> None:
    tree = KeyTree(tree_id=TREE_ID, epoch=0, root=bytes(32), pages=RememberingPages())
    with pytest.raises(TreeFull):
        tree.add_leaf_page(LEAF_PAGES_MAX)
