"""Files that hold the private key of a log or a witness: its name and its seed, in one line."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from unhear.clock import random_bytes
from unhear.prove.errors import ProofError
from unhear.prove.notes import KeyKind, Signer
from unhear.stores.errors import StoreDamaged, StoreUnwritable

SEED_BYTES = 32


def make_key_file(path: Path, name: str, kind: KeyKind) -> Signer:
    """Make a key called `name` and its file, durably.

    Raises `StoreUnwritable`, also when there is a file already, and `ProofMalformed` for a name
    that no note could carry.
    """
    signer = _signer(name, random_bytes(SEED_BYTES), kind)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{name} {signer.private.private_bytes_raw().hex()}\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as error:
        raise StoreUnwritable(f"the key {path} cannot be made: {error.strerror}") from None
    return signer


def read_key_file(path: Path, kind: KeyKind) -> Signer:
    """Answer the key in a file. Raises `StoreDamaged` when it is missing or not whole."""
    try:
        name, seed = path.read_text().split()
        return _signer(name, bytes.fromhex(seed), kind)
    except (OSError, ValueError, ProofError):
        raise StoreDamaged(f"the key {path} is missing or damaged; bring back a copy") from None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _signer(name: str, seed: bytes, kind: KeyKind) -> Signer:
    signer = Signer(name, kind, Ed25519PrivateKey.from_private_bytes(seed))
    _ = signer.verifier  # refuses a name that no note could carry
    return signer
