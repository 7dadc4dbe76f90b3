"""Which browser asks: what it says it is, and whether a guardian signed in there before.

A browser in which somebody signed in gets a cookie of its own. It signs nobody in. It says that
whoever guesses at passphrases elsewhere is not here, and that a sign-in here is no news.
"""

from dataclasses import dataclass
from hashlib import sha256

from fastapi import Response
from starlette.requests import HTTPConnection

from unhear.clock import random_bytes
from unhear.household.browsers import KnownBrowser
from unhear.household.family import Household

COOKIE = "__Host-unhear-known"
TOKEN_BYTES = 32
YEAR_SECONDS = 365 * 86_400
UNKNOWN = "unknown"

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What of a `User-Agent` names a browser; the first that is there (RFC 9110, section 10.1.5)."""

SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""What of it names a system; the first that is there."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a browser says it is, roughly: nobody is told apart by it."""

    browser: str = UNKNOWN
    system: str = UNKNOWN


NOT_SAID = Kind()


def kind_of(connection: HTTPConnection) -> Kind:
    """Answer what the browser that asks says it is."""
    said = connection.headers.get("user-agent", "")
    return Kind(_first(BROWSERS, said), _first(SYSTEMS, said))


def known_browser(connection: HTTPConnection, household: Household) -> KnownBrowser | None:
    """Answer the browser that asks, where a guardian signed in there before."""
    token = connection.cookies.get(COOKIE)
    return None if token is None else household.browser(id_of(token))


def token_for(connection: HTTPConnection, known: KnownBrowser | None) -> str:
    """Answer what the browser is to bring from now on: what it brought, where it is known."""
    return random_bytes(TOKEN_BYTES).hex() if known is None else connection.cookies[COOKIE]


def give_cookie(response: Response, token: str) -> None:
    """Let a browser be known for a year from now."""
    response.set_cookie(
        COOKIE, token, max_age=YEAR_SECONDS, secure=True, httponly=True, samesite="strict"
    )


def id_of(token: str) -> bytes:
    """Answer what is remembered of a cookie: nothing that can be used as one."""
    return sha256(token.encode()).digest()


def _first(names: tuple[tuple[str, str], ...], said: str) -> str:
    return next((name for part, name in names if part in said), UNKNOWN)
