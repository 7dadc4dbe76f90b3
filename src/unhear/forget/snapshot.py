"""Read rows and keys of one moment, also while erasures replace the root."""

from collections.abc import Callable
from typing import TypeVar

from unhear.forget.database import Database, Transaction
from unhear.forget.errors import RootGone
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree

T = TypeVar("T")

TRIES_MAX = 20
"""How often a reader starts again when an erasure replaces the root under it."""


def snapshot(
    database: Database, keeper: RootKeeper, read: Callable[[Transaction, KeyTree], T]
) -> T:
    """Answer what `read` makes of one consistent state of rows and keys.

    An erasure may destroy the root a reader has just looked up; it then starts again with the new
    one. Raises `RootGone` when the root is really missing.
    """
    for _ in range(TRIES_MAX - 1):
        try:
            with database.reading() as transaction:
                return read(transaction, open_tree(transaction, keeper))
        except RootGone:
            continue
    with database.writing() as transaction:
        return read(transaction, open_tree(transaction, keeper))
