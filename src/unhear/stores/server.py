"""How a PostgreSQL server is reached, and what it must be for what is committed to stay so."""

from collections.abc import Iterator
from contextlib import contextmanager
from select import POLLIN, poll

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from unhear.stores.errors import (
    HouseMoved,
    StoreAway,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreUnwritable,
)

BUSY_SECONDS_MAX = 60
"""How long a writer waits for another before it gives up."""

CONNECT_SECONDS_MAX = 10

DEFAULTS = {
    "application_name": "unhear",
    "connect_timeout": str(CONNECT_SECONDS_MAX),
    "target_session_attrs": "read-write",  # of several hosts, the one that is the primary now
}

OPTIONS = (
    "-c synchronous_commit=on"  # a commit that power loss could undo would outlive its root key
    f" -c lock_timeout={BUSY_SECONDS_MAX}s"
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4"
)
"""The last let go of what a machine held that is gone, within half a minute."""

DURABLE = ("synchronous_commit", "fsync", "full_page_writes")


def connect(address: str, *schemas: str) -> "psycopg.Connection[tuple[object, ...]]":
    """Answer a connection on which names are looked for in `schemas`, in this order.

    They are found by the search path, set once a connection, and not by names in the statements:
    so the statements are the same on both kinds of database, and nothing is put together anew for
    each. Raises `psycopg.Error`, and `StoreError` where the server is not durable.
    """
    connection = psycopg.connect(conninfo(address, *schemas), autocommit=True)
    for name in DURABLE:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        if row is None or row[0] != "on":
            connection.close()
            raise StoreError(
                f"the PostgreSQL server runs with {name} off: what it says is committed may be "
                f"lost with the power. Set {name} = on"
            )
    connection.autocommit = False
    return connection


def is_closed(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    """Whether the server has closed a connection at rest, as far as is known here: it asks nobody.

    One whose server is gone without a word is found out by what is asked next.
    """
    unread = poll()
    unread.register(connection.fileno(), POLLIN)
    try:
        while unread.poll(0):  # the server's last words, and then the end
            connection.pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return False


def conninfo(address: str, *schemas: str) -> str:
    """Answer what libpq is to be told: how to connect, and where names are looked for."""
    path = f" -c search_path={','.join(schemas)}" if schemas else ""
    given = conninfo_to_dict(address)
    options = f"{given.pop('options', None) or ''} {OPTIONS}{path}"
    return make_conninfo("", **{**DEFAULTS, **given, "options": options, "client_encoding": "utf8"})


def place_of(address: str) -> str:
    """Answer where a database is, without who signs in to it."""
    given = conninfo_to_dict(address)
    return f"{given.get('dbname', 'the database')} on {given.get('host', 'this machine')}"


@contextmanager
def plain_errors(address: str) -> Iterator[None]:
    """Turn errors of the server into `StoreError`, without statements, values or passwords."""
    try:
        yield
    except DBAPIError as error:
        raise plain(error.orig, address) from None
    except psycopg.Error as error:
        raise plain(error, address) from None
    except PoolTimeoutError:
        raise StoreBusy("too much is asked of the database at once. Try again") from None


_BY_STATE: dict[str, tuple[type[StoreError], str]] = {
    "55P03": (StoreBusy, "another process is writing for too long. Try again"),
    "40001": (StoreBusy, "another process changed the same. Try again"),
    "40P01": (StoreBusy, "another process changed the same. Try again"),
    "53300": (StoreBusy, "the database server has too many connections; raise max_connections"),
    "53100": (
        StoreFull,
        "the disk of the database server is full; nothing was changed. Free some space there",
    ),
    "53200": (StoreFull, "the database server has no memory left; nothing was changed"),
    "58030": (StoreFull, "the disk of the database server refused a write; check its health"),
    "XX001": (
        StoreDamaged,
        "the database is damaged. Fail over to a replica; run `unhear audit` to see what is",
    ),
    "XX002": (
        StoreDamaged,
        "an index of the database is damaged; run REINDEX, and `unhear audit` to see what is",
    ),
    "42P01": (
        HouseMoved,
        "the house's tables are not in this database any more: it moved elsewhere. Bring its "
        "settings up to date on this machine, and start this again",
    ),
    "25006": (
        StoreUnwritable,
        "the database server takes no writes: it is a replica. Name every server in `database`",
    ),
    "42501": (
        StoreUnwritable,
        "the database's user may not do this; see the rights it needs in docs/operations.md",
    ),
}


def plain(error: BaseException | None, address: str) -> StoreError:
    """Answer an error of the driver in words that say what to do."""
    place = place_of(address)
    state = getattr(error, "sqlstate", None) or ""
    if known := _BY_STATE.get(state):
        kind, sentence = known
        return kind(f"{sentence} ({place})")
    if is_lost(error):
        name = conninfo_to_dict(address).get("dbname", "unhear")
        return StoreAway(
            f"the database server cannot be reached, or lets nobody in ({place}); nothing was "
            "changed. See that it runs, that its pg_hba.conf lets this user in (with the password "
            f"in PGPASSFILE), and that there is such a database (`createdb {name}`)"
        )
    return StoreError(f"the database failed with {type(error).__name__} {state} ({place})")


def is_lost(error: BaseException | None) -> bool:
    """Whether an error means that the server was never reached, or is there no more."""
    state = getattr(error, "sqlstate", None) or ""
    unsaid = not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return unsaid or state.startswith(("08", "57P"))
