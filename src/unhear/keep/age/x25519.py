"""X25519 recipients and identities (C2SP age.md, "X25519 recipient stanza")."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from unhear.clock import random_bytes
from unhear.keep.age import bech32
from unhear.keep.age.errors import HeaderDamaged, KeyMistyped
from unhear.keep.age.header import FILE_KEY_BYTES, Stanza, from_base64, to_base64

KIND = "X25519"
RECIPIENT_PREFIX = "age"
IDENTITY_PREFIX = "age-secret-key-"
KEY_BYTES = 32
WRAPPED_BYTES = FILE_KEY_BYTES + 16
ONE_USE_NONCE = bytes(12)
"""Each wrapping key seals one file key only, so age fixes the nonce."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public key files can be sealed to: 32 bytes, written `age1...`."""

    public: bytes

    def __post_init__(self) -> None:
        """Raise `KeyMistyped` unless the key has its length."""
        if len(self.public) != KEY_BYTES:
            raise KeyMistyped("the recipient has the wrong length")

    def __str__(self) -> str:
        """Answer the recipient as age writes it."""
        return bech32.encode(RECIPIENT_PREFIX, self.public)

    @classmethod
    def parse(cls, text: str) -> "Recipient":
        """Answer the recipient in `text`. Raises `KeyMistyped`."""
        return cls(bech32.decode(text, RECIPIENT_PREFIX))

    def wrap(self, file_key: bytes) -> Stanza:
        """Answer a stanza that only this recipient's identity opens. Raises `KeyMistyped`."""
        ephemeral = X25519PrivateKey.from_private_bytes(random_bytes(KEY_BYTES))
        share = ephemeral.public_key().public_bytes_raw()
        try:
            shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(self.public))
        except ValueError:
            raise KeyMistyped("the recipient is a point of low order, which nobody owns") from None
        cipher = ChaCha20Poly1305(_wrapping_key(shared, share, self.public))
        return Stanza((KIND, to_base64(share)), cipher.encrypt(ONE_USE_NONCE, file_key, None))


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """A private key: 32 bytes, written `AGE-SECRET-KEY-1...`. Never shown by accident."""

    secret: bytes

    def __post_init__(self) -> None:
        """Raise `KeyMistyped` unless the key has its length."""
        if len(self.secret) != KEY_BYTES:
            raise KeyMistyped("the identity has the wrong length")

    @classmethod
    def generate(cls) -> "Identity":
        """Answer a fresh identity."""
        return cls(random_bytes(KEY_BYTES))

    @classmethod
    def parse(cls, text: str) -> "Identity":
        """Answer the identity in `text`. Raises `KeyMistyped`."""
        if text != text.upper():
            raise KeyMistyped("an identity is written in capitals: AGE-SECRET-KEY-1...")
        return cls(bech32.decode(text, IDENTITY_PREFIX))

    @property
    def recipient(self) -> Recipient:
        """The public half."""
        key = X25519PrivateKey.from_private_bytes(self.secret)
        return Recipient(key.public_key().public_bytes_raw())

    def reveal(self) -> str:
        """Answer the identity as age writes it, for an export the guardian asked for."""
        return bech32.encode(IDENTITY_PREFIX, self.secret).upper()

    def unwrap(self, stanza: Stanza) -> bytes | None:
        """Answer the file key in a stanza for this identity, or None. Raises `HeaderDamaged`."""
        if stanza.kind != KIND:
            return None
        if len(stanza.arguments) != 2:  # noqa: PLR2004 - the kind and the share
            raise HeaderDamaged("an X25519 stanza must have one argument")
        share = from_base64(stanza.arguments[1])
        if len(share) != KEY_BYTES or len(stanza.body) != WRAPPED_BYTES:
            raise HeaderDamaged("an X25519 stanza has the wrong length")
        try:
            shared = X25519PrivateKey.from_private_bytes(self.secret).exchange(
                X25519PublicKey.from_public_bytes(share)
            )
        except ValueError:
            raise HeaderDamaged("an X25519 stanza has a share of low order") from None
        cipher = ChaCha20Poly1305(_wrapping_key(shared, share, self.recipient.public))
        try:
            return cipher.decrypt(ONE_USE_NONCE, stanza.body, None)
        except InvalidTag:
            return None


def _wrapping_key(shared: bytes, share: bytes, recipient: bytes) -> bytes:
    info = b"age-encryption.org/v1/X25519"
    return HKDF(SHA256(), KEY_BYTES, salt=share + recipient, info=info).derive(shared)
