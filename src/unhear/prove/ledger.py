"""The append-only ledger: statements in, signed checkpoints and receipts out."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Protocol

from unhear.prove.claims import LogKey
from unhear.prove.errors import LogForked, ProofError, ProofWrong
from unhear.prove.fields import load_json
from unhear.prove.log import LedgerStore, Reading
from unhear.prove.log_keys import FILE as LOG_KEYS_FILE
from unhear.prove.log_keys import bundle, key_named_by
from unhear.prove.merkle import completed_by, inclusion_proof, root
from unhear.prove.notes import Checkpoint, Note, VerifierKey, verify_note
from unhear.prove.opening import AnyOpening
from unhear.prove.proof import TlogProof
from unhear.prove.receipt import Receipt
from unhear.prove.soon import Soon
from unhear.prove.statement import Statement, statement_bytes, statement_of
from unhear.prove.tiles import TILE_WIDTH, partial_paths, tiles
from unhear.prove.witnessing import Watched, Witnesses


class Signing(Protocol):
    """What signs the log's checkpoints."""

    @property
    def name(self) -> str:
        """The log's origin."""

    @property
    def verifier(self) -> VerifierKey:
        """The public half of the key that signs now."""

    def sign(self, text: str) -> Note:
        """Answer `text` signed."""


class Published(Protocol):
    """Where others read the log: files named as C2SP tlog-tiles says."""

    def alone(self) -> AbstractContextManager[None]:
        """Keep every other thread and process from publishing."""

    def read(self, path: str) -> bytes | None:
        """Answer a file's content; None when there is none."""

    def publish(self, path: str, content: bytes) -> None:
        """Put a file in place, whole or not at all."""

    def thin(self, keep: Collection[str]) -> None:
        """Remove partial tiles beside those in `keep`; whole tiles stay."""


class Ledger:
    """One log: appends statements and answers for them."""

    def __init__(
        self, signer: Signing, published: Published, witnesses: Witnesses | None = None
    ) -> None:
        self._signer = signer
        self._published = published
        self.witnesses = witnesses
        self._soon: Soon | None = None

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
        self, store: LedgerStore, index: int, statement: Statement, opening: AnyOpening | None
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

    def keys(self, store: LedgerStore) -> Sequence[VerifierKey]:
        """Answer every key that ever signed for this log, and its present one."""
        handovers = store.handovers()
        if not handovers:
            return (self.key,)
        (leaf,) = store.ledger_leaves(0, 1)
        first = VerifierKey.parse(load_json(leaf, "the first entry of the log")["key"])
        return tuple({first, *map(key_named_by, handovers), self.key})

    def hand_over(self, store: LedgerStore, key: VerifierKey) -> None:
        """Name the key that signs next, inside the caller's transaction; this one signs for it."""
        statement = statement_of(LogKey(str(key)))
        index = self.append(store, statement)
        receipt = self.receipt(store, index, statement, None)
        store.add_handover(index, receipt.to_json().encode())

    def log_keys(self, database: Reading) -> str | None:
        """Answer the file that leads from the log's first key to its present; None with one key."""
        with database.reading() as store:
            return _handovers(store)

    def publish_soon(self, database: Reading) -> None:
        """Publish in the background, and have it witnessed: a receipt is good without.

        So no erasure waits for a disk, or for a witness that is away.
        """

        def work() -> None:
            self.publish(database)
            self.ask_witnesses(database)

        if self._soon is None:
            self._soon = Soon("publish the log", work)
        self._soon.ask()

    def wait(self) -> None:
        """Return when what was to be published soon is published, or has failed."""
        if self._soon is not None:
            self._soon.wait()

    def publish(self, database: Reading, *, mend: bool = False) -> list[str]:
        """Bring the published files up to the database; the checkpoint comes last.

        With `mend`, older files are compared too, and those that differ are put right and answered.
        Raises `ProofWrong` when the database is not whole, before it mends anything by it, and
        `LogForked`, and publishes nothing, when the database is not the history of which a
        checkpoint was published.
        """
        with self._still(database) as store:
            old, new = self._agreed_size(store), store.ledger_size()
            mended = self._mend(store, old) if mend else []
            if old < new:
                for path, content in tiles(store, old, new):
                    self._published.publish(path, content)
                log_keys = _handovers(store)
                if log_keys is not None:
                    self._published.publish(LOG_KEYS_FILE, log_keys.encode())
                self._published.publish("checkpoint", str(self.checkpoint(store)).encode())
                # Whoever read the last checkpoint a moment ago still finds its tiles.
                self._published.thin({*partial_paths(old), *partial_paths(new)})
            return mended

    def ask_witnesses(self, database: Reading, *, again: bool = False) -> Watched:
        """Ask the witnesses to cosign the newest checkpoint, and publish what they answer.

        Those that cosigned it before are asked only with `again`.
        """
        if self.witnesses is None:
            return Watched()
        watched = self.witnesses.ask(self, database, again=again)
        if watched.cosigned is not None:
            with self._published.alone():
                if _text(self._published.read("checkpoint")) == watched.cosigned.text:
                    self._published.publish("checkpoint", str(watched.cosigned).encode())
        return watched

    def sizes(self, store: LedgerStore) -> tuple[int, int]:
        """Answer how many entries the log has, and how many its published checkpoint covers."""
        checkpoint = self._published_checkpoint(store)
        return store.ledger_size(), 0 if checkpoint is None else checkpoint.size

    def renewed(self, store: LedgerStore, receipt: Receipt) -> Receipt:
        """Answer the receipt under the newest checkpoint that enough witnesses cosigned.

        Where there is none, it is answered as it is if the log's present key signed it, and else
        under a checkpoint of this moment.
        """
        note, index = self._cosigned(store), receipt.proof.index
        if note is None or Checkpoint.parse(note.text).size <= index:
            if verify_note(receipt.proof.checkpoint, [self.key]):
                return receipt
            note = self.checkpoint(store)
        hashes = inclusion_proof(index, Checkpoint.parse(note.text).size, store.ledger_node)
        return replace(receipt, proof=TlogProof(index, tuple(hashes), note))

    def _cosigned(self, store: LedgerStore) -> Note | None:
        """Answer the newest checkpoint of this log by its present key that enough cosigned."""
        note = self.witnesses.watched().cosigned if self.witnesses else None
        if self.witnesses is None or note is None or not self.witnesses.enough(note):
            return None
        checkpoint = Checkpoint.parse(note.text)
        if not verify_note(note, [self.key]) or checkpoint.size > store.ledger_size():
            return None
        same = checkpoint.root == root(checkpoint.size, store.ledger_node)
        return note if same else None

    def published(self, database: Reading) -> Checkpoint | None:
        """Answer the published checkpoint; None when there is none that this log signed."""
        with self._still(database) as store:
            return self._published_checkpoint(store)

    def published_size(self, database: Reading) -> int:
        """Answer how many entries are published. Raises `LogForked` like `publish`."""
        with self._still(database) as store:
            return self._agreed_size(store)

    def wrong_files(self, database: Reading) -> list[str]:
        """Answer the published files that are missing or not as the database has them.

        Raises `LogForked` like `publish`, and `ProofWrong` when the database itself is not whole.
        """
        with self._still(database) as store:
            size = self._agreed_size(store)
            _follows_from_leaves(store)
            return [path for path, _ in self._wrong(store, size)]

    @contextmanager
    def _still(self, database: Reading) -> Iterator[LedgerStore]:
        """See the database while nobody publishes.

        The lock comes before the snapshot: else an older state could be published after a newer,
        or be compared with what was published since, and look like a log cut short.
        """
        with self._published.alone(), database.reading() as store:
            yield store

    def _published_checkpoint(self, store: LedgerStore) -> Checkpoint | None:
        content = self._published.read("checkpoint")
        try:
            note = Note.parse((content or b"").decode())
            signed = verify_note(note, self.keys(store))
            return Checkpoint.parse(note.text) if signed else None
        except (ProofError, UnicodeDecodeError):
            return None

    def _agreed_size(self, store: LedgerStore) -> int:
        """Answer how much is published of the log as `store` sees it. Raises `LogForked`."""
        checkpoint, size = self._published_checkpoint(store), store.ledger_size()
        if checkpoint is None:
            return 0
        if checkpoint.size > size:
            raise LogForked(
                f"the log was cut short: {size} of {checkpoint.size} published entries are left"
            )
        if checkpoint.root != root(checkpoint.size, store.ledger_node):
            raise LogForked("the log was changed since its checkpoint was published")
        return checkpoint.size

    def _mend(self, store: LedgerStore, size: int) -> list[str]:
        _follows_from_leaves(store)
        mended = list(self._wrong(store, size))
        for path, content in mended:
            self._published.publish(path, content)
        return [path for path, _ in mended]

    def _wrong(self, store: LedgerStore, size: int) -> Iterator[tuple[str, bytes]]:
        for path, content in tiles(store, 0, size):
            if self._published.read(path) != content:
                yield path, content
        log_keys = _handovers(store)
        if log_keys is not None and self._published.read(LOG_KEYS_FILE) != log_keys.encode():
            yield LOG_KEYS_FILE, log_keys.encode()


def _follows_from_leaves(store: LedgerStore) -> None:
    """Raise `ProofWrong` unless every stored hash follows from the leaves, and none is missing."""
    size = store.ledger_size()
    for first in range(0, size, TILE_WIDTH):
        leaves = store.ledger_leaves(first, min(first + TILE_WIDTH, size))
        whole = len(leaves) == min(TILE_WIDTH, size - first)
        if not whole or not all(
            store.ledger_node(level, place) == value
            for index, leaf in enumerate(leaves, first)
            for level, place, value in completed_by(index, leaf, store.ledger_node)
        ):
            raise ProofWrong(
                "an entry of the log is missing from the database, or does not have its hash: "
                "somebody changed it. Restore a copy; what the log was is in its published files"
            )


def _handovers(store: LedgerStore) -> str | None:
    handovers = [Receipt.from_json(receipt) for receipt in store.handovers()]
    return bundle(handovers) if handovers else None


def _text(content: bytes | None) -> str:
    """Answer the text of a published note; none of one that cannot be read."""
    try:
        return Note.parse((content or b"").decode()).text
    except (ProofError, UnicodeDecodeError):
        return ""
