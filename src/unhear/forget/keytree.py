"""The key tree: a 32-byte key for everything kept, and a way to destroy some of them.

Keys sit in pages of 120. A page is one AEAD message under a key that sits in a slot of its parent
page; the key of the top page is the *root*, which a `RootKeeper` holds outside the database. Every
page is born full of random keys, so taking a slot into use writes nothing.

Erasing slots replaces them, and the key of every page on their path to the root, with fresh random
bytes. Old versions of those pages stay readable only under keys that no longer exist anywhere.
What must hold (Reardon et al., "Secure Data Deletion from Persistent Media", CCS 2013):

- keys are random and never derived from other keys of the tree;
- a page's key changes whenever something is removed below it;
- no key of the tree is wrapped a second time anywhere;
- a page is bound to its tree, place and epoch, and every page key seals one message only.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from unhear.clock import random_bytes
from unhear.forget.errors import KeyPageDamaged, TreeFull

KEY_BYTES = 32
FAN_OUT = 120
"""Keys in a page: as many as fit, sealed, into one database page of 4,096 bytes."""

DEPTH = 4
"""Levels of pages: 120**4 = 207 million keys in a tree."""

LEAF_PAGES_MAX = FAN_OUT ** (DEPTH - 1)
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class SealedPage:
    """A page as it is stored: the tree's epoch when it was sealed, then nonce and ciphertext."""

    epoch: int
    sealed: bytes


PagePlace = tuple[int, int]
"""Where a page lies in its tree: its level (0 = leaf pages), and its index there."""


class Pages(Protocol):
    """Where the pages of one tree lie; used inside one transaction."""

    def read_pages(self, places: Collection[PagePlace]) -> Mapping[PagePlace, SealedPage]:
        """Answer these pages; one never written is left out."""

    def write_pages(self, pages: Mapping[PagePlace, SealedPage]) -> None:
        """Put these pages in place of what was there."""


class KeyTree:
    """One tree as it stands at `epoch`, opened by its root. For the length of one transaction."""

    def __init__(self, *, tree_id: bytes, epoch: int, root: bytes, pages: Pages) -> None:
        self._tree_id = tree_id
        self._epoch = epoch
        self._root = root
        self._pages = pages
        self._opened: dict[PagePlace, bytearray] = {}
        self._read: dict[PagePlace, SealedPage] = {}

    @property
    def epoch(self) -> int:
        """How many erasures the tree has been through."""
        return self._epoch

    def key(self, slot: int) -> bytes:
        """Answer the 32-byte key in `slot`.

        Raises `KeyPageDamaged` when a page on the way does not open or is missing.
        """
        page_index, offset = divmod(slot, FAN_OUT)
        page = self._open(0, page_index)
        return bytes(page[offset * KEY_BYTES : (offset + 1) * KEY_BYTES])

    def add_leaf_page(self, page_index: int) -> None:
        """Make the leaf page `page_index`, and what is missing above it, full of fresh keys.

        Raises `TreeFull` when the tree has no such place.
        """
        if not 0 <= page_index < LEAF_PAGES_MAX:
            raise TreeFull(f"the key tree holds {LEAF_PAGES_MAX} pages and all are taken")
        for level in range(DEPTH - 1, -1, -1):
            index = page_index // FAN_OUT**level
            if not self._pages.read_pages([(level, index)]):
                page = random_bytes(FAN_OUT * KEY_BYTES)
                sealed = self._sealed(level, index, page, self._page_key(level, index))
                self._pages.write_pages({(level, index): sealed})

    def erase(self, slots: Collection[int], new_root: bytes) -> None:
        """Replace the keys in `slots` by fresh ones and re-key their whole path to `new_root`.

        The old keys are gone once the transaction is durable *and* the old root is destroyed.
        """
        if not slots:
            raise ValueError("erase needs at least one slot")
        changes: dict[int, dict[int, bytes]] = defaultdict(dict)
        for slot in slots:
            changes[slot // FAN_OUT][slot % FAN_OUT] = random_bytes(KEY_BYTES)
        self._epoch += 1
        self._read_paths((0, index) for index in changes)
        rewritten: dict[PagePlace, SealedPage] = {}
        opened: dict[PagePlace, bytearray] = {}
        for level in range(DEPTH):
            above: dict[int, dict[int, bytes]] = defaultdict(dict)
            for index, keys in changes.items():
                page = bytearray(self._open(level, index))
                for offset, key in keys.items():
                    page[offset * KEY_BYTES : (offset + 1) * KEY_BYTES] = key
                page_key = self._new_page_key(level, index, new_root)
                above[index // FAN_OUT][index % FAN_OUT] = page_key
                rewritten[level, index] = self._sealed(level, index, bytes(page), page_key)
                opened[level, index] = page
            changes = above
        self._pages.write_pages(rewritten)
        self._root = new_root
        self._opened |= opened

    def rekey(self, new_root: bytes) -> None:
        """Seal the top page under `new_root`; every key stays what it is.

        The old root opens nothing of now once the transaction is durable and it is destroyed.
        """
        top = DEPTH - 1
        page = bytes(self._open(top, 0))
        self._epoch += 1
        self._pages.write_pages({(top, 0): self._sealed(top, 0, page, new_root)})
        self._root = new_root

    def _read_paths(self, places: Iterable[PagePlace]) -> None:
        """Read every page from these to the top that was not read yet, all at once."""
        wanted = {
            (above, index // FAN_OUT ** (above - level))
            for level, index in places
            for above in range(level, DEPTH)
        }
        self._read |= self._pages.read_pages(wanted - self._opened.keys() - self._read.keys())

    def _new_page_key(self, level: int, _index: int, new_root: bytes) -> bytes:
        """Answer the key a page gets when something below it is removed: never the one it had."""
        return new_root if level == DEPTH - 1 else random_bytes(KEY_BYTES)

    def _page_key(self, level: int, index: int) -> bytes:
        if level == DEPTH - 1:
            return self._root
        parent = self._open(level + 1, index // FAN_OUT)
        offset = index % FAN_OUT * KEY_BYTES
        return bytes(parent[offset : offset + KEY_BYTES])

    def _open(self, level: int, index: int) -> bytearray:
        if (page := self._opened.get((level, index))) is not None:
            return page
        self._read_paths([(level, index)])
        stored = self._read.pop((level, index), None)
        if stored is None:
            raise KeyPageDamaged(f"key page {level}/{index} is missing; restore the newest keyring")
        key = self._page_key(level, index)
        nonce, sealed = stored.sealed[:NONCE_BYTES], stored.sealed[NONCE_BYTES:]
        try:
            opened = ChaCha20Poly1305(key).decrypt(
                nonce, sealed, self._place(level, index, stored.epoch)
            )
        except (InvalidTag, ValueError):
            raise KeyPageDamaged(
                f"key page {level}/{index} does not open; restore the newest keyring"
            ) from None
        page = self._opened[level, index] = bytearray(opened)
        return page

    def _sealed(self, level: int, index: int, page: bytes, key: bytes) -> SealedPage:
        nonce = random_bytes(NONCE_BYTES)
        sealed = ChaCha20Poly1305(key).encrypt(nonce, page, self._place(level, index, self._epoch))
        return SealedPage(self._epoch, nonce + sealed)

    def _place(self, level: int, index: int, epoch: int) -> bytes:
        numbers = level.to_bytes(1) + index.to_bytes(4) + epoch.to_bytes(8)
        return b"unhear/key-page/v1" + self._tree_id + numbers
