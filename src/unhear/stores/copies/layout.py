"""How copies are laid out in a target, and how their pieces are written.

database/newest                      the generation to begin with
database/GENERATION/snapshot.json    the database when it began: hashes of its chunks
database/GENERATION/NUMBER.pages     what was written since, in order
chunks/HH/HASH                       pieces of snapshots, shared between them
payloads/...                         sealed payloads, named as in the house
backups/TIME-ID.json                 what one backup is made of
"""

import json
import struct
from dataclasses import asdict, dataclass
from hashlib import sha256

from unhear.stores.errors import CopyDamaged

NEWEST = "database/newest"
BACKUPS = "backups"
PAYLOADS = "payloads"
HOUSE = "house"
CHUNK_BYTES = 1 << 20
PAGE_BYTES = 4096

_MAGIC = b"unhear-pages/v1\n"
_NUMBER = struct.Struct(">Q")
_PAGE = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole database: its size, the count of commits in it, and the hashes of its chunks.

    `tree` is the id of its key tree, which is no other house's.
    """

    size: int
    number: int
    tree: str
    chunks: list[str]

    def to_json(self) -> bytes:
        """Answer it as it is stored."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Snapshot":
        """Read it. Raises `CopyDamaged`."""
        try:
            return cls(**json.loads(content))
        except (ValueError, TypeError):
            raise CopyDamaged("a snapshot's list of chunks is damaged") from None


@dataclass(frozen=True, slots=True)
class Piece:
    """Pages that were written, by number from 1, up to the commit of a count.

    `database_pages` is how many pages the database has afterwards.
    """

    number: int
    database_pages: int
    pages: dict[int, bytes]


def snapshot_name(generation: str) -> str:
    """Answer where a generation's snapshot is listed."""
    return f"database/{generation}/snapshot.json"


def pages_name(generation: str, number: int) -> str:
    """Answer where the piece of that number, from 0, lies."""
    return f"database/{generation}/{number:08d}.pages"


def chunk_name(digest: str) -> str:
    """Answer where a chunk of this SHA-256 lies."""
    return f"chunks/{digest[:2]}/{digest}"


def piece_bytes(piece: Piece) -> bytes:
    """Answer a piece as it is stored, ending with its SHA-256."""
    parts = [_MAGIC, _NUMBER.pack(piece.number), _PAGE.pack(piece.database_pages)]
    for number, content in piece.pages.items():
        parts += [_PAGE.pack(number), content]
    body = b"".join(parts)
    return body + sha256(body).digest()


def piece_from(content: bytes) -> Piece:
    """Read a piece. Raises `CopyDamaged` if it was changed."""
    body, digest = content[:-32], content[-32:]
    first, size = len(_MAGIC) + _NUMBER.size + _PAGE.size, _PAGE.size + PAGE_BYTES
    whole = len(body) >= first and (len(body) - first) % size == 0
    if sha256(body).digest() != digest or not body.startswith(_MAGIC) or not whole:
        raise CopyDamaged("a piece of the copied database was changed or cut short")
    (number,) = _NUMBER.unpack_from(body, len(_MAGIC))
    (database_pages,) = _PAGE.unpack_from(body, len(_MAGIC) + _NUMBER.size)
    pages = {
        _PAGE.unpack_from(body, start)[0]: body[start + _PAGE.size : start + size]
        for start in range(first, len(body), size)
    }
    return Piece(number, database_pages, pages)
