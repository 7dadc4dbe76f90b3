"""The payload of an age file: STREAM over ChaCha20-Poly1305 (C2SP age.md, "Payload")."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from unhear.clock import random_bytes
from unhear.keep.age.errors import HeaderDamaged, PayloadDamaged

CHUNK_BYTES = 64 << 10
TAG_BYTES = 16
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
NONCE_BYTES = 16

ReadAt = Callable[[int, int], bytes]
"""Answers the payload's bytes at (offset, length): a file's, or an object store's range."""


def seal_chunks(file_key: bytes, source: BinaryIO) -> Iterator[bytes]:
    """Yield the payload for all that `source` holds: the nonce, then chunk by chunk."""
    nonce = random_bytes(NONCE_BYTES)
    cipher = _cipher(file_key, nonce)
    yield nonce
    for number, chunk, last in _chunks(source, CHUNK_BYTES):
        yield cipher.encrypt(_chunk_nonce(number, last=last), chunk, None)


def open_chunks(file_key: bytes, source: BinaryIO) -> Iterator[bytes]:
    """Yield the plaintext of the payload in `source`, every chunk verified before it is yielded.

    Raises `PayloadDamaged`; what was yielded before is then true, but not the whole. Raises
    `HeaderDamaged`, as `plaintext_length` does.
    """
    nonce = _read_full(source, NONCE_BYTES)
    _check_nonce(len(nonce))
    cipher = _cipher(file_key, nonce)
    for number, sealed, last in _chunks(source, SEALED_CHUNK_BYTES):
        yield _opened(cipher, sealed, number, last=last)


def plaintext_length(payload_bytes: int) -> int:
    """Answer how much plaintext a payload of `payload_bytes` holds, going by its length alone.

    Nothing is verified; `PayloadReader` does that. Raises `PayloadDamaged` for a length that no
    payload has, or `HeaderDamaged` when not even the nonce, which the CCTV vectors count to the
    header, is whole.
    """
    _check_nonce(payload_bytes)
    chunks = _chunks_in(payload_bytes)
    last_bytes = payload_bytes - NONCE_BYTES - (chunks - 1) * SEALED_CHUNK_BYTES
    if chunks < 1 or last_bytes < TAG_BYTES or (chunks > 1 and last_bytes == TAG_BYTES):
        raise PayloadDamaged("the payload is cut short or added to")
    return payload_bytes - NONCE_BYTES - chunks * TAG_BYTES


class PayloadReader:
    """Opens any part of a payload without reading the rest.

    Construction opens the last chunk, so that a payload cut short or added to is refused before
    anything of it is believed.
    """

    def __init__(self, file_key: bytes, payload_bytes: int, read_at: ReadAt) -> None:
        """Take a payload of `payload_bytes`. Raises as `plaintext_length` does."""
        self.length = plaintext_length(payload_bytes)
        """Bytes of plaintext."""
        self._payload_bytes = payload_bytes
        self._read_at = read_at
        self._last = _chunks_in(payload_bytes) - 1
        self._cipher = _cipher(file_key, read_at(0, NONCE_BYTES))
        self._open(self._last, self._last)

    def read(self, offset: int, length: int) -> bytes:
        """Answer up to `length` bytes of plaintext from `offset`, fewer at the end.

        Reads the chunks they lie in with one call. Raises `PayloadDamaged` when one of these was
        changed, and `ValueError` for a negative offset or length.
        """
        if offset < 0 or length < 0:
            raise ValueError("a part of a payload has no negative offset or length")
        end = min(offset + length, self.length)
        if offset >= end:
            return b""
        first = offset // CHUNK_BYTES
        start = offset - first * CHUNK_BYTES
        return self._open(first, (end - 1) // CHUNK_BYTES)[start : start + end - offset]

    def _open(self, first: int, last: int) -> bytes:
        """Answer the plaintext of the chunks numbered `first` to `last`."""
        start = NONCE_BYTES + first * SEALED_CHUNK_BYTES
        end = min(NONCE_BYTES + (last + 1) * SEALED_CHUNK_BYTES, self._payload_bytes)
        sealed = memoryview(self._read_at(start, end - start))
        return b"".join(
            _opened(
                self._cipher,
                sealed[at * SEALED_CHUNK_BYTES : (at + 1) * SEALED_CHUNK_BYTES],
                first + at,
                last=first + at == self._last,
            )
            for at in range(last - first + 1)
        )


def _check_nonce(payload_bytes: int) -> None:
    if payload_bytes < NONCE_BYTES:
        raise HeaderDamaged("the file breaks off before its payload")


def _opened(
    cipher: ChaCha20Poly1305, sealed: bytes | memoryview, number: int, *, last: bool
) -> bytes:
    if last and number > 0 and len(sealed) == TAG_BYTES:
        raise PayloadDamaged("the payload ends in an empty chunk")
    try:
        return cipher.decrypt(_chunk_nonce(number, last=last), sealed, None)
    except InvalidTag:
        raise PayloadDamaged("the payload was changed, cut short or added to") from None


def _chunks(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield number, bytes and whether it is the last, of all chunks: at least one, maybe empty."""
    number, chunk = 0, _read_full(source, size)
    while following := _read_full(source, size):
        yield number, chunk, False
        number, chunk = number + 1, following
    yield number, chunk, True


def _read_full(source: BinaryIO, size: int) -> bytes:
    """Answer `size` bytes, fewer only at the end: a pipe may answer fewer at any time."""
    parts = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _chunks_in(payload_bytes: int) -> int:
    return -(-(payload_bytes - NONCE_BYTES) // SEALED_CHUNK_BYTES)


def _chunk_nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=nonce, info=b"payload").derive(file_key))
