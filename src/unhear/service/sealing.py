"""What passes between two processes of a home is sealed, and both prove that they are its own.

Each makes a key for the one line that they open (X25519, RFC 7748). What both make of these two
and of the home's own key (HKDF-SHA256, RFC 5869) seals what passes on it, message by message
(ChaCha20-Poly1305, RFC 8439), under a key a direction, with a count in place of a nonce. So a
stranger is told nothing, what was written down of a line is of no use in another, and who gets
hold of the home's key later opens nothing of what passed before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from hmac import digest as mac
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from unhear.clock import random_bytes
from unhear.household.words import HouseholdId
from unhear.prove.notes import KeyKind
from unhear.stores.key_files import read_key_file

KEY_BYTES, MAC_BYTES, NONCE_BYTES, TAG_BYTES = 32, 32, 12, 16
HELLO_BYTES = KEY_BYTES + MAC_BYTES
"""What each side sends first, in clear: a key that was never used, and a proof for it."""

WHAT_FOR = b"unhear/line/v1"
CALLER, ANSWERER = b"caller", b"answerer"

LineKey = Callable[[], bytes]
"""Answers the key of a home's lines as it is now."""


class Stranger(Exception):
    """The other side does not have the home's key, or what it sent was changed on the way."""


class HomeKey:
    """The key of the lines of one home: of the key that signs its log, and of the household's id.

    All its processes read that key, and nobody else may. Homes may share a log; by the id their
    lines differ.
    """

    def __init__(self, file: Path, household: HouseholdId) -> None:
        """Read nothing yet."""
        self._file = file
        self._household = household
        self._made: tuple[tuple[int, int], bytes] | None = None

    def __call__(self) -> bytes:
        """Answer it; another once the log has another key. Raises `StoreDamaged` and `OSError`."""
        found = self._file.stat()
        mark = found.st_ino, found.st_mtime_ns
        if self._made is None or self._made[0] != mark:
            seed = read_key_file(self._file, KeyKind.ED25519).private.private_bytes_raw()
            self._made = mark, _derived(seed, b"", WHAT_FOR + self._household, KEY_BYTES)
        return self._made[1]


@dataclass(slots=True)
class Sealing:
    """What one side of a line seals and opens; each message once, in order."""

    _sends: ChaCha20Poly1305
    _takes: ChaCha20Poly1305
    _sent: int = 0
    _taken: int = 0

    def seal(self, message: bytes) -> bytes:
        """Answer a message as it is sent."""
        sealed = self._sends.encrypt(_nonce(self._sent), message, None)
        self._sent += 1
        return sealed

    def open(self, sealed: bytes) -> bytes:
        """Answer the message that came next. Raises `Stranger`."""
        try:
            message = self._takes.decrypt(_nonce(self._taken), sealed, None)
        except InvalidTag:
            raise Stranger from None
        self._taken += 1
        return message


class Caller:
    """Whoever opens a line."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._own = _new()
        self.hello = _signed(key, CALLER, self._own.public_key().public_bytes_raw())

    def answered(self, answer: bytes) -> Sealing:
        """Answer the line's sealing, by what the other side sent. Raises `Stranger`."""
        theirs = _proved(self._key, ANSWERER + self.hello, answer)
        sends, takes = _keys(self._key, self._own, theirs, self.hello + answer)
        return Sealing(sends, takes)


def is_of(key: bytes, hello: bytes) -> bool:
    """Whether whoever says this has the key, or had it on another line."""
    return len(hello) == HELLO_BYTES and compare_digest(
        hello, _signed(key, CALLER, hello[:KEY_BYTES])
    )


def answer(key: bytes, hello: bytes) -> tuple[bytes, Sealing]:
    """Answer what to send to who said hello, and the line's sealing. Raises `Stranger`."""
    theirs, own = _proved(key, CALLER, hello), _new()
    said = _signed(key, ANSWERER + hello, own.public_key().public_bytes_raw())
    takes, sends = _keys(key, own, theirs, hello + said)
    return said, Sealing(sends, takes)


def _new() -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(random_bytes(KEY_BYTES))


def _signed(key: bytes, said_as: bytes, share: bytes) -> bytes:
    return share + mac(key, said_as + share, "sha256")


def _proved(key: bytes, said_as: bytes, hello: bytes) -> bytes:
    """Answer the share in a hello. Raises `Stranger`."""
    share = hello[:KEY_BYTES]
    if not compare_digest(hello, _signed(key, said_as, share)):
        raise Stranger
    return share


def _keys(
    key: bytes, own: X25519PrivateKey, theirs: bytes, said: bytes
) -> tuple[ChaCha20Poly1305, ChaCha20Poly1305]:
    """Answer the caller's key, and the answerer's. Raises `Stranger`."""
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError:
        raise Stranger from None  # a point of low order, which no process of ours sends
    both = _derived(shared, key, WHAT_FOR + said, 2 * KEY_BYTES)
    return ChaCha20Poly1305(both[:KEY_BYTES]), ChaCha20Poly1305(both[KEY_BYTES:])


def _derived(secret: bytes, salt: bytes, what_for: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=salt, info=what_for).derive(secret)


def _nonce(count: int) -> bytes:
    return count.to_bytes(NONCE_BYTES, "big")
