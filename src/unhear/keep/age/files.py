"""Seal and open whole age files; take headers off, put them back, make new ones."""

from collections.abc import Sequence

from unhear.clock import random_bytes
from unhear.keep.age.errors import HeaderDamaged, NotForThisIdentity
from unhear.keep.age.header import FILE_KEY_BYTES, Header, parse
from unhear.keep.age.payload import PayloadReader, seal_payload
from unhear.keep.age.x25519 import Identity, Recipient


def seal(plaintext: bytes, recipients: Sequence[Recipient]) -> tuple[bytes, bytes]:
    """Answer header and payload of `plaintext` for `recipients`; together they are the file."""
    file_key = random_bytes(FILE_KEY_BYTES)
    header = Header.make([recipient.wrap(file_key) for recipient in recipients], file_key)
    return bytes(header), seal_payload(file_key, plaintext)


def encrypt(plaintext: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Answer `plaintext` as an age file that any of `recipients` opens."""
    header, payload = seal(plaintext, recipients)
    return header + payload


def decrypt(file: bytes, identities: Sequence[Identity]) -> bytes:
    """Answer the plaintext of an age file.

    Raises `NotForThisIdentity`, `HeaderDamaged` and `PayloadDamaged`.
    """
    header, payload = split(file)
    reader = open_payload(header, payload, identities)
    return reader.read(0, reader.length)


def split(file: bytes) -> tuple[bytes, bytes]:
    """Answer header and payload of an age file. Raises `HeaderDamaged`."""
    _, length = parse(file)
    return file[:length], file[length:]


def open_payload(header: bytes, payload: bytes, identities: Sequence[Identity]) -> PayloadReader:
    """Answer a reader of a payload in memory, opened by its header."""
    return PayloadReader(
        file_key_of(header, identities),
        len(payload),
        lambda offset, length: payload[offset : offset + length],
    )


def rewrap(header: bytes, identity: Identity, recipients: Sequence[Recipient]) -> bytes:
    """Answer a header of the same file for other `recipients`; the payload stays as it is."""
    file_key = file_key_of(header, [identity])
    return bytes(Header.make([recipient.wrap(file_key) for recipient in recipients], file_key))


def file_key_of(header: bytes, identities: Sequence[Identity]) -> bytes:
    """Answer the 16-byte key of a file that one of `identities` may open.

    Raises `NotForThisIdentity` and `HeaderDamaged`.
    """
    parsed, length = parse(header)
    if length != len(header):
        raise HeaderDamaged("there are bytes after the header")
    for stanza in parsed.stanzas:
        for identity in identities:
            if (file_key := identity.unwrap(stanza)) is not None:
                parsed.check(file_key)
                return file_key
    raise NotForThisIdentity("this file was not made for the identity you opened it with")
