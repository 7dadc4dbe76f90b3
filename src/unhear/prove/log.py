"""What the ledger needs of a database."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

LEAF_BYTES_MAX = (1 << 16) - 1
"""Entry bundles tell the length of a leaf in two bytes (C2SP tlog-tiles)."""


class LedgerStore(Protocol):
    """The leaves and complete subtrees of the log; used inside one transaction."""

    def ledger_size(self) -> int:
        """Answer how many leaves there are."""

    def ledger_node(self, level: int, index: int) -> bytes:
        """Answer the hash of a complete subtree of 2**level leaves."""

    def ledger_nodes(self, level: int, first: int, last: int) -> Sequence[bytes]:
        """Answer the hashes of the complete subtrees from `first` to before `last`."""

    def ledger_leaves(self, first: int, last: int) -> Sequence[bytes]:
        """Answer the data of the leaves from `first` to before `last`."""

    def append_leaf(self, index: int, data: bytes, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Add leaf `index` with the subtrees (level, index, hash) that it completes."""

    def handovers(self) -> Sequence[bytes]:
        """Answer the receipts of all changes of the log's key, oldest first."""

    def add_handover(self, index: int, receipt: bytes) -> None:
        """Keep the receipt of leaf `index`, which names a new key."""


class Reading(Protocol):
    """Where the ledger's rows lie."""

    def reading(self) -> AbstractContextManager[LedgerStore]:
        """See one consistent state."""
