"""The rows of the ledger: its leaves, and the hashes of its complete subtrees."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, false, func, insert, or_, select

from unhear.stores import tables as t
from unhear.stores.errors import StoreDamaged
from unhear.stores.rows import Rows

LEAF, NODE = t.ledger_leaf.c, t.ledger_node.c
SELECT_LAST = select(func.max(LEAF.leaf_index))
SELECT_NODE = select(NODE.hash).where(
    NODE.level == bindparam("at"), NODE.node_index == bindparam("place")
)
SELECT_NODES = (
    select(NODE.hash)
    .where(
        NODE.level == bindparam("at"),
        NODE.node_index >= bindparam("first"),
        NODE.node_index < bindparam("last"),
    )
    .order_by(NODE.node_index)
)
SELECT_LEAVES = (
    select(LEAF.data)
    .where(LEAF.leaf_index >= bindparam("first"), LEAF.leaf_index < bindparam("last"))
    .order_by(LEAF.leaf_index)
)
INSERT_LEAF, INSERT_NODES = insert(t.ledger_leaf), insert(t.ledger_node)
SELECT_HANDOVERS = select(t.log_handover.c.receipt).order_by(t.log_handover.c.leaf_index)
INSERT_HANDOVER = insert(t.log_handover)


class LedgerRows(Rows):
    """The ledger's leaves and the hashes of its complete subtrees."""

    def ledger_size(self) -> int:
        """Answer how many leaves there are."""
        if self._ledger_size is None:
            highest = self._connection.scalar(SELECT_LAST)
            self._ledger_size = 0 if highest is None else highest + 1
        return self._ledger_size

    def ledger_node(self, level: int, index: int) -> bytes:
        """Answer the hash of a complete subtree of 2**level leaves. Raises `StoreDamaged`."""
        if not self._ledger_edge_known:
            self._read_edge()
        found = self._ledger_nodes.get((level, index))
        if found is None:
            found = self._connection.scalar(SELECT_NODE, {"at": level, "place": index})
        if found is None:
            raise StoreDamaged(
                f"the log's hash {level}/{index} is missing from the database: somebody changed "
                "it. Restore a copy; what the log was is in its published files"
            )
        return found

    def _read_edge(self) -> None:
        """Read the last complete subtree of each level: the next leaf and the root need these.

        With what leaves complete that are added since, these are all that any later root needs.
        """
        self._ledger_edge_known = True
        size = self.ledger_size()
        for row in self._connection.execute(_edge(size.bit_length()), _last_of_levels(size)):
            self._ledger_nodes[row.level, row.node_index] = row.hash

    def ledger_nodes(self, level: int, first: int, last: int) -> Sequence[bytes]:
        """Answer the hashes of the complete subtrees from `first` to before `last`."""
        values = {"at": level, "first": first, "last": last}
        return self._connection.scalars(SELECT_NODES, values).all()

    def ledger_leaves(self, first: int, last: int) -> Sequence[bytes]:
        """Answer the data of the leaves from `first` to before `last`."""
        return self._connection.scalars(SELECT_LEAVES, {"first": first, "last": last}).all()

    def append_leaf(self, index: int, data: bytes, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Add leaf `index` with the subtrees (level, index, hash) that it completes."""
        self._connection.execute(INSERT_LEAF, {"leaf_index": index, "data": data})
        self._connection.execute(
            INSERT_NODES,
            [{"level": level, "node_index": place, "hash": value} for level, place, value in nodes],
        )
        self._ledger_size = index + 1
        self._ledger_nodes |= {(level, place): value for level, place, value in nodes}

    def handovers(self) -> Sequence[bytes]:
        """Answer the receipts of all changes of the log's key, oldest first."""
        return self._connection.scalars(SELECT_HANDOVERS).all()

    def add_handover(self, index: int, receipt: bytes) -> None:
        """Keep the receipt of leaf `index`, which names a new key."""
        self._connection.execute(INSERT_HANDOVER, {"leaf_index": index, "receipt": receipt})


@cache
def _edge(levels: int) -> Select[Any]:
    """Answer the statement that looks for one node on each level, each in the index."""
    places = [
        and_(NODE.level == level, NODE.node_index == bindparam(f"of{level}"))
        for level in range(levels)
    ]
    return select(NODE.level, NODE.node_index, NODE.hash).where(or_(false(), *places))


def _last_of_levels(size: int) -> dict[str, int]:
    return {f"of{level}": (size >> level) - 1 for level in range(size.bit_length())}
