"""A thief who has every version of everything, and computes all that follows from it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from unhear.forget.keytree import DEPTH, FAN_OUT, KEY_BYTES, NONCE_BYTES, PagePlace, SealedPage


@dataclass
class RememberingPages:
    """Pages in memory that also remember every version ever written, as backups do."""

    now: dict[tuple[int, int], SealedPage] = field(default_factory=dict)
    ever: list[tuple[int, int, SealedPage]] = field(default_factory=list)

    def read_pages(self, places: Collection[PagePlace]) -> Mapping[PagePlace, SealedPage]:
        return {place: self.now[place] for place in places if place in self.now}

    def write_pages(self, pages: Mapping[PagePlace, SealedPage]) -> None:
        for (level, index), page in pages.items():
            self.now[level, index] = page
            self.ever.append((level, index, page))


def reachable_keys(
    tree_id: bytes, versions: list[tuple[int, int, SealedPage]], roots: list[bytes]
) -> dict[int, set[bytes]]:
    """Answer every recording key, by slot, that `roots` reach through any mix of page versions.

    Written against the page format, not with the tree's own code.
    """
    by_place: dict[tuple[int, int], list[SealedPage]] = {}
    for level, index, page in versions:
        by_place.setdefault((level, index), []).append(page)
    found: dict[int, set[bytes]] = {}
    seen: set[tuple[int, int, bytes]] = set()
    todo = [(DEPTH - 1, 0, root) for root in roots]
    while todo:
        level, index, key = todo.pop()
        if (level, index, key) in seen:
            continue
        seen.add((level, index, key))
        for page in by_place.get((level, index), []):
            opened = _open(tree_id, level, index, key, page)
            for offset in range(FAN_OUT if opened else 0):
                child = opened[offset * KEY_BYTES : (offset + 1) * KEY_BYTES]
                place = index * FAN_OUT + offset
                if level == 0:
                    found.setdefault(place, set()).add(child)
                elif (level - 1, place) in by_place:
                    todo.append((level - 1, place, child))
    return found


def _open(tree_id: bytes, level: int, index: int, key: bytes, page: SealedPage) -> bytes:
    place = (
        b"unhear/key-page/v1"
        + tree_id
        + level.to_bytes(1)
        + index.to_bytes(4)
        + page.epoch.to_bytes(8)
    )
    nonce, sealed = page.sealed[:NONCE_BYTES], page.sealed[NONCE_BYTES:]
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed, place)
    except InvalidTag:
        return b""
