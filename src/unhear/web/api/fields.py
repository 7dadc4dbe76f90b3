"""How the API writes what it takes and answers."""

import re
from base64 import urlsafe_b64decode
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

from unhear.household.words import TraceId
from unhear.web.ceremonies import text

HEX_ID = re.compile(r"[0-9a-f]{32}")


class Taken(BaseModel):
    """What an operation takes: these fields, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answered(BaseModel):
    """What an operation answers."""

    model_config = ConfigDict(frozen=True)


def _from_text(value: Any) -> bytes:
    if not isinstance(value, str):
        raise ValueError("bytes are written in base64url")  # noqa: TRY004 - pydantic's way
    padded = value + "=" * (-len(value) % 4)
    content = urlsafe_b64decode(padded.encode())
    if text(content) != value:
        raise ValueError("bytes are written in base64url without padding")
    return content


def _from_hex(value: Any) -> TraceId:
    if not isinstance(value, str) or HEX_ID.fullmatch(value) is None:
        raise ValueError("an id is 32 digits in hex")
    return TraceId(bytes.fromhex(value))


Bytes = Annotated[
    bytes,
    BeforeValidator(_from_text),
    WithJsonSchema({"type": "string", "pattern": r"^[A-Za-z0-9_-]*$"}),
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Trace = Annotated[
    TraceId,
    BeforeValidator(_from_hex),
    WithJsonSchema({"type": "string", "pattern": f"^{HEX_ID.pattern}$"}),
]
"""A recording's id."""

Credential = dict[str, Any]
"""A passkey's answer, as WebAuthn Level 3 writes it in JSON."""
