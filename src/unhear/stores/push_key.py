"""The file of the key that signs to push services that a message is this house's (RFC 8292)."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from unhear.stores.errors import StoreDamaged, StoreUnwritable
from unhear.stores.key_files import sync_folder


def push_key(path: Path) -> EllipticCurvePrivateKey:
    """Answer the key in the file, which is made, durably, where there is none.

    Raises `StoreDamaged` and `StoreUnwritable`.
    """
    if not path.exists():
        _make(path)
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError):
        key = None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise StoreDamaged(
            f"the key {path} is damaged; bring back a copy, or remove it: then browsers are told "
            "nothing until notifications are switched on there anew"
        )
    return key


def public_point(key: EllipticCurvePrivateKey) -> bytes:
    """Answer the public half as browsers take it: an uncompressed point, 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _make(path: Path) -> None:
    """Make the file whole before it has its name."""
    content = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    part = path.with_suffix(".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreUnwritable(f"the key {path} cannot be made: {error.strerror}") from None
