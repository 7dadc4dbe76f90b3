"""Readers of untrusted JSON: each answers a checked value, or says which field is wrong and how.

A statement may come from anybody who can write JSON, and what it says is shown to people. So text
is short and without control characters, and nothing passes that was not asked for.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from unhear.prove.errors import ProofMalformed

T = TypeVar("T")

Reader = Callable[[object, str], T]
"""Answers the checked value of the field it is given with its name. Raises `ProofMalformed`."""

TEXT_MAX = 1000
LIST_MAX = 1000
DEPTH_MAX = 16

WHOLE_MAX = 2**53 - 1
"""The largest whole number that every JSON program reads alike (RFC 8785 section 3.2.2.3)."""

_HEX = re.compile(r"([0-9a-f]{2})*")


def load_json(data: str | bytes, what: str) -> Any:
    """Answer the JSON value in `data`, UTF-8 where it is bytes; every name may come once only."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ProofMalformed(f"{what} is not JSON") from None


def fields(value: object, where: str, names: frozenset[str]) -> Mapping[str, Any]:
    """Answer a JSON object that has exactly these fields."""
    if not isinstance(value, Mapping):
        raise ProofMalformed(f"{where} must be a JSON object")
    if missing := names - set(value):
        raise ProofMalformed(f"{where} lacks {', '.join(sorted(missing))}")
    if len(value) != len(names):
        raise ProofMalformed(f"{where} has fields that do not belong there")
    return value


def text(value: object, where: str) -> str:
    """Answer a line of text that may be shown to people as it is."""
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_MAX or not value.isprintable():
        raise ProofMalformed(f"{where} must be a line of 1 to {TEXT_MAX} printable characters")
    return value


def whole(value: object, where: str) -> int:
    """Answer a whole number, not negative."""
    if type(value) is not int or not 0 <= value <= WHOLE_MAX:
        raise ProofMalformed(f"{where} must be a whole number from 0 to {WHOLE_MAX}")
    return value


def exactly(wanted: str | int) -> Reader[Any]:
    """Answer a reader that accepts one value."""

    def read(value: object, where: str) -> Any:
        if type(value) is not type(wanted) or value != wanted:
            raise ProofMalformed(f"{where} must be {wanted}")
        return value

    return read


def one_of(allowed: frozenset[str]) -> Reader[str]:
    """Answer a reader that accepts one of these words."""

    def read(value: object, where: str) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise ProofMalformed(f"{where} must be one of: {', '.join(sorted(allowed))}")
        return value

    return read


def hex_bytes(value: object, where: str) -> bytes:
    """Answer the bytes written in lower-case hex."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise ProofMalformed(f"{where} must be bytes in lower-case hex")
    return bytes.fromhex(value)


def hex_of(length: int) -> Reader[str]:
    """Answer a reader that accepts so many bytes in lower-case hex."""

    def read(value: object, where: str) -> str:
        if len(hex_bytes(value, where)) != length:
            raise ProofMalformed(f"{where} must be {length} bytes in lower-case hex")
        return str(value)

    return read


def none_or(read: Reader[T]) -> Reader[T | None]:
    """Answer a reader that accepts null, or what `read` accepts."""

    def read_some(value: object, where: str) -> T | None:
        return None if value is None else read(value, where)

    return read_some


def list_of(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """Answer a reader of lists whose every item `read` accepts."""

    def read_all(value: object, where: str) -> tuple[T, ...]:
        if not isinstance(value, list) or len(value) > LIST_MAX:
            raise ProofMalformed(f"{where} must be a list of at most {LIST_MAX}")
        return tuple(read(item, f"{where}[{place}]") for place, item in enumerate(value))

    return read_all


def presentable(value: object, where: str, depth: int = 0) -> Any:
    """Answer a value that may stand in a statement of any kind, also of one not known here."""
    if depth > DEPTH_MAX:
        raise ProofMalformed(f"{where} is nested too deeply")
    if isinstance(value, Mapping):
        exactly(0)(value.get("remaining", 0), f"{where}.remaining")
        for name, item in value.items():
            presentable(item, f"{where}.{text(name, f'a name in {where}')}", depth + 1)
        return value
    if isinstance(value, list):
        return list_of(partial(presentable, depth=depth + 1))(value, where)
    if isinstance(value, str):
        return text(value, where)
    return value if value is None or isinstance(value, bool) else whole(value, where)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)
