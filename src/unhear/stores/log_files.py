"""The ledger's files: the key that signs it, and the tiles and checkpoint that others read."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from unhear.clock import random_bytes
from unhear.prove.errors import ProofError
from unhear.prove.ledger import Ledger
from unhear.prove.notes import Checkpoint, KeyKind, Note, Signer
from unhear.stores.errors import StoreDamaged, StoreUnwritable

SEED_BYTES = 32


class LogFolder:
    """A folder laid out as C2SP tlog-tiles says; serve it over HTTP and it is the log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def published_size(self) -> int:
        """Answer the size in the published checkpoint; 0 before the first or when it is broken."""
        try:
            note = Note.parse((self._folder / "checkpoint").read_text())
            return Checkpoint.parse(note.text).size
        except (FileNotFoundError, UnicodeDecodeError, ProofError):
            return 0

    def publish(self, path: str, content: bytes) -> None:
        """Put a file in place, whole or not at all. Raises `StoreUnwritable`."""
        file = self._folder / path
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_name(f"{file.name}.{os.getpid()}.part")
            part.write_bytes(content)
            part.replace(file)
        except OSError as error:
            raise StoreUnwritable(
                f"the ledger's folder {self._folder} cannot be written to: {error.strerror}"
            ) from None


def make_log_key(key_file: Path, origin: str) -> None:
    """Make the key that signs the log called `origin`."""
    key_file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{origin} {random_bytes(SEED_BYTES).hex()}\n")
        file.flush()
        os.fsync(file.fileno())


def open_ledger(key_file: Path, folder: Path) -> Ledger:
    """Answer the ledger signed by the key in `key_file`. Raises `StoreDamaged`."""
    try:
        origin, seed = key_file.read_text().split()
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    except (OSError, ValueError):
        raise StoreDamaged(
            f"the ledger's key {key_file} is missing or damaged; bring back a copy, receipts "
            "made so far still verify with the public key you hold"
        ) from None
    return Ledger(Signer(origin, KeyKind.ED25519, private), LogFolder(folder))
