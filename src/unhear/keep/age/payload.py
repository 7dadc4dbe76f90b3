"""The payload of an age file: STREAM over ChaCha20-Poly1305 (C2SP age.md, "Payload")."""

from collections.abc import Callable

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


def seal_payload(file_key: bytes, plaintext: bytes) -> bytes:
    """Answer the payload for `plaintext`."""
    nonce = random_bytes(NONCE_BYTES)
    cipher = _cipher(file_key, nonce)
    last = _chunks(len(plaintext)) - 1
    sealed = [
        cipher.encrypt(
            _chunk_nonce(number, last=number == last),
            plaintext[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES],
            None,
        )
        for number in range(last + 1)
    ]
    return nonce + b"".join(sealed)


class PayloadReader:
    """Opens any part of a payload without reading the rest.

    Construction opens the last chunk, so that a payload cut short or added to is refused before
    anything of it is believed.
    """

    def __init__(self, file_key: bytes, payload_bytes: int, read_at: ReadAt) -> None:
        """Take a payload of `payload_bytes`.

        Raises `PayloadDamaged`, or `HeaderDamaged` when not even its nonce, which the
        specification counts to the header, is whole.
        """
        if payload_bytes < NONCE_BYTES:
            raise HeaderDamaged("the file breaks off before its payload")
        self._read_at = read_at
        self._sealed_bytes = payload_bytes - NONCE_BYTES
        if self._sealed_bytes < TAG_BYTES:
            raise PayloadDamaged("the payload is cut short")
        self._cipher = _cipher(file_key, read_at(0, NONCE_BYTES))
        self._last = -(-self._sealed_bytes // SEALED_CHUNK_BYTES) - 1
        last = self._chunk(self._last)
        if not last and self._last > 0:
            raise PayloadDamaged("the payload ends in an empty chunk")
        self.length = self._last * CHUNK_BYTES + len(last)
        """Bytes of plaintext."""

    def read(self, offset: int, length: int) -> bytes:
        """Answer up to `length` bytes of plaintext from `offset`, fewer at the end.

        Raises `PayloadDamaged` when a chunk they lie in was changed.
        """
        end = min(offset + length, self.length)
        if offset >= end:
            return b""
        first = offset // CHUNK_BYTES
        chunks = [self._chunk(number) for number in range(first, (end - 1) // CHUNK_BYTES + 1)]
        start = offset - first * CHUNK_BYTES
        return b"".join(chunks)[start : start + end - offset]

    def _chunk(self, number: int) -> bytes:
        start = number * SEALED_CHUNK_BYTES
        size = min(SEALED_CHUNK_BYTES, self._sealed_bytes - start)
        sealed = self._read_at(NONCE_BYTES + start, size)
        try:
            return self._cipher.decrypt(
                _chunk_nonce(number, last=number == self._last), sealed, None
            )
        except InvalidTag:
            raise PayloadDamaged("the payload was changed, cut short or added to") from None


def _chunks(plaintext_bytes: int) -> int:
    return max(1, -(-plaintext_bytes // CHUNK_BYTES))


def _chunk_nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=nonce, info=b"payload").derive(file_key))
