"""Put a database together again from its copy in a target."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from unhear.stores.copies.layout import (
    NEWEST,
    PAGE_BYTES,
    Piece,
    Snapshot,
    chunk_name,
    pages_name,
    piece_from,
    snapshot_name,
)
from unhear.stores.copies.target import Target
from unhear.stores.database import plain_errors
from unhear.stores.errors import CopyDamaged, CopyMissing

Progress = Callable[[int, int], None]


def newest_generation(target: Target) -> str:
    """Answer the generation a target's newest copy belongs to. Raises `CopyMissing`."""
    try:
        return target.get(NEWEST).decode()
    except CopyMissing:
        raise CopyMissing(
            f"{target.place} holds no copy of a house; name the place that `unhear backup` or the "
            "setting `mirror` wrote to"
        ) from None


def pieces_of(target: Target, generation: str) -> int:
    """Answer how many pieces follow a generation's snapshot. Raises `CopyDamaged` for a gap."""
    names = {name for name in target.names(f"database/{generation}") if name.endswith(".pages")}
    if names != {pages_name(generation, number) for number in range(len(names))}:
        raise CopyDamaged(f"a piece of the database is missing in {target.place}")
    return len(names)


def assemble(
    target: Target,
    generation: str,
    pieces: int,
    into: Path,
    progress: Progress = lambda _done, _all: None,
) -> None:
    """Write the database of a generation, with its first `pieces`, to the file `into`.

    Raises `CopyMissing` and `CopyDamaged`; every chunk, every piece and the whole are checked.
    """
    snapshot = Snapshot.from_json(target.get(snapshot_name(generation)))
    with into.open("wb+") as file:
        for digest in snapshot.chunks:
            chunk = target.get(chunk_name(digest))
            if sha256(chunk).hexdigest() != digest:
                raise CopyDamaged("a chunk of the copied database was changed")
            file.write(chunk)
            progress(file.tell(), snapshot.size)
        newest = -1
        for place in range(pieces):
            piece = piece_from(target.get(pages_name(generation, place)))
            if piece.number > newest:  # otherwise one before it was sent again, and says more
                newest = piece.number
                _write(file, piece)
    _check(into)


def copy_database(source: Path, into: Path) -> None:
    """Copy a whole database that survived, with what is still in its log, to the file `into`.

    Raises `CopyMissing`, `CopyDamaged`, and another `StoreError` where it cannot be read.
    """
    if not source.is_file():
        raise CopyMissing(f"there is no database {source}")
    with (
        plain_errors(source),
        closing(sqlite3.connect(source)) as found,
        closing(sqlite3.connect(into)) as copy,
    ):
        found.backup(copy)
    _check(into)


def _write(file: BinaryIO, piece: Piece) -> None:
    for number, content in piece.pages.items():
        file.seek((number - 1) * PAGE_BYTES)
        file.write(content)
    file.truncate(piece.database_pages * PAGE_BYTES)


def _check(database: Path) -> None:
    try:
        with closing(sqlite3.connect(database)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError:
        found = "no database"
    if found != "ok":
        raise CopyDamaged("the copied database does not fit together; try another copy")
