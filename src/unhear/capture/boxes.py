"""Boxes of an MP4 file (ISO/IEC 14496-12, section 4.2)."""

import struct
from collections.abc import Iterator

HEADER_BYTES = 8


def box(kind: bytes, *content: bytes) -> bytes:
    """Answer a box of that kind."""
    return struct.pack(">I4s", HEADER_BYTES + sum(map(len, content)), kind) + b"".join(content)


def full_box(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    """Answer a box of that kind with a version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of each box, one behind the other.

    Raises `ValueError` where the bytes are no whole boxes.
    """
    at = 0
    while at < len(data):
        if at + HEADER_BYTES > len(data):
            raise ValueError("a box breaks off in its header")
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < HEADER_BYTES or at + size > len(data):
            raise ValueError(f"a box {kind!r} breaks off")
        yield kind, data[at + HEADER_BYTES : at + size]
        at += size
