"""Leases as locks of a PostgreSQL session, for processes of many machines (advisory locks).

The server frees them when the session ends: at once where a process dies, and after half a minute
where its machine or the network is gone. A process that is cut off notices before that. Where the
server itself ends a session, its process notices within a second, and may have a lease meanwhile
that another was given.
"""

import logging
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
RELEASE_SHARED = "SELECT pg_advisory_unlock_shared(hashtextextended(%s, 0))"


class PostgresLeases:
    """The leases of one process on a server; see `house.leases.Leases`.

    While the server is away this process has none, and gets none: nobody could know better.
    """

    def __init__(self, address: str, house: str) -> None:
        """Ask the server at `address`; `house` tells this house's names from all others there."""
        self._address = make_conninfo(address, tcp_user_timeout=CUT_OFF_MILLISECONDS)
        self._house = house
        self._held: set[str] = set()
        self._lock = Lock()
        self._session: psycopg.Connection[tuple[object, ...]] | None = None
        self._heard_at = 0.0

    def take(self, name: str) -> bool:
        """Have a lease, from now on or already; False where another process has it."""
        with self._lock:
            if self._has(name):
                return True
            if self._ask(TAKE, name):
                self._held.add(name)
            return name in self._held

    def has(self, name: str) -> bool:
        """Whether this process has a lease, still."""
        with self._lock:
            return self._has(name)

    def taken(self, name: str) -> bool:
        """Whether anybody has a lease, or the server is away, so that nobody can know."""
        with self._lock:
            if self._has(name):
                return True
            if not self._ask(IS_FREE, name):
                return True
            self._ask(RELEASE_SHARED, name)
            return False

    def release(self, name: str) -> None:
        """Let another have a lease."""
        with self._lock:
            if name in self._held:
                self._held.discard(name)
                self._ask(RELEASE, name)

    def close(self) -> None:
        """Release every lease."""
        with self._lock:
            self._give_up()

    def _has(self, name: str) -> bool:
        if name not in self._held:
            return False
        if monotonic() - self._heard_at > BELIEVED_SECONDS:
            self._ask("SELECT true")
        return name in self._held

    def _ask(self, question: str, *names: str) -> bool:
        """Answer what the server says; False, with every lease gone, where it does not answer."""
        asked_at = monotonic()
        try:
            if self._session is None:
                self._session = connect(self._address)
                self._session.autocommit = True
            row = self._session.execute(question, [f"{self._house} {n}" for n in names]).fetchone()
        except (psycopg.Error, StoreError) as error:
            said = error if isinstance(error, StoreError) else plain(error, self._address)
            log.warning(
                "no leases while the database is away", extra={"error": type(said).__name__}
            )
            self._give_up()
            return False
        self._heard_at = asked_at
        return row is not None and bool(row[0])

    def _give_up(self) -> None:
        session, self._session = self._session, None
        self._held.clear()
        if session is not None:
            session.close()
