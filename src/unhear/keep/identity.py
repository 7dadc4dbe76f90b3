"""The household's age identity, stored only wrapped: by a passphrase and by a recovery phrase.

Either opens it alone; a household that was made in a browser may have no passphrase, but passkeys
(`household.passkeys`). The passphrase is stretched with scrypt (RFC 7914); the recovery phrase is
128 random bits as twelve words (BIP 39), printed once and kept on paper.

A browser shows that it knows either without telling it: it sends a *proof*, which is derived from
the same key as the wrapping and opens nothing. What is stored is the proof's hash.
"""

import json
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from hmac import compare_digest
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
VERIFIER_BYTES = 32
RECOVERY = b"unhear/recovery/v1"
PASSPHRASE_PROOF = b"unhear/passphrase/proof/v1"
RECOVERY_PROOF = b"unhear/recovery/proof/v1"
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
class ByPassphrase:
    """An identity wrapped by a passphrase; `verifier` is SHA-256 of the proof that it is known."""

    log_n: int
    salt: bytes
    wrapped: bytes
    verifier: bytes


@dataclass(frozen=True, slots=True)
class ByRecovery:
    """An identity wrapped by a recovery phrase, and SHA-256 of the proof that it is known."""

    wrapped: bytes
    verifier: bytes


@dataclass(frozen=True, slots=True)
class WrappedIdentity:
    """An identity nobody can use without the passphrase or the recovery phrase."""

    household: HouseholdId
    recipient: Recipient
    by_passphrase: ByPassphrase | None
    by_recovery: ByRecovery

    def __post_init__(self) -> None:
        """Raise `ValueError` for lengths and costs that no wrapping has."""
        sizes = [(self.by_recovery.wrapped, self.by_recovery.verifier)]
        if (lock := self.by_passphrase) is not None:
            sizes.append((lock.wrapped, lock.verifier))
            if len(lock.salt) != SALT_BYTES or not 1 <= lock.log_n <= SCRYPT_LOG_N_MAX:
                raise ValueError("unknown cost or salt")
        if any((len(w), len(v)) != (WRAPPED_BYTES, VERIFIER_BYTES) for w, v in sizes):
            raise ValueError("wrong lengths")

    def open_with_passphrase(self, passphrase: str) -> Identity:
        """Answer the identity. Raises `WrongPassphrase` and `IdentityDamaged`."""
        lock = self.by_passphrase
        if lock is None:
            raise WrongPassphrase(
                "this household was made with a passkey and has no passphrase; use the recovery "
                "phrase, or set a passphrase in the console"
            )
        secret = self._unwrapped(
            _stretched(passphrase, lock.salt, lock.log_n), lock.wrapped, "passphrase"
        )
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
        key = _derived(_recovery_entropy(phrase), RECOVERY)
        secret = self._unwrapped(key, self.by_recovery.wrapped, "recovery")
        if secret is None:
            raise WrongRecoveryPhrase("this recovery phrase is of another household")
        return self._verified(secret)

    def knows_passphrase(self, proof: bytes) -> bool:
        """Whether `proof` (32 bytes) could only be made by who knows the passphrase."""
        lock = self.by_passphrase
        return lock is not None and compare_digest(sha256(proof).digest(), lock.verifier)

    def knows_recovery_phrase(self, proof: bytes) -> bool:
        """Whether `proof` (32 bytes) could only be made by who knows the recovery phrase."""
        return compare_digest(sha256(proof).digest(), self.by_recovery.verifier)

    def with_new_passphrase(self, identity: Identity, passphrase: str) -> "WrappedIdentity":
        """Answer the same identity under another passphrase; the recovery phrase stays.

        Whoever kept the old wrapping still opens it with the old passphrase. Raises
        `PassphraseTooShort`, and `ValueError` when `identity` is not the one wrapped here.
        """
        if identity.recipient != self.recipient:
            raise ValueError("only the household's own identity can take a new passphrase")
        return replace(self, by_passphrase=_by_passphrase(self.household, identity, passphrase))

    def to_bytes(self) -> bytes:
        """Answer the wrapped identity as it is stored."""
        lock, recovery = self.by_passphrase, self.by_recovery
        return json.dumps(
            {
                "v": 1,
                "household": self.household.hex(),
                "recipient": str(self.recipient),
                "scrypt_log_n": None if lock is None else lock.log_n,
                "scrypt_salt": None if lock is None else _text(lock.salt),
                "by_passphrase": None if lock is None else _text(lock.wrapped),
                "passphrase_verifier": None if lock is None else _text(lock.verifier),
                "by_recovery": _text(recovery.wrapped),
                "recovery_verifier": _text(recovery.verifier),
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
    by_passphrase = _by_passphrase(household, identity, passphrase)
    entropy = random_bytes(RECOVERY_BYTES)
    by_recovery = ByRecovery(
        _wrap(household, _derived(entropy, RECOVERY), identity, "recovery"),
        sha256(_derived(entropy, RECOVERY_PROOF)).digest(),
    )
    wrapped = WrappedIdentity(household, identity.recipient, by_passphrase, by_recovery)
    return wrapped, Mnemonic("english").to_mnemonic(entropy)


def _by_passphrase(household: HouseholdId, identity: Identity, passphrase: str) -> ByPassphrase:
    if len(passphrase.strip()) < PASSPHRASE_LENGTH_MIN:
        raise PassphraseTooShort(
            f"a passphrase needs at least {PASSPHRASE_LENGTH_MIN} characters; a few words are best"
        )
    salt = random_bytes(SALT_BYTES)
    key = _stretched(passphrase, salt, SCRYPT_LOG_N)
    return ByPassphrase(
        SCRYPT_LOG_N,
        salt,
        _wrap(household, key, identity, "passphrase"),
        sha256(_derived(key, PASSPHRASE_PROOF)).digest(),
    )


def _wrap(household: HouseholdId, key: bytes, identity: Identity, how: str) -> bytes:
    nonce = random_bytes(NONCE_BYTES)
    cipher = ChaCha20Poly1305(key)
    return nonce + cipher.encrypt(nonce, identity.secret, _bound_to(household, how))


def _parsed(fields: Mapping[str, Any]) -> WrappedIdentity:
    """Answer the identity in `fields`; raises one of several errors when they are not right."""
    if fields["v"] != 1:
        raise ValueError("unknown version")
    return WrappedIdentity(
        household=HouseholdId(bytes.fromhex(fields["household"])),
        recipient=Recipient.parse(str(fields["recipient"])),
        by_passphrase=None if fields["by_passphrase"] is None else _lock(fields),
        by_recovery=ByRecovery(_bytes(fields["by_recovery"]), _bytes(fields["recovery_verifier"])),
    )


def _lock(fields: Mapping[str, Any]) -> ByPassphrase:
    if type(fields["scrypt_log_n"]) is not int:
        raise TypeError("unknown cost")
    return ByPassphrase(
        fields["scrypt_log_n"],
        _bytes(fields["scrypt_salt"]),
        _bytes(fields["by_passphrase"]),
        _bytes(fields["passphrase_verifier"]),
    )


def _text(content: bytes) -> str:
    return b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return b64decode(text, validate=True)


def _bound_to(household: HouseholdId, how: str) -> bytes:
    return f"unhear/identity/v1/{how}/".encode() + household


def _stretched(passphrase: str, salt: bytes, log_n: int) -> bytes:
    # One keyboard sends an accented letter whole, another in two parts (RFC 8265, section 4.2.2).
    # A terminal may send bytes that are no text: they are part of the passphrase like any other.
    text = unicodedata.normalize("NFC", passphrase).encode(errors="surrogatepass")
    return Scrypt(salt=salt, length=32, n=1 << log_n, r=8, p=1).derive(text)


def _derived(secret: bytes, what_for: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=what_for).derive(secret)


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
