"""age v1 files (C2SP age.md) for X25519 recipients, with headers that can be taken off.

A file is its header and its payload, one after the other. `seal` answers the two apart; put
together again they are a standard `.age` file. Armor, passphrases and plugins are left to age.
"""

from unhear.keep.age.errors import (
    AgeError,
    HeaderDamaged,
    KeyMistyped,
    NoRecipients,
    NotForThisIdentity,
    PayloadDamaged,
)
from unhear.keep.age.files import (
    decrypt,
    decrypt_stream,
    encrypt,
    encrypt_stream,
    open_payload,
    rewrap,
    seal,
    seal_stream,
    split,
)
from unhear.keep.age.payload import PayloadReader, ReadAt, plaintext_length
from unhear.keep.age.x25519 import Identity, Recipient

__all__ = [
    "AgeError",
    "HeaderDamaged",
    "Identity",
    "KeyMistyped",
    "NoRecipients",
    "NotForThisIdentity",
    "PayloadDamaged",
    "PayloadReader",
    "ReadAt",
    "Recipient",
    "decrypt",
    "decrypt_stream",
    "encrypt",
    "encrypt_stream",
    "open_payload",
    "plaintext_length",
    "rewrap",
    "seal",
    "seal_stream",
    "split",
]
