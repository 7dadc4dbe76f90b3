"""What a desk signs, and how a home checks it.

A message is JSON, signed with Ed25519 over `PREFIX` and the message's bytes. It names the home, the
operation, the moment and a nonce, so that it counts once, here, now, and for this.
"""

import json
import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from unhear.access.policy import Operation
from unhear.clock import Clock
from unhear.household.staff import Colleague, Role, Staff

PREFIX = b"unhear/staff/v1\n"
VERSION = 1
SKEW = timedelta(minutes=2)
"""How far a desk's clock may be off, and so how long a message can be sent again."""

MESSAGE_BYTES_MAX = 1 << 16
NAME_LETTERS_MAX = 60
RECIPIENT_LETTERS_MAX = 128
NO_KEY = ""
"""The recipient of who has none, and so can be granted nothing."""

STAFF_ID = re.compile(r"[a-z0-9-]{1,64}")
NONCE = re.compile(r"[0-9a-f]{32}")


First = Callable[[bytes, datetime], bool]


class Malformed(Exception):
    """Something is not as the contract has it; the message says what."""


class Refused(Exception):
    """The home does not do what a desk asked; the message says why.

    `signed` says that it was the desk that asked, and not a stranger; `staff` for whom.
    """

    def __init__(self, why: str, *, signed: bool = False, staff: Staff | None = None) -> None:
        super().__init__(why)
        self.signed = signed
        self.staff = staff


@dataclass(frozen=True, slots=True)
class Message:
    """What a desk wants, for whom, and who agreed."""

    operation: Operation
    staff: Staff
    second: Colleague | None
    args: Mapping[str, Any]


class Desk:
    """The one desk whose messages a home takes."""

    def __init__(self, key: bytes, home: str, clock: Clock, first: First) -> None:
        """`key` is its Ed25519 public key, `home` the household's id in hex.

        `first` says of what is told it whether it is told the first time, and remembers it until a
        moment, for every process that serves the home.
        """
        self._key = Ed25519PublicKey.from_public_bytes(key)
        self._home = home
        self._clock = clock
        self._first = first

    def read(self, operation: str, message: str, signature: str) -> Message:
        """Check a message, and take it once. Raises `Refused`."""
        content = _base64(message, "the message")
        try:
            self._key.verify(_base64(signature, "the signature"), PREFIX + content)
        except InvalidSignature:
            raise Refused("the signature is not this home's desk's") from None
        try:
            fields = _object(content)
            found = _message(fields)
            self._check(fields, found, operation)
        except Malformed as error:
            raise Refused(str(error), signed=True) from None
        return found

    def _check(self, fields: Mapping[str, Any], found: Message, operation: str) -> None:
        if fields["home"] != self._home:
            raise Malformed("the message is for another home")
        if found.operation.value != operation:
            raise Malformed("the message is for another operation")
        at, now = moment(fields["at"], "at"), self._clock()
        if abs(now - at) > SKEW:
            raise Malformed("the message is more than two minutes old, or the clocks differ")
        nonce = fields["nonce"]
        if not isinstance(nonce, str) or NONCE.fullmatch(nonce) is None:
            raise Malformed("nonce is not 32 digits in hex")
        if not self._first(nonce.encode(), now + 2 * SKEW):
            raise Malformed("this message was used before")


def moment(value: Any, name: str) -> datetime:
    """Answer a moment with a time zone, from ISO 8601. Raises `Malformed`."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Malformed(f"{name} is no moment with a time zone (ISO 8601)")
    return at


def text(value: Any, name: str, most: int) -> str:
    """Answer one line of 1 to `most` letters. Raises `Malformed`."""
    if not isinstance(value, str) or not (plain := re.sub(r"\s+", " ", value).strip()):
        raise Malformed(f"{name} is no text")
    if len(plain) > most or not plain.isprintable():
        raise Malformed(f"{name} is longer than {most} letters, or no plain text")
    return plain


def _message(fields: Mapping[str, Any]) -> Message:
    expected = {"v", "home", "operation", "at", "nonce", "staff", "second", "args"}
    if set(fields) != expected or type(fields["v"]) is not int or fields["v"] != VERSION:
        raise Malformed(f"the message is not of version {VERSION}, or its fields are others")
    if not isinstance(fields["args"], dict):
        raise Malformed("args is no object")
    try:
        operation = Operation(fields["operation"])
    except ValueError:
        raise Malformed("there is no such operation") from None
    second = fields["second"]
    return Message(
        operation,
        _staff(fields["staff"]),
        None if second is None else _colleague(second, "second"),
        fields["args"],
    )


def _staff(fields: Any) -> Staff:
    one = _colleague(fields, "staff")
    said = fields.get("recipient") or NO_KEY
    recipient = said if said == NO_KEY else text(said, "staff.recipient", RECIPIENT_LETTERS_MAX)
    return Staff(one.id, one.name, one.role, recipient)


def _colleague(fields: Any, name: str) -> Colleague:
    if not isinstance(fields, dict):
        raise Malformed(f"{name} is no object")
    id_ = fields.get("id")
    if not isinstance(id_, str) or STAFF_ID.fullmatch(id_) is None:
        raise Malformed(f"{name}.id is not 1 to 64 of a-z, 0-9 and -")
    try:
        role = Role(str(fields.get("role")))
    except ValueError:
        raise Malformed(f"{name}.role is none of {', '.join(Role)}") from None
    return Colleague(id_, text(fields.get("name"), f"{name}.name", NAME_LETTERS_MAX), role)


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        raise Malformed("what was signed is no JSON") from None
    if not isinstance(fields, dict):
        raise Malformed("what was signed is no JSON object")
    return fields


def _base64(value: str, name: str) -> bytes:
    """Read base64 in either alphabet (RFC 4648), padded or not."""
    if len(value) > MESSAGE_BYTES_MAX:
        raise Refused(f"{name} is too long")
    plain = value.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (NoBase64, ValueError):
        raise Refused(f"{name} is no base64") from None
