"""Seal and open whole age files; take headers off, put them back, make new ones."""

from collections.abc import Sequence
from io import BytesIO
from typing import BinaryIO

from unhear.clock import random_bytes
from unhear.keep.age.errors import HeaderDamaged, NoRecipients, NotForThisIdentity
from unhear.keep.age.header import FILE_KEY_BYTES, Header, read_header
from unhear.keep.age.payload import PayloadReader, ReadAt, open_chunks, seal_chunks
from unhear.keep.age.x25519 import Identity, Recipient


def seal(plaintext: bytes, recipients: Sequence[Recipient]) -> tuple[bytes, bytes]:
    """Answer header and payload of `plaintext` for `recipients`; together they are the file.

    Raises `NoRecipients`.
    """
    file_key = random_bytes(FILE_KEY_BYTES)
    header = _header_for(recipients, file_key)
    return header, b"".join(seal_chunks(file_key, BytesIO(plaintext)))


def encrypt(plaintext: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Answer `plaintext` as an age file that any of `recipients` opens. Raises `NoRecipients`."""
    header, payload = seal(plaintext, recipients)
    return header + payload


def decrypt(file: bytes, identities: Sequence[Identity]) -> bytes:
    """Answer the plaintext of an age file.

    Raises `NotForThisIdentity`, `HeaderDamaged` and `PayloadDamaged`.
    """
    source = BytesIO(file)
    file_key = _file_key(read_header(source), identities)
    return b"".join(open_chunks(file_key, source))


def seal_stream(source: BinaryIO, payload: BinaryIO, recipients: Sequence[Recipient]) -> bytes:
    """Write the payload of all that `source` holds, and answer its header.

    Holds two chunks of 64 KiB in memory, whatever the length; so do the other streams. Files must
    be buffered. Raises `NoRecipients`.
    """
    file_key = random_bytes(FILE_KEY_BYTES)
    header = _header_for(recipients, file_key)
    payload.writelines(seal_chunks(file_key, source))
    return header


def encrypt_stream(source: BinaryIO, target: BinaryIO, recipients: Sequence[Recipient]) -> None:
    """Write all that `source` holds to `target` as an age file. Raises `NoRecipients`."""
    file_key = random_bytes(FILE_KEY_BYTES)
    target.write(_header_for(recipients, file_key))
    target.writelines(seal_chunks(file_key, source))


def decrypt_stream(source: BinaryIO, target: BinaryIO, identities: Sequence[Identity]) -> None:
    """Write the plaintext of the age file in `source` to `target`.

    Every chunk is verified before it is written. When this raises `PayloadDamaged`, what was
    written so far is true but not the whole: throw it away. Raises `NotForThisIdentity` and
    `HeaderDamaged` before anything is written.
    """
    file_key = _file_key(read_header(source), identities)
    target.writelines(open_chunks(file_key, source))


def split(file: bytes) -> tuple[bytes, bytes]:
    """Answer header and payload of an age file. Raises `HeaderDamaged`."""
    length = len(bytes(read_header(BytesIO(file))))
    return file[:length], file[length:]


def rewrap(header: bytes, identity: Identity, recipients: Sequence[Recipient]) -> bytes:
    """Answer a header of the same file for other `recipients`; the payload stays as it is.

    The old header still opens the file: whoever kept it and its identity can still read.
    Raises `NotForThisIdentity`, `HeaderDamaged` and `NoRecipients`.
    """
    return _header_for(recipients, file_key_of(header, [identity]))


def open_payload(
    header: bytes, identities: Sequence[Identity], payload_bytes: int, read_at: ReadAt
) -> PayloadReader:
    """Answer a reader of any part of a payload of `payload_bytes` that lies elsewhere.

    Raises `NotForThisIdentity`, `HeaderDamaged` and `PayloadDamaged`.
    """
    return PayloadReader(file_key_of(header, identities), payload_bytes, read_at)


def file_key_of(header: bytes, identities: Sequence[Identity]) -> bytes:
    """Answer the 16-byte key of a file that one of `identities` may open.

    Raises `NotForThisIdentity` and `HeaderDamaged`.
    """
    source = BytesIO(header)
    parsed = read_header(source)
    if source.read(1):
        raise HeaderDamaged("there are bytes after the header")
    return _file_key(parsed, identities)


def _header_for(recipients: Sequence[Recipient], file_key: bytes) -> bytes:
    if not recipients:
        raise NoRecipients("name at least one recipient: a file sealed to nobody never opens")
    return bytes(Header.make([recipient.wrap(file_key) for recipient in recipients], file_key))


def _file_key(header: Header, identities: Sequence[Identity]) -> bytes:
    for stanza in header.stanzas:
        for identity in identities:
            if (file_key := identity.unwrap(stanza)) is not None:
                header.check(file_key)
                return file_key
    raise NotForThisIdentity("this file was not made for the identity you opened it with")
