"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature)."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from unhear.prove.errors import ProofMalformed, ProofWrong
from unhear.prove.merkle import HASH_BYTES

SIGNATURES_MAX = 64
"""More signatures than this on one note are refused (the specification asks for at least 16)."""

NUMBER_MAX = 2**63 - 1
"""The largest tree size or index that is read."""

SECONDS_MAX = 253_402_300_799
"""The last second of the year 9999; a cosignature of a later one is refused."""

TIME_BYTES = 8
PUBLIC_BYTES = 32

NO_KEY = (
    "this is no log or witness key: it must look like NAME+8 hex digits+base64 of an Ed25519 key"
)


class KeyKind(IntEnum):
    """The signature types of the signed-note specification that are used here."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key somebody decided to trust, as `NAME+KEYID+BASE64` (a "vkey")."""

    name: str
    kind: KeyKind
    public: bytes

    def __post_init__(self) -> None:
        """Raise `ProofMalformed` for a name that no note could carry or a key that binds nobody."""
        if not _is_key_name(self.name) or len(self.public) != PUBLIC_BYTES:
            raise ProofMalformed(NO_KEY)
        if _is_weak(self.public):
            raise ProofMalformed("anybody can sign in the name of this key; do not use its log")

    @property
    def id(self) -> bytes:
        """The first four bytes of the key's hash, as signature lines carry them."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """Answer the key as text."""
        encoded = b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Answer the key in `text`. Raises `ProofMalformed`."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        material = from_base64(encoded)
        if not material or material[0] not in tuple(KeyKind):
            raise ProofMalformed(NO_KEY)
        key = cls(name, KeyKind(material[0]), material[1:])
        if key.id.hex() != key_id:
            raise ProofMalformed("the log key's id does not match its key; it was mistyped")
        return key


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature of a note, with the name and id of the key it claims to be from."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        """Answer the line, newline and all, as notes and witnesses write it."""
        return f"\u2014 {self.name} {b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text (ending in a newline) and its signatures."""

    text: str
    signatures: tuple[SignatureLine, ...]

    def __str__(self) -> str:
        """Answer the note as it is stored and sent."""
        return f"{self.text}\n{''.join(str(line) for line in self.signatures)}"

    @classmethod
    def parse(cls, note: str) -> "Note":
        """Answer the note in `note`. Raises `ProofMalformed`."""
        text, separator, tail = note.rpartition("\n\n")
        if not separator or not tail.endswith("\n"):
            raise ProofMalformed("the note has no signatures, or does not end in a newline")
        if not _is_note_text(note):
            raise ProofMalformed("the note has control characters, or is not Unicode text")
        lines = tail[:-1].split("\n")
        if len(lines) > SIGNATURES_MAX:
            raise ProofMalformed(f"the note has more than {SIGNATURES_MAX} signatures")
        return cls(text + "\n", tuple(_signature_line(line) for line in lines))


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key that signs the notes of one log or witness."""

    name: str
    kind: KeyKind
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.kind, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> Note:
        """Answer `text` signed (an Ed25519 key)."""
        if self.kind is not KeyKind.ED25519:
            raise ValueError("a witness key makes cosignatures, not signatures")
        if not _is_note_text(text) or not text.endswith("\n"):
            raise ValueError("a note's text must be plain lines that end in a newline")
        line = SignatureLine(self.name, self.verifier.id, self.private.sign(text.encode()))
        return Note(text, (line,))

    def cosign(self, note: Note, seconds: int) -> Note:
        """Answer `note` with a cosignature of the time `seconds` since 1970 added."""
        if self.kind is not KeyKind.COSIGNATURE:
            raise ValueError("a log key makes signatures, not cosignatures")
        signature = self.private.sign(_cosigned(note.text, seconds))
        line = SignatureLine(self.name, self.verifier.id, seconds.to_bytes(TIME_BYTES) + signature)
        return Note(note.text, (*note.signatures, line))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its origin, how many leaves it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        """Answer the checkpoint as the text of a note."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Answer the checkpoint in a note's text. Raises `ProofMalformed`."""
        lines = text.split("\n")
        if len(lines) < 4 or not all(lines[:-1]) or lines[-1]:  # noqa: PLR2004 - three, and ""
            raise ProofMalformed("the checkpoint must have an origin, a size and a root")
        origin, size, root = lines[:3]
        root_hash = from_base64(root)
        if len(root_hash) != HASH_BYTES:
            raise ProofMalformed("the checkpoint's root is not a SHA-256 hash")
        return cls(origin, decimal(size), root_hash)


def verify_note(note: Note, keys: Sequence[VerifierKey]) -> dict[VerifierKey, int | None]:
    """Answer which of `keys` signed the note; signatures by other keys are ignored.

    With the key of a cosignature comes its time, in seconds since 1970: the earliest where there
    are several. When the answer is empty, nothing in the note may be trusted.
    Raises `ProofWrong` when a signature by one of `keys` does not verify.
    """
    by_id = {(key.name, key.id): key for key in keys}
    signed: dict[VerifierKey, int | None] = {}
    for line in note.signatures:
        key = by_id.get((line.name, line.key_id))
        if key is None:
            continue
        seconds = _verified(note, line, key)
        known = signed.get(key)
        signed[key] = seconds if known is None or seconds is None else min(known, seconds)
    return signed


def _verified(note: Note, line: SignatureLine, key: VerifierKey) -> int | None:
    """Answer the time of a cosignature, None for a plain signature. Raises `ProofWrong`."""
    message, signature, seconds = note.text.encode(), line.signature, None
    if key.kind is KeyKind.COSIGNATURE:
        seconds = int.from_bytes(signature[:TIME_BYTES])
        if seconds > SECONDS_MAX:
            raise ProofWrong(f"the cosignature by {key.name} gives a time after the year 9999")
        message, signature = _cosigned(note.text, seconds), signature[TIME_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature:
        raise ProofWrong(f"the signature by {key.name} does not verify") from None
    return seconds


def decimal(text: str) -> int:
    """Answer a number written without sign or leading zeroes. Raises `ProofMalformed`."""
    plain = text.isascii() and text.isdigit() and len(text) <= len(str(NUMBER_MAX))
    if not plain or (text[0] == "0" and text != "0") or int(text) > NUMBER_MAX:
        raise ProofMalformed("a size or index must be a plain decimal number below 2**63")
    return int(text)


def _is_weak(public: bytes) -> bool:
    """Whether a key is of small order or not written canonically (RFC 8032 section 5.1.3).

    For such keys signatures can be made up, so a log that has one could deny all it signed.
    """
    y = int.from_bytes(public, "little") & (1 << 255) - 1
    return y >= _FIELD_PRIME or y in _SMALL_ORDER


def _is_key_name(name: str) -> bool:
    plain = not any(character.isspace() or character == "+" for character in name)
    return bool(name) and plain and _is_note_text(name)


def _is_note_text(text: str) -> bool:
    """Whether `text` is Unicode (no half of a surrogate pair) without control characters."""
    return not any(
        (character < " " and character != "\n") or "\ud800" <= character <= "\udfff"
        for character in text
    )


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _signature_line(line: str) -> SignatureLine:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014" or not _is_key_name(parts[1]):  # noqa: PLR2004
        raise ProofMalformed("a signature line must be a dash, a key name and base64")
    material = from_base64(parts[2])
    if len(material) <= 4:  # noqa: PLR2004 - the id's four bytes
        raise ProofMalformed("a signature line holds no signature")
    return SignatureLine(parts[1], material[:4], material[4:])


def from_base64(text: str) -> bytes:
    """Answer the bytes of canonical base64 (RFC 4648 section 4). Raises `ProofMalformed`."""
    try:
        decoded = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ProofMalformed("a part of the proof is not base64") from None
    if b64encode(decoded).decode() != text:
        raise ProofMalformed("a part of the proof is not canonical base64")
    return decoded


_FIELD_PRIME = 2**255 - 19
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER = frozenset({0, 1, _FIELD_PRIME - 1, _ORDER_8, _FIELD_PRIME - _ORDER_8})
"""The y coordinates of all points whose order divides 8."""
