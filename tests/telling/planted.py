"""What must not be told, and finding it however it is written."""

from base64 import b64encode
from collections.abc import Collection, Iterator
from urllib.parse import quote

ALIGNMENTS = 3
LETTERS_MIN = 4
"""Shorter words are looked for as they are alone: their base64 is in anything."""


def found_in(content: bytes, planted: Collection[str | bytes]) -> set[str | bytes]:
    """Answer what of `planted` is in `content`: plain, hex, base64, quoted or UTF-16."""
    folded = content.lower()
    return {
        one
        for one in planted
        if any(form in content for form in _exact(one))
        or any(form in folded for form in _folded(one))
    }


def _raw(one: str | bytes) -> bytes:
    return one.encode() if isinstance(one, str) else one


def _exact(one: str | bytes) -> Iterator[bytes]:
    raw = _raw(one)
    yield raw
    if len(raw) < LETTERS_MIN:
        return
    for shift in range(ALIGNMENTS):
        coded = b64encode(b"\0" * shift + raw)
        # The first and last letters depend on what stands beside it.
        inner = coded[(0, 2, 3)[shift] : len(coded.rstrip(b"=")) - 1]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def _folded(one: str | bytes) -> Iterator[bytes]:
    raw = _raw(one)
    if len(raw) >= LETTERS_MIN:
        yield raw.hex().encode()
    if isinstance(one, str) and len(one) >= LETTERS_MIN:
        yield one.lower().encode()
        yield quote(one).lower().encode()
        yield one.lower().encode("utf-16-le")
        yield one.encode("unicode-escape").lower()
