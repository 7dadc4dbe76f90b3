"""Leases as locks of a PostgreSQL session, for processes of many machines (advisory locks).

The server frees them when the session ends: at once where a process dies, and after half a minute
where its machine or the network is gone. A process that is cut off notices before that. Where the
server itself ends a session, its process notices within a second, and may have a lease meanwhile
that another was given.
"""

import logging
from collections.abc import Collection, Mapping
from threading import Lock
from time import monotonic

import psycopg
from psycopg.conninfo import make_conninfo

from unhear.stores.errors import StoreError
from unhear.stores.server import connect, plain

log = logging.getLogger(__name__)

CUT_OFF_MILLISECONDS = 8_000
"""How long the server may not answer until its session is given up; see `server.OPTIONS`."""

BELIEVED_SECONDS = 0.5
"""How long an answer of the server is believed."""

TAKE = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
RELEASE = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"
IS_FREE = "SELECT pg_try_advisory_lock_shared(hashtextextended(%s, 0))"
TAKEN = """
    SELECT name FROM unnest(%s::text[]) AS name WHERE hashtextextended(name, 0) IN (
        SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 1 AND mode = 'ExclusiveLock' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""
"""As pg_locks shows a lock whose key is one number of 64 bits (PostgreSQL's manual, 52.12)."""

RELEASE_SHARED = "SELECT pg_advisory_unlock_shared(hashtextextended(%s, 0))"


class PostgresLeases:
    """The leases of one process on a server; see `house.leases.Leases`.

    While the server is away this process has none, and gets none: nobody could know better.
    """

    def __init__(self, address: str, house: str, session: "_Session | None" = None) -> None:
        """Ask the server at `address`; `house` tells this house's names from all others there.

        `session` is another's of the same process, which then closes it.
        """
        self._address = address
        self._house = house
        self._own = session is None
        self._session = session or _Session(address)

    def beside(self, house: str) -> "PostgresLeases":
        """Answer those of another house, in the same session."""
        return PostgresLeases(self._address, house, self._session)

    def take(self, name: str) -> bool:
        """Have a lease, from now on or already; False where another process has it."""
        return self._session.take(self._full(name))

    def has(self, name: str) -> bool:
        """Whether this process has a lease, still."""
        return self._session.has(self._full(name))

    def taken(self, name: str) -> bool:
        """Whether anybody has a lease, or the server is away, so that nobody can know."""
        return self._session.taken(self._full(name))

    def taken_among(self, names: Collection[str]) -> frozenset[str]:
        """Answer which of these leases anybody has; all where nobody can know."""
        return self._session.taken_among({self._full(name): name for name in names})

    def release(self, name: str) -> None:
        """Let another have a lease."""
        self._session.release(self._full(name))

    def close(self) -> None:
        """Release every lease."""
        if self._own:
            self._session.close()
        else:
            self._session.release_all(self._full(""))

    def _full(self, name: str) -> str:
        return f"{self._house} {name}"


class _Session:
    """One session of the server, and what it holds, by whole names."""

    def __init__(self, address: str) -> None:
        self._address = make_conninfo(address, tcp_user_timeout=CUT_OFF_MILLISECONDS)
        self._held: set[str] = set()
        self._lock = Lock()
        self._session: psycopg.Connection[tuple[object, ...]] | None = None
        self._heard_at = 0.0

    def take(self, name: str) -> bool:
        with self._lock:
            if self._has(name):
                return True
            if self._asked(TAKE, name):
                self._held.add(name)
            return name in self._held

    def has(self, name: str) -> bool:
        with self._lock:
            return self._has(name)

    def taken(self, name: str) -> bool:
        with self._lock:
            if self._has(name):
                return True
            if not self._asked(IS_FREE, name):
                return True
            self._asked(RELEASE_SHARED, name)
            return False

    def taken_among(self, names: Mapping[str, str]) -> frozenset[str]:
        with self._lock:
            rows = self._ask(TAKEN, list(names))
        whole = names.keys() if rows is None else [str(name) for (name,) in rows]
        return frozenset(names[one] for one in whole)

    def release(self, name: str) -> None:
        with self._lock:
            if name in self._held:
                self._held.discard(name)
                self._asked(RELEASE, name)

    def release_all(self, beginning: str) -> None:
        for name in [one for one in self._held if one.startswith(beginning)]:
            self.release(name)

    def close(self) -> None:
        with self._lock:
            self._give_up()

    def _has(self, name: str) -> bool:
        if name not in self._held:
            return False
        if monotonic() - self._heard_at > BELIEVED_SECONDS:
            self._asked("SELECT true")
        return name in self._held

    def _asked(self, question: str, *names: str) -> bool:
        """Answer what the server says; False where it does not answer."""
        rows = self._ask(question, *names)
        return rows is not None and bool(rows[0][0])

    def _ask(self, question: str, *values: str | list[str]) -> "list[tuple[object, ...]] | None":
        """Answer what the server says; None, with every lease gone, where it does not answer."""
        asked_at = monotonic()
        try:
            if self._session is None:
                self._session = connect(self._address)
                self._session.autocommit = True
            rows = self._session.execute(question, values).fetchall()
        except (psycopg.Error, StoreError) as error:
            said = error if isinstance(error, StoreError) else plain(error, self._address)
            log.warning(
                "no leases while the database is away", extra={"error": type(said).__name__}
            )
            self._give_up()
            return None
        self._heard_at = asked_at
        return rows

    def _give_up(self) -> None:
        session, self._session = self._session, None
        self._held.clear()
        if session is not None:
            session.close()
