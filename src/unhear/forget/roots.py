"""Who holds the root of the key tree, and the order in which a root is replaced.

The order is what makes a crash at any instant harmless; each step is durable before the next:

1. take the database's write lock;
2. read the current root's id *inside* it;
3. `keeper.put(new)`;
4. rewrite the path, point the database at the new root, queue the old one for destruction;
5. COMMIT;
6. `keeper.destroy(old)`; the next transaction takes it off the queue.

Within a backup horizon the old root is *parked* at step 6: held under another id. An older copy
of the database names the first id, and so does not open by itself: only together with a newer one,
which knows what was forgotten since.

Making the new root before the lock, or destroying "all others", can lose everything when two
processes erase at once. `recover` runs under the same lock.
"""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from unhear.clock import random_bytes
from unhear.forget.errors import RootGone
from unhear.forget.keytree import KEY_BYTES, KeyTree, Pages
from unhear.signals.giving import timed
from unhear.signals.words import Work

ROOT_ID_BYTES = 16

NOTHING_DUE = -1
"""A day before all days: no replaced root may be destroyed or parked on it."""


class RootKeeper(Protocol):
    """Holds root keys outside the database; every call is durable when it returns."""

    @property
    def kind(self) -> str:
        """What kind of keeper this is, as receipts name it."""

    @property
    def grade(self) -> str:
        """What its `destroy` means, in one plain sentence for receipts and people."""

    @property
    def limits(self) -> tuple[str, ...]:
        """What this keeper cannot promise, in plain sentences for receipts and people."""

    def put(self, root_id: bytes, root: bytes) -> None:
        """Hold `root` (32 bytes) under `root_id` (16 bytes). Raises `KeeperFailed`."""

    def get(self, root_id: bytes) -> bytes:
        """Answer the root of that id. Raises `RootGone` where it is not held."""

    def destroy(self, root_id: bytes) -> None:
        """Destroy the root of that id; one that is not held is destroyed already."""

    def ids(self) -> Collection[bytes]:
        """Answer the ids of all roots held."""


@dataclass(frozen=True, slots=True)
class CurrentRoot:
    """The tree the database holds, its epoch, and the id of the root that opens it."""

    tree_id: bytes
    epoch: int
    root_id: bytes


class KeyringTransaction(Pages, Protocol):
    """What one database transaction knows of the key tree."""

    def current_root(self) -> CurrentRoot:
        """Answer the root the pages of this transaction open under."""

    def set_root(self, root: CurrentRoot) -> None:
        """Point at another root."""

    def queue_root(self, root_id: bytes, due_day: int) -> None:
        """Remember that this root must be destroyed, from `due_day` (since 1970-01-01) on."""

    def queued_roots(self) -> Mapping[bytes, int]:
        """Answer the roots still to be destroyed, each with the day from which on."""

    def unqueue_root(self, root_id: bytes) -> None:
        """Forget about a root that is destroyed."""


class KeyringDatabase(Protocol):
    """Where the pages of the tree lie."""

    def writing(self) -> AbstractContextManager[KeyringTransaction]:
        """Take the write lock; durable when the block ends, undone when it raises."""


def open_tree(transaction: KeyringTransaction, keeper: RootKeeper) -> KeyTree:
    """Answer the tree as `transaction` sees it. Raises `RootGone`."""
    current = transaction.current_root()
    try:
        root = keeper.get(current.root_id)
    except RootGone as error:
        raise RootGone(
            f"{error}. If the root key was moved to another keeper meanwhile, start this again"
        ) from None
    return KeyTree(tree_id=current.tree_id, epoch=current.epoch, root=root, pages=transaction)


def open_parked(transaction: KeyringTransaction, keeper: RootKeeper) -> KeyTree:
    """Answer the tree of an older copy of the database, within the backup horizon.

    Only for who knows from a newer copy what was forgotten since, and carries it out. Raises
    `RootGone`.
    """
    current = transaction.current_root()
    held = {current.root_id, parked_id(current.root_id)} & set(keeper.ids())
    if not held:
        raise RootGone(f"the root key {current.root_id.hex()} is not held, and not parked either")
    root = keeper.get(held.pop())
    return KeyTree(tree_id=current.tree_id, epoch=current.epoch, root=root, pages=transaction)


def plant(transaction: KeyringTransaction, keeper: RootKeeper) -> None:
    """Begin a new, empty tree."""
    root_id = random_bytes(ROOT_ID_BYTES)
    keeper.put(root_id, random_bytes(KEY_BYTES))
    transaction.set_root(CurrentRoot(random_bytes(16), 0, root_id))


def erase_keys(
    transaction: KeyringTransaction,
    keeper: RootKeeper,
    tree: KeyTree,
    slots: Collection[int],
    *,
    due_day: int = 0,
) -> CurrentRoot:
    """Do steps 2 to 4 of the order for `slots` and answer the root that was replaced.

    `tree` is the transaction's own, and opens under the new root afterwards; the erased slots hold
    fresh keys. The caller holds the write lock, commits, and then has the keeper destroy the
    replaced root, not before `due_day`.
    """
    old = transaction.current_root()
    new_id, new_root = random_bytes(ROOT_ID_BYTES), random_bytes(KEY_BYTES)
    with timed(Work.ROOT_PUT):
        keeper.put(new_id, new_root)
    tree.erase(slots, new_root)
    transaction.set_root(CurrentRoot(old.tree_id, tree.epoch, new_id))
    transaction.queue_root(old.root_id, due_day)
    return old


def parked_id(root_id: bytes) -> bytes:
    """Answer the id under which a replaced root waits for the backup horizon."""
    return sha256(b"unhear/parked/v1" + root_id).digest()[:ROOT_ID_BYTES]


def waiting_ids(queued: Mapping[bytes, int], today: int) -> set[bytes]:
    """Answer the ids of those queued roots that a keeper may hold parked `today`."""
    return {parked_id(root_id) for root_id, due_day in queued.items() if due_day > today}


def let_go(keeper: RootKeeper, queued: Mapping[bytes, int], today: int) -> None:
    """Destroy the queued roots that are due, and park the others. Raises `KeeperFailed`."""
    if parking := {root_id for root_id, due_day in queued.items() if due_day > today}:
        held = set(keeper.ids())
        for root_id in parking & held:
            if parked_id(root_id) not in held:
                keeper.put(parked_id(root_id), keeper.get(root_id))
            keeper.destroy(root_id)
    for root_id in queued.keys() - parking:
        with timed(Work.ROOT_DESTROY):
            keeper.destroy(root_id)
        if queued[root_id]:
            keeper.destroy(parked_id(root_id))


def recover(database: KeyringDatabase, keeper: RootKeeper, *, today: int) -> None:
    """Destroy what an erasure left behind, crashed or done, and what is due by `today`.

    Queued roots that are not due are parked; on `NOTHING_DUE` all stay as they are. Runs under the
    write lock, so that a root another process has just put is never taken for a leftover. Raises
    `RootGone` when the keeper lacks the current root.
    """
    with database.writing() as transaction:
        current = transaction.current_root().root_id
        held = set(keeper.ids())
        if current not in held:
            raise RootGone(
                "the root key of this house is not in its keeper; without it nothing kept opens. "
                "Bring back the newest root folder or share"
            )
        queued = transaction.queued_roots()
        if today == NOTHING_DUE:
            needed = {current, *queued, *waiting_ids(queued, today)}
        else:
            let_go(keeper, queued, today)
            needed = {current, *waiting_ids(queued, today)}
            for root_id, due_day in queued.items():
                if due_day <= today:
                    transaction.unqueue_root(root_id)
        for root_id in held - needed:
            keeper.destroy(root_id)
