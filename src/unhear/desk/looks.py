"""Looks: each written down before the home is asked, counted, and watched for what is odd."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.engine import Row

from unhear.clock import Clock, random_bytes
from unhear.desk import tables as t
from unhear.desk.people import SUSPENDED, Member, member_in, moment, suspend_in
from unhear.desk.settings import DeskSettings
from unhear.desk.store import Store
from unhear.desk.watching import USUAL_DAYS, Seen, looks_today, odd
from unhear.web.problems import Problem

ID_BYTES = 16
SHOWN_MAX = 500
WATCH = "the desk's watch"
"""Who suspends somebody that looks oddly."""

NO_GRANT = Problem(404, "no-such-grant", "No grant of yours is called that.")
NO_LOOK = Problem(404, "no-such-look", "Open it again; this look is not yours, or is over.")
TOO_MANY = Problem(429, "too-many-looks", "You looked as often as one may in a day.")


@dataclass(frozen=True, slots=True)
class Look:
    """One look; `seconds` of a recording, None where the home did not let it happen."""

    id: str
    staff: str
    name: str
    home: str
    grant: str
    ticket: str
    at: datetime
    seconds: int | None


class Looks:
    """The looks of one desk."""

    def __init__(self, store: Store, settings: DeskSettings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    def begin(self, by: Member, home: str, grant: str) -> Look:
        """Write down that somebody looks; who returns from here may ask the home.

        Raises `Problem`: for a suspended member, what was not granted, and too many looks. Who
        looks oddly is suspended by this look, which is refused.
        """
        with self._store.writing() as connection:
            if member_in(connection, by.id).suspended is not None:
                raise SUSPENDED
            ticket = _ticket(connection, by.id, home, grant)
            now = self._clock()
            seen = _seen(connection, by.id, now)
            if looks_today(seen, now) >= self._settings.looks_a_day:
                raise TOO_MANY
            look = random_bytes(ID_BYTES).hex()
            values = {"id": look, "staff": by.id, "home": home, "grant": grant}
            connection.execute(
                insert(t.look).values(**values, ticket=ticket, at=int(now.timestamp()))
            )
            why = odd(
                [*seen, Seen(moment(int(now.timestamp())), home)],
                now,
                homes_an_hour=self._settings.homes_an_hour,
                since=_reinstated(connection, by.id),
            )
            if why is not None:
                suspend_in(connection, by.id, why, WATCH, int(now.timestamp()))
            found = _in(connection, look)
        if why is not None:
            raise SUSPENDED
        return found

    def opened(self, look: Look, seconds: float) -> None:
        """Note that the home stated the look, and how long the recording is."""
        with self._store.writing() as connection:
            connection.execute(
                update(t.look).where(t.look.c.id == look.id).values(seconds=round(seconds))
            )

    def of(self, by: Member, look: str) -> Look:
        """Answer a look of somebody's own that the home let happen. Raises `Problem`."""
        with self._store.reading() as connection:
            found = _in(connection, look)
        if found.staff != by.id or found.seconds is None:
            raise NO_LOOK
        return found

    def all(self, staff: str | None = None) -> list[Look]:
        """Answer the newest looks, of somebody or of everybody."""
        asked = _SELECT.order_by(t.look.c.at.desc(), t.look.c.id).limit(SHOWN_MAX)
        with self._store.reading() as connection:
            rows = connection.execute(
                asked if staff is None else asked.where(t.look.c.staff == staff)
            )
            return [_look(row) for row in rows]


_SELECT = select(t.look, t.staff.c.name).join(t.staff, t.staff.c.id == t.look.c.staff)


def _ticket(connection: Connection, staff: str, home: str, grant: str) -> str:
    """Answer the ticket of a grant that a home told this member of. Raises `Problem`."""
    ticket = connection.execute(
        select(t.request.c.ticket)
        .join(t.granted, t.granted.c.request == t.request.c.id)
        .where(t.granted.c.home == home, t.granted.c.id == grant, t.request.c.staff == staff)
    ).scalar()
    if ticket is None:
        raise NO_GRANT
    return str(ticket)


def _seen(connection: Connection, staff: str, now: datetime) -> list[Seen]:
    since = int((now - timedelta(days=USUAL_DAYS + 1)).timestamp())
    rows = connection.execute(
        select(t.look.c.at, t.look.c.home).where(t.look.c.staff == staff, t.look.c.at >= since)
    )
    return [Seen(moment(at), home) for at, home in rows]


def _reinstated(connection: Connection, staff: str) -> datetime | None:
    ended = connection.execute(
        select(func.max(t.suspension.c.ended_at)).where(t.suspension.c.staff == staff)
    ).scalar()
    return None if ended is None else moment(ended)


def _in(connection: Connection, look: str) -> Look:
    row = connection.execute(_SELECT.where(t.look.c.id == look)).first()
    if row is None:
        raise NO_LOOK
    return _look(row)


def _look(row: Row[tuple[object, ...]]) -> Look:
    return Look(
        id=row.id,
        staff=row.staff,
        name=row.name,
        home=row.home,
        grant=row.grant,
        ticket=row.ticket,
        at=moment(row.at),
        seconds=row.seconds,
    )
