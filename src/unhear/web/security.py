"""What every answer of the console has, and what every request to it must have."""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unhear.web.headers import HEADERS
from unhear.web.problems import Problem, answer
from unhear.web.rates import Rates

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REQUESTS_PER_MINUTE = 1_200
AGENTS = "/v1/"
"""Below which authorised agents ask. They sign, and bring no cookie that another page could use."""

DOORBELLS = "/api/v1/doorbells/"
"""Below which doorbells say that they were pressed; each with its own token, and no cookie."""

STAFF = "/api/v1/staff/"
"""Below which a desk asks for its staff. It signs each message, and brings no cookie."""

STAFF_PER_MINUTE = 300
"""How often one address may send what a desk signed; film is fetched in parts."""

GRANTS = "/api/v1/grants/"
"""Below which whoever has a link opens what was shared with them. Nobody signs in there."""

GRANTS_PER_MINUTE = 60
"""How often one address may ask for what was shared; each opening writes to the ledger."""

SIGNED_PER_MINUTE = 30
"""How often one address may send something that an agent signed."""

VISITS = "/visit/"
"""Below which visitors ask whom a camera filmed. Nobody signs in there, so few may ask."""

MESSAGE, MESSAGE_BYTES_MAX = "/message", 3 << 20
"""Where visitors leave what they say: half a minute at 48 kHz."""

PRESSES_PER_MINUTE = 30
"""How often one address may say that a doorbell was pressed, or try its token."""

PROOFS_PER_MINUTE = 10
"""How often one address may try to prove who it is: passkeys, passphrases, recovery phrases."""

BODY_BYTES_MAX = 1 << 20

STRANGER = Problem(403, "other-origin", "This was asked from another page than the console's own.")
TOO_OFTEN = Problem(429, "too-often", "Too many requests; try again in a minute.")
TOO_LARGE = Problem(413, "too-large", "The request is larger than anything the console takes.")


class SecurityHeaders:
    """Adds the headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers that are not there yet."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sent)


class SameOrigin:
    """Refuses what another page asks for: changes, and WebSockets, need the console's own origin.

    Reading needs none, but names this host: a stranger's name that points here is refused.
    """

    def __init__(self, app: ASGIApp, origins: Iterable[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._hosts = frozenset(urlsplit(origin).netloc for origin in self._origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what the console's own pages ask for."""
        if scope["type"] in {"http", "websocket"} and not self._own(scope):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await answer(STRANGER)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _own(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts:
            return False
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
            return True
        machines = scope["type"] == "http" and scope["path"].startswith((AGENTS, DOORBELLS, STAFF))
        if machines and "origin" not in headers:
            return True
        return headers.get("origin") in self._origins


class Limits:
    """Refuses requests that come too often, or are too large, before anything reads them."""

    def __init__(
        self,
        app: ASGIApp,
        proving: Iterable[str],
        roomy: Mapping[str, int] | None = None,
        refused: Callable[[HTTPConnection], Problem | None] = lambda _asked: None,
    ) -> None:
        """`proving` are the paths at which somebody proves who they are.

        `roomy` are those that take more than others, and how many bytes. `refused` answers why a
        request at which somebody proves who they are is not even read, or None.
        """
        self._app = app
        self._proving = frozenset(proving)
        self._roomy = dict(roomy or {})
        self._refused = refused
        self._rates = Rates()
        self._requests, self._grants = REQUESTS_PER_MINUTE, GRANTS_PER_MINUTE
        self._proofs, self._signed = PROOFS_PER_MINUTE, SIGNED_PER_MINUTE
        self._presses = PRESSES_PER_MINUTE
        self._staff = STAFF_PER_MINUTE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is within the limits."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "0")
        spoken = scope["path"].startswith(VISITS) and scope["path"].endswith(MESSAGE)
        most = MESSAGE_BYTES_MAX if spoken else self._roomy.get(scope["path"], BODY_BYTES_MAX)
        if not length.isdecimal() or int(length) > most:
            await answer(TOO_LARGE)(scope, receive, send)
        elif not self._may(scope):
            await answer(TOO_OFTEN, {"retry-after": "60"})(scope, receive, send)
        elif self._proves(scope) and (why := self._refused(HTTPConnection(scope))) is not None:
            await answer(why)(scope, receive, send)
        else:
            await self._app(scope, _bounded(receive, most), send)

    def _proves(self, scope: Scope) -> bool:
        return scope["path"] in self._proving and scope["method"] == "POST"

    def _may(self, scope: Scope) -> bool:
        who = (scope.get("client") or ("nobody",))[0]
        proves = self._proves(scope)
        signed = scope["path"].startswith(AGENTS) and scope["method"] not in SAFE_METHODS
        visits = scope["path"].startswith(VISITS) and scope["method"] not in SAFE_METHODS
        pressed = scope["path"].startswith(DOORBELLS)
        granted = scope["path"].startswith(GRANTS)
        staff = scope["path"].startswith(STAFF)
        hit = self._rates.hit
        return (
            hit(who, "any", self._requests)
            and (not visits or hit(who, "visit", self._proofs))
            and (not proves or hit(who, "proof", self._proofs))
            and (not signed or hit(who, "signed", self._signed))
            and (not pressed or hit(who, "pressed", self._presses))
            and (not granted or hit(who, "granted", self._grants))
            and (not staff or hit(who, "staff", self._staff))
        )


def _bounded(receive: Receive, most: int) -> Receive:
    """Answer a `receive` that ends a body without a length once it is larger than `most` bytes."""
    left = most

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if left < 0 else message

    return bounded
