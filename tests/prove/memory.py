"""A log in memory, two keys, and statements to put into it."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from unhear.prove.claims import Drill, Erasure, Keeper, Look
from unhear.prove.ledger import Ledger
from unhear.prove.log import LedgerStore
from unhear.prove.notes import Checkpoint, KeyKind, Note, Signer
from unhear.prove.opening import Opening
from unhear.prove.receipt import Receipt
from unhear.prove.statement import (
    Committed,
    Statement,
    commit,
    count_class,
    items_root,
    statement_of,
)


def signer(name: str, kind: KeyKind, seed: bytes) -> Signer:
    return Signer(name, kind, Ed25519PrivateKey.from_private_bytes(seed))


SIGNER = signer("unhear.local/test", KeyKind.ED25519, bytes(32))
WITNESS = signer("witness.example", KeyKind.COSIGNATURE, b"w" * 32)
OTHER_WITNESS = signer("witness.example/2", KeyKind.COSIGNATURE, b"v" * 32)


class MemoryLog:
    """A ledger's rows in memory."""

    def __init__(self) -> None:
        self.leaves: list[bytes] = []
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.receipts: dict[int, bytes] = {}

    @contextmanager
    def reading(self) -> Iterator[LedgerStore]:
        yield self

    def ledger_size(self) -> int:
        return len(self.leaves)

    def ledger_node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def ledger_nodes(self, level: int, first: int, last: int) -> Sequence[bytes]:
        return [self.nodes[level, index] for index in range(first, last)]

    def ledger_leaves(self, first: int, last: int) -> Sequence[bytes]:
        return self.leaves[first:last]

    def append_leaf(self, index: int, data: bytes, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        assert index == len(self.leaves)
        self.leaves.append(data)
        for level, place, value in nodes:
            assert (level, place) not in self.nodes, "a hash was written twice"
            self.nodes[level, place] = value

    def handovers(self) -> Sequence[bytes]:
        return list(self.receipts.values())

    def add_handover(self, index: int, receipt: bytes) -> None:
        self.receipts[index] = receipt


class Files:
    """The published files, in memory; keeps the order in which they came."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.order: list[str] = []

    @contextmanager
    def alone(self) -> Iterator[None]:
        yield

    def read(self, path: str) -> bytes | None:
        return self.content.get(path)

    def thin(self, keep: Collection[str]) -> None:
        for path in [path for path in self.content if ".p/" in path and path not in keep]:
            del self.content[path]

    def checkpoint(self) -> Checkpoint:
        return Checkpoint.parse(Note.parse(self.content["checkpoint"].decode()).text)

    def publish(self, path: str, content: bytes) -> None:
        if path != "checkpoint":
            assert self.content.get(path, content) == content, f"{path} was changed"
        self.content[path] = content
        self.order.append(path)


def salt(number: int) -> bytes:
    return sha256(number.to_bytes(4)).digest()


def thing(number: int) -> bytes:
    """Answer the id of a thing that was kept."""
    return sha256(b"thing %d" % number).digest()[:16]


def erasure(
    items: int, *, salts: int = 0, household: bytes = b"household-pseudo"
) -> tuple[Statement, Opening]:
    """Answer a statement about `items` things and its opening; `salts` numbers the first salt."""
    opening = Opening(
        Committed(household, salt(salts)),
        tuple(Committed(thing(n), salt(salts + n + 1)) for n in range(items)),
    )
    claim = Erasure(
        id=f"{salts:032x}",
        reopens=None,
        subject=commit("subject", opening.subject),
        items_root=items_root(opening.items),
        count=count_class(items),
        scope="recording",
        asked_at="2026-03-14T12:00:00Z",
        done_at="2026-03-14T12:00:00Z",
        epoch_from=4,
        epoch_to=5,
        keeper=Keeper("file", "C: the file is overwritten, synced and removed", ("flash",)),
        roots_destroyed=(commit("root", Committed(thing(500), salt(500))),),
        looked=(Look("payloads", 0),),
        live_gone_at="2026-03-14T12:00:00Z",
        horizon_days=0,
        backups_unreadable_by="2026-03-14T12:00:00Z",
        drill=Drill("2026-03-14T03:00:00Z", "passed"),
        exceptions=("an answer already spoken",),
    )
    return statement_of(claim), opening


def receipt(items: int = 3, before: int = 5) -> Receipt:
    """Answer the receipt of entry `before` of a log that has one entry more after it."""
    log, ledger = MemoryLog(), Ledger(SIGNER, Files())
    for number in range(before):
        ledger.append(log, erasure(1, salts=100 + number)[0])
    statement, opening = erasure(items)
    index = ledger.append(log, statement)
    ledger.append(log, erasure(1, salts=200)[0])
    return ledger.receipt(log, index, statement, opening)
