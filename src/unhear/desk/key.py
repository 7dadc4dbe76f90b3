"""The key with which a desk signs what it asks of homes (Ed25519, RFC 8032)."""

from base64 import b64encode
from pathlib import Path

import tomlkit
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from unhear.prove.notes import KeyKind
from unhear.stores.key_files import make_key_file, read_key_file

KEY_FILE = "desk.key"
NAME = "unhear.desk"


def open_key(folder: Path) -> Ed25519PrivateKey:
    """Answer the desk's key, made where there is none yet. Raises `StoreError`."""
    path = folder / KEY_FILE
    if not path.exists():
        return make_key_file(path, NAME, KeyKind.ED25519).private
    return read_key_file(path, KeyKind.ED25519).private


def public_text(key: Ed25519PrivateKey) -> str:
    """Answer the public half as homes' settings have it: base64."""
    return b64encode(key.public_key().public_bytes_raw()).decode()


def home_lines(origin: str, key: Ed25519PrivateKey, name: str) -> str:
    """Answer the lines that a home's settings need to take requests from this desk."""
    table = {"desk": origin, "key": public_text(key), "name": name}
    return tomlkit.dumps({"staff": table}).strip()
