"""The header of an age file: who may open it (C2SP age.md, "Header")."""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from unhear.keep.age.errors import HeaderDamaged

VERSION_LINE = b"age-encryption.org/v1"
FILE_KEY_BYTES = 16
COLUMNS = 64
MAC_BYTES = 32
HEADER_BYTES_MAX = 1 << 20
"""A longer header is refused."""

_ARGUMENTS = re.compile(rb"[\x21-\x7e]+( [\x21-\x7e]+)*")


@dataclass(frozen=True, slots=True)
class Stanza:
    """One way to the file key: its kind, the kind's arguments, and a body."""

    arguments: tuple[str, ...]
    body: bytes

    @property
    def kind(self) -> str:
        """The first argument."""
        return self.arguments[0]

    def __bytes__(self) -> bytes:
        """Answer the stanza as it stands in a header."""
        body = to_base64(self.body)
        lines = [body[start : start + COLUMNS] for start in range(0, len(body) + 1, COLUMNS)]
        return "\n".join(["-> " + " ".join(self.arguments), *lines, ""]).encode()


@dataclass(frozen=True, slots=True)
class Header:
    """The stanzas of a file, and the MAC that binds them to its key."""

    stanzas: tuple[Stanza, ...]
    mac: bytes

    @classmethod
    def make(cls, stanzas: Sequence[Stanza], file_key: bytes) -> "Header":
        """Answer the header that these stanzas make for `file_key`."""
        return cls(tuple(stanzas), _mac(file_key, _signed(stanzas)).finalize())

    def __bytes__(self) -> bytes:
        """Answer the header as it stands before a payload."""
        return _signed(self.stanzas) + f" {to_base64(self.mac)}\n".encode()

    def check(self, file_key: bytes) -> None:
        """Raise `HeaderDamaged` unless the header was made with `file_key`."""
        try:
            _mac(file_key, _signed(self.stanzas)).verify(self.mac)
        except InvalidSignature:
            raise HeaderDamaged("the header was changed: its MAC is wrong") from None


def read_header(source: BinaryIO) -> Header:
    """Answer the header at the start of `source`, and leave `source` where the payload begins.

    The parsing is strict, so that the bytes read are `bytes(header)`. Raises `HeaderDamaged`.
    """
    lines = _Lines(source)
    if lines.next() != VERSION_LINE:
        raise HeaderDamaged("this is no age file, or of a version this program does not know")
    stanzas = []
    while (line := lines.next()).startswith(b"-> "):
        if not _ARGUMENTS.fullmatch(line, 3):
            raise HeaderDamaged("a stanza's arguments are not ones that age writes")
        arguments = tuple(line[3:].decode().split(" "))
        stanzas.append(Stanza(arguments, _body(lines)))
    if not stanzas:
        raise HeaderDamaged("the header names no recipient")
    if any(stanza.kind == "scrypt" for stanza in stanzas) and len(stanzas) > 1:
        raise HeaderDamaged("a passphrase must be the only way to open a file")
    if not line.startswith(b"--- "):
        raise HeaderDamaged("the header does not end as it should")
    mac = from_base64(_ascii(line[4:]))
    if len(mac) != MAC_BYTES:
        raise HeaderDamaged("the header's MAC has the wrong length")
    return Header(tuple(stanzas), mac)


def to_base64(data: bytes) -> str:
    """Answer base64 without padding, as age writes it."""
    return b64encode(data).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    """Answer the bytes in canonical base64 without padding. Raises `HeaderDamaged`."""
    try:
        decoded = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise HeaderDamaged("a part of the header is not base64") from None
    if to_base64(decoded) != text:
        raise HeaderDamaged("a part of the header is not canonical base64")
    return decoded


class _Lines:
    """The header's lines, read strictly: each ends in a line feed."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._left_bytes = HEADER_BYTES_MAX

    def next(self) -> bytes:
        line = self._source.readline(self._left_bytes)
        self._left_bytes -= len(line)
        if not line.endswith(b"\n"):
            raise HeaderDamaged("the header is cut short, or longer than any that age writes")
        return line[:-1]


def _body(lines: _Lines) -> bytes:
    body = ""
    while True:
        line = _ascii(lines.next())
        body += line
        if len(line) < COLUMNS:
            return from_base64(body)
        if len(line) > COLUMNS:
            raise HeaderDamaged(f"a stanza's line is longer than {COLUMNS} columns")


def _ascii(line: bytes) -> str:
    if not line.isascii():
        raise HeaderDamaged("the header holds bytes that are no text")
    return line.decode("ascii")


def _signed(stanzas: Sequence[Stanza]) -> bytes:
    return VERSION_LINE + b"\n" + b"".join(bytes(stanza) for stanza in stanzas) + b"---"


def _mac(file_key: bytes, signed: bytes) -> HMAC:
    key = HKDF(SHA256(), MAC_BYTES, salt=b"", info=b"header").derive(file_key)
    mac = HMAC(key, SHA256())
    mac.update(signed)
    return mac
