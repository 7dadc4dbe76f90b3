"""Bring every row of one database to another, again and again, and look whether all are there.

Each time only what changed since the last is written: so the bulk goes while the house is at work,
and the last time, which keeps writers out, is short. What was written is remembered by a digest a
row (some 200 bytes of memory each).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, bindparam, delete, func, select

from unhear.stores import tables as t
from unhear.stores.errors import StoreDamaged
from unhear.stores.tables import metadata
from unhear.stores.upserts import insert_new, upsert

ROWS_AT_ONCE = 500
DIGEST_BYTES = 16

Told = Callable[[int, int], None]
"""Told how many rows of how many were looked at."""

Digests = Mapping[tuple[Any, ...], bytes]
"""By a row's key."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows a table has, and a SHA-256 over all of them."""

    rows: int
    sha256: str


class RowCopy:
    """What one database has of another's rows."""

    def __init__(self) -> None:
        self._there: dict[str, Digests] = {table.name: {} for table in metadata.sorted_tables}
        self._begun = False

    def bring(self, source: Connection, goal: Connection, told: Told) -> int:
        """Write what differs from the last time, and take out what is gone; answer how many rows.

        The first time, `goal` must be empty.
        """
        seen: dict[str, dict[tuple[Any, ...], bytes]] = {}
        changed: dict[str, list[Row[Any]]] = {}
        all_, done, written = _extent(source), 0, 0
        for table in metadata.sorted_tables:
            there = self._there[table.name]
            seen[table.name], changed[table.name] = {}, []
            for rows in _read(source, table):
                new = [row for row in _digested(table, rows, seen) if there.get(row[0]) != row[1]]
                found = [row for _, _, row in new]
                if self._begun:
                    changed[table.name] += found
                else:
                    _put(goal, table, found)
                written += len(found)
                done += len(rows)
                told(min(done, all_), all_)
        if self._begun:
            written += self._take_out(goal, seen, changed)
            for table in metadata.sorted_tables:
                _put(goal, table, changed[table.name])
        self._there, self._begun = {**seen}, True
        return written

    def check(self, goal: Connection) -> Mapping[str, Counted]:
        """Answer what is in each table. Raises `StoreDamaged` where it is not what was brought."""
        for table in metadata.sorted_tables:
            found: dict[str, dict[tuple[Any, ...], bytes]] = {table.name: {}}
            for rows in _read(goal, table):
                _digested(table, rows, found)
            if found[table.name] != self._there[table.name]:
                raise StoreDamaged(
                    f"the rows of the table {table.name} are not the same at both ends: another "
                    "program wrote to the new database. The house stays where it was; try again"
                )
        return {name: _counted(digests) for name, digests in self._there.items()}

    def _take_out(
        self,
        goal: Connection,
        seen: Mapping[str, Digests],
        changed: Mapping[str, Sequence[Row[Any]]],
    ) -> int:
        """Delete rows that are gone; those of `trace` that changed too, for slots change hands."""
        gone = 0
        for table in reversed(metadata.sorted_tables):
            there = self._there[table.name]
            keys = list(there.keys() - seen[table.name].keys())
            gone += len(keys)
            if table is t.trace:
                keys += [key for row in changed[table.name] if (key := _key(table, row)) in there]
            if keys:
                goal.execute(_delete(table), [_named(table, key) for key in keys])
        return gone


def _extent(source: Connection) -> int:
    return sum(
        source.scalar(select(func.count()).select_from(table)) or 0
        for table in metadata.sorted_tables
    )


def _read(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    wanted = select(table).execution_options(yield_per=ROWS_AT_ONCE)
    yield from connection.execute(wanted).partitions()


def _digested(
    table: Table, rows: Sequence[Row[Any]], seen: dict[str, dict[tuple[Any, ...], bytes]]
) -> list[tuple[tuple[Any, ...], bytes, Row[Any]]]:
    """Answer each row with its key and digest, and remember these."""
    answers = [(_key(table, row), _digest(row), row) for row in rows]
    seen[table.name].update((key, digest) for key, digest, _ in answers)
    return answers


def _key(table: Table, row: Row[Any]) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in table.primary_key)


def _digest(row: Row[Any]) -> bytes:
    hashed = blake2b(digest_size=DIGEST_BYTES)
    for value in row:
        content = value if isinstance(value, bytes) else str(value).encode()
        hashed.update(b"-" if value is None else b"%d:" % len(content))
        hashed.update(content)
    return hashed.digest()


def _put(goal: Connection, table: Table, rows: Sequence[Row[Any]]) -> None:
    if rows:
        names = [column.name for column in table.columns]
        only_key = len(names) == len(table.primary_key)
        goal.execute(
            insert_new(table) if only_key else upsert(table),
            [dict(zip(names, row, strict=True)) for row in rows],
        )


def _delete(table: Table) -> Any:
    keys = [column == bindparam(f"key_{column.name}") for column in table.primary_key]
    return delete(table).where(and_(*keys))


def _named(table: Table, key: tuple[Any, ...]) -> dict[str, Any]:
    names = [f"key_{column.name}" for column in table.primary_key]
    return dict(zip(names, key, strict=True))


def _counted(digests: Digests) -> Counted:
    return Counted(len(digests), sha256(b"".join(sorted(digests.values()))).hexdigest())
