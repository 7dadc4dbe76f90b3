"""Give the copy of a house a root of its own, and look whether the copy is the house."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from unhear.clock import random_bytes
from unhear.forget.keytree import FAN_OUT, KEY_BYTES, KeyTree
from unhear.forget.roots import ROOT_ID_BYTES, CurrentRoot, RootKeeper, open_tree
from unhear.forget.traces import details_of
from unhear.household.words import HouseholdId, TraceId
from unhear.prove.merkle import root
from unhear.stores import tables as t
from unhear.stores.errors import StoreDamaged
from unhear.stores.transaction import Transaction

OPENED_MAX = 1_000
"""How many kept things are opened in the copy: by random ids, so that it is a fair sample."""

AT_ONCE = 0
"""A day that is over: the replaced root is destroyed as soon as it may be, whatever the horizon."""

SELECT_PAGES = select(t.leaf_page.c.page_index)
SELECT_SAMPLE = select(t.trace.c.id).order_by(t.trace.c.id).limit(OPENED_MAX)


@dataclass(frozen=True, slots=True)
class Opened:
    """What was looked at in the copy: pages of keys, kept things, and the log."""

    pages: int
    things: int
    entries: int
    log_root: str


def replant(copy: Connection, keeper: RootKeeper) -> tuple[bytes, bytes]:
    """Seal the copy's tree under a fresh root; answer the id of the old one and of the fresh.

    Every key stays what it is. The old root opens the old database alone, and is queued in the copy
    to be destroyed. The caller holds the old database's write lock, so that nobody takes the fresh
    root for a leftover.
    """
    transaction = Transaction(copy)
    tree = open_tree(transaction, keeper)
    old = transaction.current_root()
    fresh_id, fresh = random_bytes(ROOT_ID_BYTES), random_bytes(KEY_BYTES)
    keeper.put(fresh_id, fresh)
    tree.rekey(fresh)
    transaction.set_root(CurrentRoot(old.tree_id, tree.epoch, fresh_id))
    transaction.queue_root(old.root_id, AT_ONCE)
    return old.root_id, fresh_id


def look(
    original: Connection, copy: Connection, keeper: RootKeeper, household: HouseholdId
) -> Opened:
    """Open every page of keys and a sample of what is kept, and compute the log, at both ends.

    Raises `StoreDamaged` and `ForgetError` where the copy is not the house.
    """
    before, after = Transaction(original), Transaction(copy)
    old, new = open_tree(before, keeper), open_tree(after, keeper)
    pages = [index for (index,) in original.execute(SELECT_PAGES)]
    if any(_keys(old, index) != _keys(new, index) for index in pages):
        raise StoreDamaged(
            "the key tree is not the same at both ends; the house stays where it was"
        )
    sample = [TraceId(trace) for (trace,) in copy.execute(SELECT_SAMPLE)]
    for row in after.traces_by_id(household, sample):
        details_of(new, row)
    size = before.ledger_size()
    log_root = root(size, before.ledger_node)
    if after.ledger_size() != size or root(size, after.ledger_node) != log_root:
        raise StoreDamaged("the log is not the same at both ends; the house stays where it was")
    return Opened(len(pages), len(sample), size, log_root.hex())


def _keys(tree: KeyTree, page: int) -> tuple[bytes, bytes]:
    """Answer the first and the last key of a page, which opens whole or not at all."""
    return tree.key(page * FAN_OUT), tree.key(page * FAN_OUT + FAN_OUT - 1)
