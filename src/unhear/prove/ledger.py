"""The append-only ledger: statements in, signed checkpoints and receipts out."""

from contextlib import AbstractContextManager
from threading import Lock
from typing import Protocol

from unhear.prove.log import LedgerStore
from unhear.prove.merkle import completed_by, inclusion_proof, root
from unhear.prove.notes import Checkpoint, Note, Signer, VerifierKey
from unhear.prove.proof import TlogProof
from unhear.prove.receipt import Opening, Receipt
from unhear.prove.statement import Statement, statement_bytes
from unhear.prove.tiles import tiles


class Reading(Protocol):
    """Where the ledger's rows lie."""

    def reading(self) -> AbstractContextManager[LedgerStore]:
        """See one consistent state."""


class Published(Protocol):
    """Where others read the log: files named as C2SP tlog-tiles says."""

    def published_size(self) -> int:
        """Answer the size of the checkpoint that is published; 0 before the first."""

    def publish(self, path: str, content: bytes) -> None:
        """Put a file in place, whole or not at all."""


class Ledger:
    """One log: appends statements and answers for them."""

    def __init__(self, signer: Signer, published: Published) -> None:
        self._signer = signer
        self._published = published
        self._publishing = Lock()

    @property
    def key(self) -> VerifierKey:
        """The log's public key; all that a verifier needs."""
        return self._signer.verifier

    def append(self, store: LedgerStore, statement: Statement) -> int:
        """Add a statement inside the caller's transaction; answer its index.

        Raises `ProofMalformed` for a statement that no verifier would read.
        """
        index = store.ledger_size()
        data = statement_bytes(statement)
        store.append_leaf(index, data, completed_by(index, data, store.ledger_node))
        return index

    def receipt(
        self, store: LedgerStore, index: int, statement: Statement, opening: Opening | None
    ) -> Receipt:
        """Answer the receipt for the statement at `index`, under a checkpoint of this moment."""
        size = store.ledger_size()
        hashes = tuple(inclusion_proof(index, size, store.ledger_node))
        return Receipt(statement, TlogProof(index, hashes, self.checkpoint(store)), opening)

    def checkpoint(self, store: LedgerStore) -> Note:
        """Answer the signed checkpoint of the log as `store` sees it."""
        size = store.ledger_size()
        whole = root(size, store.ledger_node)
        return self._signer.sign(str(Checkpoint(self._signer.name, size, whole)))

    def publish(self, database: Reading) -> None:
        """Bring the published files up to the database; the checkpoint comes last."""
        with self._publishing, database.reading() as store:
            old, new = self._published.published_size(), store.ledger_size()
            if old >= new:
                return
            for path, content in tiles(store, old, new):
                self._published.publish(path, content)
            self._published.publish("checkpoint", str(self.checkpoint(store)).encode())
