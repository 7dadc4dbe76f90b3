"""Replicas of a server: each has the newest database before an old root key is destroyed.

A replica that becomes the primary without the commit that replaced a root would name the old one,
and nothing would open if that was destroyed. So whoever may become the primary is waited for until
what was committed is on its disk (`flush_lsn`; see "Monitoring Database Activity" in PostgreSQL's
manual). That is asked here and not left to `synchronous_standby_names`, which an operator may
change, and which lets a commit through when somebody stops waiting.
"""

from collections.abc import Collection
from contextlib import closing
from time import monotonic, sleep

import psycopg

from unhear.forget.errors import MirrorAway
from unhear.stores.errors import StoreError
from unhear.stores.server import connect, plain_errors

PATIENCE_SECONDS = 10.0
"""How long an erasure waits for a replica, which is a few milliseconds behind as a rule."""

LOOK_EVERY_SECONDS = 0.02

SELECT_WRITTEN = "SELECT pg_current_wal_flush_lsn()"
SELECT_BEHIND = """
    SELECT name FROM unnest(%s::text[]) AS name
    WHERE name <> current_setting('cluster_name') AND NOT coalesce((
        SELECT bool_and(flush_lsn >= %s::pg_lsn AND state = 'streaming')
        FROM pg_stat_replication WHERE application_name = name
    ), false)
"""
"""One that goes by the name of the primary itself is not waited for: it is the primary now."""


class Standbys:
    """The replicas of one server that may become the primary."""

    def __init__(
        self, address: str, names: Collection[str], patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Ask the server at `address` about the replicas of these `application_name`s."""
        self._address = address
        self._names = list(names)
        self._patience = patience_seconds

    def ship(self) -> None:
        """Wait until each replica has flushed what is committed. Raises `MirrorAway`."""
        try:
            with plain_errors(self._address), closing(connect(self._address)) as connection:
                connection.autocommit = True
                behind = self._wait(connection)
        except StoreError as error:
            raise MirrorAway(
                f"the replicas cannot be asked about: {error}. Until they can, no replaced root "
                "key is destroyed"
            ) from None
        if behind:
            raise MirrorAway(
                f"replica {', '.join(behind)} does not have the newest database. It is waited for; "
                "until it has, no replaced root key is destroyed. If it is gone for good, take it "
                "out of `standbys`; if it is there, let this user see it: GRANT pg_monitor"
            )

    def _wait(self, connection: "psycopg.Connection[tuple[object, ...]]") -> list[str]:
        """Answer the names of those that are still behind when patience ends."""
        until = monotonic() + self._patience
        written = connection.execute(SELECT_WRITTEN).fetchone()
        while True:
            rows = connection.execute(SELECT_BEHIND, [self._names, written and written[0]])
            behind = [str(name) for (name,) in rows]
            if not behind or monotonic() > until:
                return behind
            sleep(LOOK_EVERY_SECONDS)
