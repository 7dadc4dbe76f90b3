"""Messages between processes of a home: words as JSON, film and sound as they are."""

import json
from typing import Any

LENGTH_BYTES = 4
WORDS, BYTES = b"w", b"b"
WORDS_BYTES_MAX = 1 << 18
"""The longest words: an offer or an answer of a browser that films has some ten kilobytes."""

MESSAGE_BYTES_MAX = 16 << 20
"""Twice as much film as may wait for one who reads slowly."""

Words = dict[str, Any]
Message = Words | bytes


class MessageBroken(Exception):
    """What came is no message, or a larger one than anybody sends."""


def packed(message: Message) -> bytes:
    """Answer a message as bytes."""
    if isinstance(message, bytes):
        return BYTES + message
    return WORDS + json.dumps(message).encode()


def unpacked(content: bytes) -> Message:
    """Answer the message in these bytes. Raises `MessageBroken`."""
    kind, content = content[:1], content[1:]
    if kind == BYTES:
        return content
    try:
        found = json.loads(content) if kind == WORDS else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise MessageBroken
    return found


def framed(sealed: bytes) -> bytes:
    """Answer what is sealed behind its length."""
    return len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed


def length_of(head: bytes, most: int = MESSAGE_BYTES_MAX) -> int:
    """Answer how much follows. Raises `MessageBroken` for more than is expected."""
    length = int.from_bytes(head, "big")
    if not 0 < length <= most:
        raise MessageBroken
    return length
