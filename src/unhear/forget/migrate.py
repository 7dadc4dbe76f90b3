"""Move the root of the key tree to another keeper, so that a crash at any instant is harmless.

Each step is durable before the next:

1. take the database's write lock, and see that the new keeper holds nothing;
2. write down, outside the database, that the root moves, and where;
3. put what waits for the backup horizon, and a fresh root, into the new keeper;
4. seal the top of the tree under the fresh root, point the database at it, queue the old one;
5. COMMIT; bring the mirror up to date;
6. under the lock again: destroy what the old keeper holds, and write down that the new one is it.

Between 2 and 6 a house is opened with both keepers, and `settle` first: where the new one has the
root that the database points at, the move goes on from 5; otherwise it is undone. What is written
down changes under the write lock only, so that two processes never settle it differently.
"""

from dataclasses import dataclass
from typing import Protocol

from unhear.clock import random_bytes
from unhear.forget.errors import KeeperFailed
from unhear.forget.keytree import KEY_BYTES
from unhear.forget.mirror import Copies
from unhear.forget.roots import (
    ROOT_ID_BYTES,
    CurrentRoot,
    KeyringDatabase,
    KeyringTransaction,
    RootKeeper,
    open_tree,
    parked_id,
)


class MoveRecord(Protocol):
    """Where a house writes down that its root moves from one keeper to another."""

    def is_moving(self) -> bool:
        """Whether this very move, and no other, is written down."""

    def begin(self) -> None:
        """Write down that the root moves; durable."""

    def undo(self) -> None:
        """Write down that it stays with the old keeper; durable."""

    def finish(self) -> None:
        """Write down that the new keeper has it; durable."""


@dataclass(frozen=True, slots=True)
class Move:
    """From which keeper to which, and where it is written down."""

    old: RootKeeper
    new: RootKeeper
    record: MoveRecord


def migrate(
    database: KeyringDatabase, move: Move, copies: Copies, *, today: int, due_day: int
) -> None:
    """Move the root: a fresh one in the new keeper, and nothing left in the old.

    `due_day` is the day from which on the replaced root may be destroyed, as in `erase_keys`;
    until then it waits in the new keeper. Raises `KeeperFailed` and `MirrorAway`: then the move is
    undone, or finished by `settle` once whoever is away is back.
    """
    with database.writing() as transaction:
        if move.new.ids():
            raise KeeperFailed(
                "the new keeper holds root keys already, of this house or another. Give it a "
                "folder, label or index of its own, also where it has a part of the old keeper"
            )
        move.record.begin()
        _rekey(transaction, move, today=today, due_day=due_day)
    settle(database, move, copies)


def settle(database: KeyringDatabase, move: Move, copies: Copies) -> None:
    """Finish or undo a move that is written down; nothing, where it is settled already.

    Raises `KeeperFailed` and `MirrorAway` when that cannot be done now.
    """
    with database.writing() as transaction:
        if not move.record.is_moving():
            return
        current = transaction.current_root().root_id
        if current not in move.new.ids():
            for root_id in move.new.ids():
                move.new.destroy(root_id)
            move.record.undo()
            return
    copies.ship()
    with database.writing() as transaction:
        current = transaction.current_root().root_id
        if not move.record.is_moving() or current not in move.new.ids():
            return
        held = set(move.old.ids())
        if current in held:
            raise KeeperFailed("the old keeper and the new one are the same; nothing is destroyed")
        for root_id in held:
            move.old.destroy(root_id)
        move.record.finish()


def _rekey(transaction: KeyringTransaction, move: Move, *, today: int, due_day: int) -> None:
    tree = open_tree(transaction, move.old)
    replaced = transaction.current_root()
    fresh_id, fresh = random_bytes(ROOT_ID_BYTES), random_bytes(KEY_BYTES)
    waiting = {id_ for id_, due in transaction.queued_roots().items() if due > today}
    if due_day > today:
        waiting.add(replaced.root_id)
    held = set(move.old.ids())
    for root_id in waiting:
        parked = parked_id(root_id)
        for found in {parked, root_id} & held:
            move.new.put(parked, move.old.get(found))
            break
    move.new.put(fresh_id, fresh)
    tree.rekey(fresh)
    transaction.set_root(CurrentRoot(replaced.tree_id, tree.epoch, fresh_id))
    transaction.queue_root(replaced.root_id, due_day)
