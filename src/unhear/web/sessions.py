"""The cookie of who is signed in, and what its pages repeat; the house knows whose it is."""

import hmac

from fastapi import Response
from starlette.requests import HTTPConnection

from unhear.household.sign_ins import AT_MOST

COOKIE = "__Host-unhear"
"""The prefix makes browsers take it from this very host alone, and over TLS or at localhost."""


def token_of(connection: HTTPConnection) -> str | None:
    """Answer what a browser brings to show that it is signed in, or None."""
    return connection.cookies.get(COOKIE)


def give_cookie(response: Response, token: str) -> None:
    """Let a browser be signed in with a token."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(AT_MOST.total_seconds()),
        secure=True,
        httponly=True,
        samesite="strict",
    )


def take_cookie(response: Response) -> None:
    """Have a browser drop its cookie."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")


def csrf_for(token: str) -> str:
    """Answer what forms and operations of the session's own pages repeat.

    It follows from the token, so that every process knows it and none keeps it; the token does not
    follow from it.
    """
    return hmac.digest(token.encode(), b"unhear/csrf/v1", "sha256").hex()


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing of them."""
    return hmac.compare_digest(one.encode(), other.encode())
