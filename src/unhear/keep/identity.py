"""The household's age identity, stored only wrapped: by a passphrase and by a recovery phrase.

Either opens it alone. The passphrase is stretched with scrypt (RFC 7914); the recovery phrase is
128 random bits as twelve words (BIP 39), printed once and kept on paper.
"""

import json
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from mnemonic import Mnemonic

from unhear.clock import random_bytes
from unhear.household.words import HouseholdId
from unhear.keep.age import AgeError, Identity, Recipient

PASSPHRASE_LENGTH_MIN = 8
SCRYPT_LOG_N = 17
"""128 MiB and about half a second on a small box."""

SCRYPT_LOG_N_MAX = 20
"""1 GiB; a stored identity that asks for more is damaged."""

RECOVERY_BYTES = 16
RECOVERY_WORDS = 12
SALT_BYTES = 16
NONCE_BYTES = 12
WRAPPED_BYTES = NONCE_BYTES + 32 + 16
DAMAGED = "the household's stored identity is damaged; restore the database from a backup"


class IdentityError(Exception):
    """The household's identity cannot be opened or stored."""


class PassphraseTooShort(IdentityError):
    """The passphrase is too short to protect anything."""


class WrongPassphrase(IdentityError):
    """The passphrase does not open this household."""


class WrongRecoveryPhrase(IdentityError):
    """The recovery phrase does not open this household."""


class IdentityDamaged(IdentityError):
    """The stored identity was changed outside unhear."""


@dataclass(frozen=True, slots=True)
class WrappedIdentity:
    """An identity nobody can use without the passphrase or the recovery phrase."""

    household: HouseholdId
    recipient: Recipient
    scrypt_log_n: int
    scrypt_salt: bytes
    by_passphrase: bytes
    by_recovery: bytes

    def open_with_passphrase(self, passphrase: str) -> Identity:
        """Answer the identity. Raises `WrongPassphrase` and `IdentityDamaged`."""
        key = _stretched(passphrase, self.scrypt_salt, self.scrypt_log_n)
        secret = self._unwrapped(key, self.by_passphrase, "passphrase")
        if secret is None:
            raise WrongPassphrase(
                "the passphrase does not open this household; try again, or use the recovery "
                "phrase you printed at set-up"
            )
        return self._verified(secret)

    def open_with_recovery_phrase(self, phrase: str) -> Identity:
        """Answer the identity; letter case and spaces do not matter.

        Raises `WrongRecoveryPhrase` and `IdentityDamaged`. The message says which word is wrong by
        its number, never the word: even a mistyped one is most of a word of the phrase.
        """
        key = _recovery_key(_recovery_entropy(phrase))
        secret = self._unwrapped(key, self.by_recovery, "recovery")
        if secret is None:
            raise WrongRecoveryPhrase("this recovery phrase is of another household")
        return self._verified(secret)

    def with_new_passphrase(self, identity: Identity, passphrase: str) -> "WrappedIdentity":
        """Answer the same identity under another passphrase; the recovery phrase stays.

        Whoever kept the old wrapping still opens it with the old passphrase. Raises
        `PassphraseTooShort`, and `ValueError` when `identity` is not the one wrapped here.
        """
        if identity.recipient != self.recipient:
            raise ValueError("only the household's own identity can take a new passphrase")
        salt, wrapped = _by_passphrase(self.household, identity, passphrase)
        return WrappedIdentity(
            self.household, self.recipient, SCRYPT_LOG_N, salt, wrapped, self.by_recovery
        )

    def to_bytes(self) -> bytes:
        """Answer the wrapped identity as it is stored."""
        return json.dumps(
            {
                "v": 1,
                "household": self.household.hex(),
                "recipient": str(self.recipient),
                "scrypt_log_n": self.scrypt_log_n,
                "scrypt_salt": b64encode(self.scrypt_salt).decode(),
                "by_passphrase": b64encode(self.by_passphrase).decode(),
                "by_recovery": b64encode(self.by_recovery).decode(),
            }
        ).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "WrappedIdentity":
        """Answer what `to_bytes` wrote. Raises `IdentityDamaged`."""
        try:
            parsed = _parsed(json.loads(stored))
        except (ValueError, KeyError, TypeError, RecursionError, AgeError):
            raise IdentityDamaged(DAMAGED) from None
        if parsed.to_bytes() != stored:
            raise IdentityDamaged(DAMAGED)
        return parsed

    def _unwrapped(self, key: bytes, wrapped: bytes, how: str) -> bytes | None:
        nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return ChaCha20Poly1305(key).decrypt(nonce, sealed, _bound_to(self.household, how))
        except InvalidTag:
            return None

    def _verified(self, secret: bytes) -> Identity:
        identity = Identity(secret)
        if identity.recipient != self.recipient:
            raise IdentityDamaged(
                "recordings are being sealed to a key that is not this household's: keep nothing "
                "more, and restore the database from a backup"
            )
        return identity


def new_identity(household: HouseholdId, passphrase: str) -> tuple[WrappedIdentity, str]:
    """Answer a fresh identity for a household, wrapped, and its recovery phrase.

    The phrase is for the guardian's paper and is stored nowhere. Raises `PassphraseTooShort`.
    """
    identity = Identity.generate()
    salt, by_passphrase = _by_passphrase(household, identity, passphrase)
    entropy = random_bytes(RECOVERY_BYTES)
    by_recovery = _wrap(household, _recovery_key(entropy), identity, "recovery")
    wrapped = WrappedIdentity(
        household, identity.recipient, SCRYPT_LOG_N, salt, by_passphrase, by_recovery
    )
    return wrapped, Mnemonic("english").to_mnemonic(entropy)


def _by_passphrase(
    household: HouseholdId, identity: Identity, passphrase: str
) -> tuple[bytes, bytes]:
    if len(passphrase.strip()) < PASSPHRASE_LENGTH_MIN:
        raise PassphraseTooShort(
            f"a passphrase needs at least {PASSPHRASE_LENGTH_MIN} characters; a few words are best"
        )
    salt = random_bytes(SALT_BYTES)
    key = _stretched(passphrase, salt, SCRYPT_LOG_N)
    return salt, _wrap(household, key, identity, "passphrase")


def _wrap(household: HouseholdId, key: bytes, identity: Identity, how: str) -> bytes:
    nonce = random_bytes(NONCE_BYTES)
    cipher = ChaCha20Poly1305(key)
    return nonce + cipher.encrypt(nonce, identity.secret, _bound_to(household, how))


def _parsed(fields: Mapping[str, Any]) -> WrappedIdentity:
    """Answer the identity in `fields`; raises one of several errors when they are not right."""
    log_n = fields["scrypt_log_n"]
    if fields["v"] != 1 or type(log_n) is not int or not 1 <= log_n <= SCRYPT_LOG_N_MAX:
        raise ValueError("unknown version or cost")
    salt = b64decode(fields["scrypt_salt"], validate=True)
    by_passphrase = b64decode(fields["by_passphrase"], validate=True)
    by_recovery = b64decode(fields["by_recovery"], validate=True)
    lengths = (len(salt), len(by_passphrase), len(by_recovery))
    if lengths != (SALT_BYTES, WRAPPED_BYTES, WRAPPED_BYTES):
        raise ValueError("wrong lengths")
    return WrappedIdentity(
        household=HouseholdId(bytes.fromhex(fields["household"])),
        recipient=Recipient.parse(str(fields["recipient"])),
        scrypt_log_n=log_n,
        scrypt_salt=salt,
        by_passphrase=by_passphrase,
        by_recovery=by_recovery,
    )


def _bound_to(household: HouseholdId, how: str) -> bytes:
    return f"unhear/identity/v1/{how}/".encode() + household


def _stretched(passphrase: str, salt: bytes, log_n: int) -> bytes:
    # One keyboard sends an accented letter whole, another in two parts (RFC 8265, section 4.2.2).
    # A terminal may send bytes that are no text: they are part of the passphrase like any other.
    text = unicodedata.normalize("NFC", passphrase).encode(errors="surrogatepass")
    return Scrypt(salt=salt, length=32, n=1 << log_n, r=8, p=1).derive(text)


def _recovery_key(entropy: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"unhear/recovery/v1").derive(entropy)


def _recovery_entropy(phrase: str) -> bytes:
    mnemonic = Mnemonic("english")
    words = phrase.casefold().split()
    if len(words) != RECOVERY_WORDS:
        raise WrongRecoveryPhrase(f"a recovery phrase has {RECOVERY_WORDS} words")
    known = set(mnemonic.wordlist)
    for number, word in enumerate(words, start=1):
        if word not in known:
            raise WrongRecoveryPhrase(f"word {number} is not one that recovery phrases use")
    if not mnemonic.check(" ".join(words)):
        raise WrongRecoveryPhrase("the words do not belong together; check their order")
    return bytes(mnemonic.to_entropy(words))
