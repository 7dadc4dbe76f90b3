"""The files that others read the log by (C2SP tlog-tiles)."""

from collections.abc import Iterator

from unhear.prove.log import LedgerStore
from unhear.prove.merkle import HASH_BYTES

TILE_HEIGHT = 8
TILE_WIDTH = 256


def tiles(store: LedgerStore, old: int, new: int) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every tile and entry bundle that growing from `old` changed.

    Paths are relative to the log's own. A partial tile is published under its width; a wider one
    follows under another path.
    """
    level = 0
    while new >> (TILE_HEIGHT * level):
        before, now = old >> TILE_HEIGHT * level, new >> TILE_HEIGHT * level
        for tile in range(before // TILE_WIDTH, -(-now // TILE_WIDTH)):
            first, last = tile * TILE_WIDTH, min((tile + 1) * TILE_WIDTH, now)
            if last <= before:
                continue
            hashes = store.ledger_nodes(TILE_HEIGHT * level, first, last)
            yield tile_path(str(level), tile, last - first), b"".join(hashes)
            if level == 0:
                bundle = b"".join(_entry(leaf) for leaf in store.ledger_leaves(first, last))
                yield tile_path("entries", tile, last - first), bundle
        level += 1


def partial_paths(size: int) -> Iterator[str]:
    """Yield the paths of the partial tiles and bundle of a log of this size."""
    level = 0
    while now := size >> TILE_HEIGHT * level:
        tile, width = divmod(now, TILE_WIDTH)
        if width:
            yield tile_path(str(level), tile, width)
            if level == 0:
                yield tile_path("entries", tile, width)
        level += 1


def tile_path(level: str, index: int, width: int) -> str:
    """Answer where a tile lies: `tile/L/x001/x234/067` and `.p/W` when it is partial."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    path = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{path}{partial}"


def narrowed(level: str, content: bytes, width: int) -> bytes | None:
    """Answer the first `width` hashes or entries of a wider tile or bundle; None if it has fewer.

    What was published for a smaller log is so read from what was published for a larger one.
    """
    end = 0
    for _ in range(width):
        if level == "entries":
            end += 2 + int.from_bytes(content[end : end + 2])
        else:
            end += HASH_BYTES
    return content[:end] if 0 < end <= len(content) else None


def _entry(data: bytes) -> bytes:
    return len(data).to_bytes(2) + data
