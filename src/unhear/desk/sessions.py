"""Who is signed in at the desk: short, listed, and ended by who sees them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from fastapi import Response
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Row
from starlette.requests import HTTPConnection

from unhear.clock import Clock, random_bytes
from unhear.desk import tables as t
from unhear.desk.people import moment
from unhear.desk.store import Store

COOKIE = "__Host-unhear-desk"
"""The prefix makes browsers take it from this very host alone, and over TLS or at localhost."""

TOKEN_BYTES = 32
IDLE = timedelta(minutes=15)
AT_MOST = timedelta(hours=8)
FRESH = timedelta(minutes=5)
"""How long ago a passkey may have proved who somebody is, for them to look."""

NOTED_SECONDS = 20
"""A session that was used is written down anew after so long."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser of one member; `csrf` is repeated by what its own pages ask."""

    key: bytes
    staff: str
    csrf: str
    opened_at: datetime
    used_at: datetime
    proved_at: datetime

    def over(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        return now - self.used_at > IDLE or now - self.opened_at > AT_MOST

    def fresh(self, now: datetime) -> bool:
        """Whether who it is was proved a moment ago."""
        return now - self.proved_at <= FRESH


class Sessions:
    """The sessions of a desk."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def open(self, staff: str, response: Response) -> Session:
        """Sign somebody in; the browser gets the cookie with `response`."""
        token, now = random_bytes(TOKEN_BYTES).hex(), self._now()
        values = {
            "key": _key(token),
            "staff": staff,
            "csrf": random_bytes(TOKEN_BYTES).hex(),
            "opened_at": now,
            "used_at": now,
            "proved_at": now,
        }
        with self._store.writing() as connection:
            too_old = now - int(AT_MOST.total_seconds())
            connection.execute(delete(t.session).where(t.session.c.opened_at < too_old))
            connection.execute(insert(t.session).values(values))
            row = connection.execute(
                select(t.session).where(t.session.c.key == values["key"])
            ).one()
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(AT_MOST.total_seconds()),
            secure=True,
            httponly=True,
            samesite="strict",
        )
        return _session(row)

    def of(self, request: HTTPConnection) -> Session | None:
        """Answer the session of a request, or None; it counts as used."""
        token = request.cookies.get(COOKIE)
        if token is None:
            return None
        with self._store.reading() as connection:
            row = connection.execute(
                select(t.session).where(t.session.c.key == _key(token))
            ).first()
        if row is None:
            return None
        session = _session(row)
        if session.over(self._clock()):
            self.close(session.key)
            return None
        if self._now() - row.used_at >= NOTED_SECONDS:
            self._set(session.key, used_at=self._now())
        return session

    def prove(self, session: Session) -> None:
        """Note that who it is was proved just now."""
        self._set(session.key, proved_at=self._now(), used_at=self._now())

    def is_fresh(self, session: Session) -> bool:
        """Whether who it is was proved a moment ago."""
        return session.fresh(self._clock())

    def all_of(self, staff: str) -> list[Session]:
        """Answer somebody's sessions, the newest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                select(t.session)
                .where(t.session.c.staff == staff)
                .order_by(t.session.c.opened_at.desc())
            ).all()
        now = self._clock()
        return [one for row in rows if not (one := _session(row)).over(now)]

    def close(self, key: bytes, staff: str | None = None) -> None:
        """End a session; only one of `staff`, where that is named."""
        ended = delete(t.session).where(t.session.c.key == key)
        with self._store.writing() as connection:
            connection.execute(ended if staff is None else ended.where(t.session.c.staff == staff))

    def _set(self, key: bytes, **values: int) -> None:
        with self._store.writing() as connection:
            connection.execute(update(t.session).where(t.session.c.key == key).values(**values))

    def _now(self) -> int:
        return int(self._clock().timestamp())


def _session(row: Row[tuple[object, ...]]) -> Session:
    return Session(
        key=row.key,
        staff=row.staff,
        csrf=row.csrf,
        opened_at=moment(row.opened_at),
        used_at=moment(row.used_at),
        proved_at=moment(row.proved_at),
    )


def _key(token: str) -> bytes:
    """Answer what is remembered of a cookie: nothing that signs in."""
    return sha256(token.encode()).digest()
