"""Ask homes, in messages that the desk signs; each home decides for itself.

A message is signed as `unhear/staff/v1`, a line feed and its bytes (Ed25519). It names the home,
the operation, the moment and a nonce, so that it serves once, there, and for nothing else.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Annotated, Any, TypeVar

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from unhear.clock import Clock, random_bytes
from unhear.desk.people import Member
from unhear.desk.settings import DeskSettings
from unhear.web.problems import Problem

SIGNED_AS = b"unhear/staff/v1\n"
PATH = "/api/v1/staff/"
VERSION = 1
NONCE_BYTES = 16
CONNECT_SECONDS_MAX = 3.0
ANSWER_SECONDS_MAX = 15.0
ANSWER_BYTES_MAX = 8 << 20
"""More than the headers of an hour's film."""

REFUSAL_CHARACTERS_MAX = 300
HOMES_AT_ONCE = 8
_REFUSED, _BROKEN = 300, 500
_Answer = TypeVar("_Answer", bound=BaseModel)
HEX = r"^[0-9a-f]{32}$"

UNKNOWN = Problem(404, "no-such-home", "This desk knows no home with this id.")
AWAY = Problem(502, "home-away", "The home does not answer now; try again later.")
STRANGE = Problem(
    502, "home-strange", "The home answers in a way that cannot be understood; tell an operator."
)
TOO_MUCH = Problem(502, "home-strange", "The home sends more, or for longer, than it has to.")


class _Told(BaseModel):
    """Something that a home answers; what else it says is left alone."""

    model_config = ConfigDict(frozen=True)


class Asked(_Told):
    """That a home took a request."""

    request: str = Field(pattern=HEX)


class Standing(_Told):
    """How a request stands."""

    request: str = Field(pattern=HEX)
    purpose: str
    ticket: str
    state: str = Field(pattern=r"^(waiting|granted|refused|over)$")
    grants: tuple[Annotated[str, Field(pattern=HEX)], ...] = ()
    until: str | None = None


class Standings(_Told):
    """How a member's requests stand."""

    requests: tuple[Standing, ...]


class SealedPiece(_Told):
    """A piece of a payload: `size` bytes from `at`, behind an age header in base64."""

    header: str = Field(pattern=r"^[A-Za-z0-9+/_-]{1,16384}={0,2}$")
    at: int = Field(ge=0)
    size: int = Field(ge=0)
    begins: float = 0.0
    ends: float = 0.0


class Headers(_Told):
    """What a look answers: what the member's own identity opens, and where it lies."""

    device: str
    heard_at: str
    seconds: float = Field(ge=0, le=86_400)
    filmed: bool
    ticket: str
    size: int = Field(ge=0)
    until: str
    pieces: tuple[SealedPiece, ...]


class Counts(_Told):
    """How much a home was asked and looked into, ever."""

    looks: int = Field(ge=0)
    requests: int = Field(ge=0)
    grants: int = Field(ge=0)


@dataclass(frozen=True, slots=True)
class Homes:
    """The homes of one desk."""

    settings: DeskSettings
    key: Ed25519PrivateKey
    clock: Clock

    def ask(
        self, home: str, by: Member, args: Mapping[str, Any], second: Member | None = None
    ) -> str:
        """Ask to see recordings; answer the home's id of the request. Raises `Problem`."""
        message = self._message(home, "ask", by, args, second)
        return self._told(home, "ask", message, Asked).request

    def standings(self, home: str, by: Member) -> tuple[Standing, ...]:
        """Answer how a member's requests stand at a home. Raises `Problem`."""
        message = self._message(home, "requests", by, {})
        return self._told(home, "requests", message, Standings).requests

    def headers(self, home: str, by: Member, grant: str) -> Headers:
        """Have the home state a look, and answer what is sealed to the member. Raises `Problem`."""
        message = self._message(home, "headers", by, {"grant": grant})
        return self._told(home, "headers", message, Headers)

    def give_back(self, home: str, by: Member, what: Mapping[str, str]) -> None:
        """End a grant or a request early. Raises `Problem`."""
        message = self._message(home, "give_back", by, what)
        self._told(home, "give_back", message, _Told)

    def counts(self, home: str, by: Member) -> Counts:
        """Answer what the home itself counted. Raises `Problem`."""
        return self._told(home, "counts", self._message(home, "counts", by, {}), Counts)

    def payload(self, home: str, by: Member, grant: str, first: int, last: int) -> Iterator[bytes]:
        """Answer sealed bytes as they come, and keep none. Raises `Problem`, here and later."""
        args = {"grant": grant, "first": first, "last": last}
        message = self._message(home, "payload", by, args)
        with ExitStack() as stack:
            response = stack.enter_context(self._exchange(home, "payload", message))
            return _passed_on(response, last - first + 1, stack.pop_all())

    def _message(
        self,
        home: str,
        operation: str,
        by: Member,
        args: Mapping[str, Any],
        second: Member | None = None,
    ) -> bytes:
        said = {
            "v": VERSION,
            "home": home,
            "operation": operation,
            "at": self.clock().isoformat(),
            "nonce": random_bytes(NONCE_BYTES).hex(),
            "staff": {**_named(by), "recipient": by.recipient},
            "second": None if second is None else _named(second),
            "args": dict(args),
        }
        return json.dumps(said).encode()

    def _told(self, home: str, operation: str, message: bytes, kind: type[_Answer]) -> _Answer:
        until, body = monotonic() + ANSWER_SECONDS_MAX, bytearray()
        with self._exchange(home, operation, message) as response:
            for piece in _pieces(response):
                body += piece
                if len(body) > ANSWER_BYTES_MAX or monotonic() > until:
                    raise TOO_MUCH
        try:
            return kind.model_validate_json(bytes(body))
        except ValidationError:
            raise STRANGE from None

    @contextmanager
    def _exchange(self, home: str, operation: str, message: bytes) -> Iterator[httpx2.Response]:
        url = self.settings.home_url(home)
        if url is None:
            raise UNKNOWN
        signature = self.key.sign(SIGNED_AS + message)
        sent = {
            "message": b64encode(message).decode(),
            "signature": b64encode(signature).decode(),
        }
        timeout = httpx2.Timeout(ANSWER_SECONDS_MAX, connect=CONNECT_SECONDS_MAX)
        try:
            with (
                httpx2.Client(timeout=timeout, trust_env=False) as client,
                client.stream("POST", f"{url}{PATH}{operation}", json=sent) as response,
            ):
                if response.status_code >= _REFUSED:
                    raise _refusal(response)
                yield response
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise AWAY from None


def of_homes(homes: list[str], ask: Callable[[str], Any]) -> tuple[dict[str, Any], list[str]]:
    """Ask several homes at once; answer what they say, and which do not."""

    def asked(home: str) -> Any:
        try:
            return ask(home)
        except Problem:
            return None

    with ThreadPoolExecutor(HOMES_AT_ONCE) as pool:
        told = dict(zip(homes, pool.map(asked, homes), strict=True))
    away = [home for home, one in told.items() if one is None]
    return {home: one for home, one in told.items() if one is not None}, away


def _named(member: Member) -> dict[str, str]:
    return {"id": member.id, "name": member.name, "role": member.role.value}


def _passed_on(response: httpx2.Response, most: int, stack: ExitStack) -> Iterator[bytes]:
    left = most
    with stack:
        for piece in _pieces(response):
            left -= len(piece)
            if left < 0:
                raise TOO_MUCH
            yield piece


def _pieces(response: httpx2.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_bytes()
    except httpx2.HTTPError:
        raise AWAY from None


def _refusal(response: httpx2.Response) -> Problem:
    """Answer what the home said against it (RFC 9457), in its own words, cut short."""
    if response.status_code >= _BROKEN:
        return AWAY
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > ANSWER_BYTES_MAX:
            return TOO_MUCH
    try:
        detail = str(json.loads(bytes(body))["detail"])[:REFUSAL_CHARACTERS_MAX]
    except (ValueError, KeyError, TypeError):
        detail = "it does not say why."
    return Problem(409, "home-refuses", f"The home refuses: {detail}")
