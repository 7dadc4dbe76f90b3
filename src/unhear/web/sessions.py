"""Who is signed in: guardians, each with a secure cookie, in memory only.

A restart signs everybody out. What is sensitive needs a *fresh* proof of who one is, a few minutes
old at most.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from threading import Lock
from time import monotonic

from fastapi import Request, Response
from starlette.requests import HTTPConnection

from unhear.clock import random_bytes
from unhear.household.words import PersonId
from unhear.web.browsers import NOT_SAID, Kind

COOKIE = "__Host-unhear"
"""The prefix makes browsers take it from this very host alone, and over TLS or at localhost."""

TOKEN_BYTES, ID_BYTES = 32, 16
IDLE = timedelta(hours=12)
AT_MOST = timedelta(days=7)
FRESH = timedelta(minutes=5)
SESSIONS_MAX = 1_000
"""More than any house has browsers; the oldest gives way."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser of one guardian. Moments are seconds of a clock that never jumps.

    `csrf` is repeated by every form and operation of the session's own pages; `method` is how it
    was proved last who it is (`household.methods`). `id` names the session and opens nothing;
    `kind` is what the browser says it is, and `browser` what is remembered of its cookie.
    """

    person: PersonId
    csrf: str
    method: str
    opened: float
    used: float
    proved: float
    kind: Kind = NOT_SAID
    browser: bytes | None = None
    id: str = field(default_factory=lambda: random_bytes(ID_BYTES).hex())

    def fresh(self, now: float) -> bool:
        """Whether who it is was proved a moment ago."""
        return now - self.proved <= FRESH.total_seconds()

    def over(self, now: float) -> bool:
        """Whether it has ended by itself."""
        idle, whole = now - self.used, now - self.opened
        return idle > IDLE.total_seconds() or whole > AT_MOST.total_seconds()


class Sessions:
    """The sessions of a console; safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._sessions: dict[bytes, Session] = {}
        self._lock = Lock()

    def open(
        self,
        person: PersonId,
        method: str,
        response: Response,
        *,
        kind: Kind = NOT_SAID,
        browser: bytes | None = None,
    ) -> Session:
        """Sign a guardian in; the browser gets the cookie with `response`."""
        token, now = random_bytes(TOKEN_BYTES).hex(), self._clock()
        csrf = random_bytes(TOKEN_BYTES).hex()
        session = Session(person, csrf, method, now, now, now, kind, browser)
        with self._lock:
            if len(self._sessions) >= SESSIONS_MAX:
                oldest = min(self._sessions, key=lambda key: self._sessions[key].used)
                del self._sessions[oldest]
            self._sessions[_key(token)] = session
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(AT_MOST.total_seconds()),
            secure=True,
            httponly=True,
            samesite="strict",
        )
        return session

    def of(self, request: HTTPConnection) -> Session | None:
        """Answer the session of a request, or None; it counts as used."""
        token = request.cookies.get(COOKIE)
        if token is None:
            return None
        key, now = _key(token), self._clock()
        with self._lock:
            session = self._sessions.get(key)
            if session is None:
                return None
            if session.over(now):
                del self._sessions[key]
                return None
            self._sessions[key] = replace(session, used=now)
            return session

    def prove(self, request: Request, method: str) -> None:
        """Note that the guardian of a request has just proved who they are."""
        key, now = _key(request.cookies.get(COOKIE, "")), self._clock()
        with self._lock:
            if (session := self._sessions.get(key)) is not None:
                self._sessions[key] = replace(session, proved=now, method=method)

    def is_fresh(self, session: Session) -> bool:
        """Whether who it is was proved a moment ago."""
        return session.fresh(self._clock())

    def close(self, request: Request, response: Response) -> None:
        """Sign out."""
        with self._lock:
            self._sessions.pop(_key(request.cookies.get(COOKIE, "")), None)
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")

    def all(self) -> list[Session]:
        """Answer those that go on, the one that was used last first."""
        now = self._clock()
        with self._lock:
            going = [one for one in self._sessions.values() if not one.over(now)]
        return sorted(going, key=lambda one: one.used, reverse=True)

    def ago(self, moment: float) -> timedelta:
        """Answer how long ago a moment of a session was."""
        return timedelta(seconds=self._clock() - moment)

    def close_all(self, person: PersonId) -> None:
        """Sign a guardian out everywhere."""
        self.close_where(lambda one: one.person == person)

    def close_where(self, chosen: Callable[[Session], bool]) -> list[Session]:
        """Sign out every session that is chosen; answer them."""
        with self._lock:
            closed = [one for one in self._sessions.values() if chosen(one)]
            self._sessions = {key: one for key, one in self._sessions.items() if not chosen(one)}
        return closed


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing of them."""
    return compare_digest(one.encode(), other.encode())


def _key(token: str) -> bytes:
    """Answer what is remembered of a cookie: nothing that signs in."""
    return sha256(token.encode()).digest()
