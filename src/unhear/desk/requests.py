"""What staff ask of homes, somebody else's agreement where it takes two, and how it stands."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.engine import Row

from unhear.clock import Clock, random_bytes
from unhear.desk import tables as t
from unhear.desk.homes import UNKNOWN, Homes, Standing
from unhear.desk.people import SUSPENDED, Member, member_in, moment
from unhear.desk.roles import PURPOSES, TWO_PEOPLE, Operation, may
from unhear.desk.store import Store
from unhear.household.staff import StaffPurpose
from unhear.web.problems import Problem

ID_BYTES = 16
SHOWN_MAX = 200

NOT_FOR_YOU = Problem(403, "purpose", "Your role may not ask for this purpose.")
NO_REQUEST = Problem(404, "no-such-request", "There is no such request here.")
NOT_WAITING = Problem(409, "not-waiting", "Somebody decided on this request already.")
OWN_REQUEST = Problem(403, "own-request", "Somebody else must agree to your request.")
NOT_JOINED = Problem(409, "not-joined", "Who asked has no passkey now; they must join again.")


class State(StrEnum):
    """How far the desk has come with a request; what a home makes of it, the home says."""

    TO_APPROVE = "to approve"
    REFUSED = "refused here"
    ASKING = "asking"
    ASKED = "asked"
    GIVEN_BACK = "given back"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks: recordings by their ids, or a time range and perhaps a device."""

    home: str
    purpose: StaffPurpose
    ticket: str
    why: str
    hours: int
    recordings: tuple[str, ...] = ()
    begins: datetime | None = None
    ends: datetime | None = None
    device: str | None = None

    def which(self) -> dict[str, Any]:
        """Answer which recordings, as a message to a home says it."""
        if self.recordings:
            return {"recordings": list(self.recordings)}
        if self.begins is None or self.ends is None or self.begins >= self.ends:
            raise NO_RANGE
        return {
            "from": self.begins.isoformat(),
            "to": self.ends.isoformat(),
            "device": self.device,
        }


NO_RANGE = Problem(
    422, "no-range", "Say which recordings, or from when until when; it must end after it begins."
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `by` asked it."""

    id: str
    home: str
    by: str
    purpose: StaffPurpose
    ticket: str
    why: str
    hours: int
    at: datetime
    state: State
    remote: str | None
    asked: Mapping[str, Any] | None


class Requests:
    """The requests of one desk."""

    def __init__(self, store: Store, homes: Homes, clock: Clock) -> None:
        self._store = store
        self._homes = homes
        self._clock = clock

    def ask(self, by: Member, wanted: Wanted) -> Request:
        """Ask a home, or first somebody else where it takes two. Raises `Problem`."""
        if not may(by.role, Operation.ASK) or wanted.purpose not in PURPOSES[by.role]:
            raise NOT_FOR_YOU
        if self._homes.settings.home_url(wanted.home) is None:
            raise UNKNOWN
        two = wanted.purpose in TWO_PEOPLE
        request, which = random_bytes(ID_BYTES).hex(), wanted.which()
        with self._store.writing() as connection:
            connection.execute(
                insert(t.request).values(
                    id=request,
                    home=wanted.home,
                    staff=by.id,
                    purpose=wanted.purpose.value,
                    ticket=wanted.ticket,
                    why=wanted.why,
                    hours=wanted.hours,
                    asked=json.dumps(which) if two else None,
                    at=self._now(),
                    state=(State.TO_APPROVE if two else State.ASKING).value,
                )
            )
            found = _in(connection, request)
        if two:
            return found
        try:
            return self._sent(replace(found, asked=which), by, None)
        except Problem:
            with self._store.writing() as connection:
                connection.execute(delete(t.request).where(t.request.c.id == request))
            raise

    def to_approve(self, by: Member) -> list[tuple[Request, Member]]:
        """Answer what waits for somebody other than who asked it, and who that is."""
        with self._store.reading() as connection:
            rows = connection.execute(
                select(t.request)
                .where(t.request.c.state == State.TO_APPROVE.value, t.request.c.staff != by.id)
                .order_by(t.request.c.at)
            )
            return [(found, member_in(connection, found.by)) for found in map(_request, rows)]

    def approve(self, by: Member, request: str) -> Request:
        """Agree to what somebody else asks, and have the home asked. Raises `Problem`."""
        with self._deciding(by, request, agreed=True) as (connection, found):
            asker = member_in(connection, found.by)
            if asker.suspended is not None:
                raise SUSPENDED
            if not asker.joined:
                raise NOT_JOINED
            _set(connection, request, state=State.ASKING.value)
        try:
            return self._sent(found, asker, by)
        except Problem:
            with self._store.writing() as connection:
                connection.execute(delete(t.approval).where(t.approval.c.request == request))
                _set(connection, request, state=State.TO_APPROVE.value)
            raise

    def refuse(self, by: Member, request: str) -> None:
        """Refuse what somebody else asks; the home is not asked. Raises `Problem`."""
        with self._deciding(by, request, agreed=False) as (connection, _):
            _set(connection, request, state=State.REFUSED.value, asked=None)
        self._store.tidy()

    def own(self, by: Member) -> list[Request]:
        """Answer somebody's own requests, the newest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                select(t.request)
                .where(t.request.c.staff == by.id)
                .order_by(t.request.c.at.desc())
                .limit(SHOWN_MAX)
            )
            return [_request(row) for row in rows]

    def standings(self, by: Member, home: str) -> dict[str, Standing]:
        """Ask a home how somebody's requests stand; by the desk's ids. Raises `Problem`.

        Which grants there are is noted.
        """
        told = {one.request: one for one in self._homes.standings(home, by)}
        with self._store.writing() as connection:
            rows = connection.execute(
                select(t.request.c.id, t.request.c.remote).where(
                    t.request.c.staff == by.id,
                    t.request.c.home == home,
                    t.request.c.remote.in_(list(told)),
                )
            ).all()
            found = {row.id: told[row.remote] for row in rows}
            _note_grants(connection, home, found, self._now())
        return found

    def give_back(self, by: Member, request: str) -> None:
        """End a request of one's own early, with all that was granted. Raises `Problem`."""
        with self._store.reading() as connection:
            found = _in(connection, request)
        if found.by != by.id:
            raise NO_REQUEST
        if found.state is State.ASKED and found.remote is not None:
            self._homes.give_back(found.home, by, {"request": found.remote})
        with self._store.writing() as connection:
            _set(connection, request, state=State.GIVEN_BACK.value, asked=None)
        self._store.tidy()

    def counts(self) -> dict[str, dict[str, int]]:
        """Answer how often homes were asked and let somebody look, by their ids; no names."""
        homes = {
            one.id: {"looks": 0, "requests": 0, "grants": 0} for one in self._homes.settings.homes
        }
        counted = {
            "looks": (t.look.c.home, t.look.c.seconds.is_not(None)),
            "requests": (t.request.c.home, t.request.c.remote.is_not(None)),
            "grants": (t.granted.c.home, t.granted.c.id.is_not(None)),
        }
        with self._store.reading() as connection:
            for what, (column, condition) in counted.items():
                asked = select(column, func.count()).where(condition).group_by(column)
                for home, number in connection.execute(asked):
                    homes.setdefault(home, {"looks": 0, "requests": 0, "grants": 0})
                    homes[home][what] = number
        return homes

    @contextmanager
    def _deciding(
        self, by: Member, request: str, *, agreed: bool
    ) -> Iterator[tuple[Connection, Request]]:
        if not may(by.role, Operation.APPROVE):
            raise NOT_FOR_YOU
        with self._store.writing() as connection:
            found = _in(connection, request)
            if found.by == by.id:
                raise OWN_REQUEST
            if found.state is not State.TO_APPROVE:
                raise NOT_WAITING
            connection.execute(
                insert(t.approval).values(
                    request=request, staff=by.id, agreed=int(agreed), at=self._now()
                )
            )
            yield connection, found

    def _sent(self, found: Request, by: Member, second: Member | None) -> Request:
        args = {
            "purpose": found.purpose.value,
            "ticket": found.ticket,
            "why": found.why,
            "hours": found.hours,
            **(found.asked or {}),
        }
        remote = self._homes.ask(found.home, by, args, second)
        with self._store.writing() as connection:
            _set(connection, found.id, state=State.ASKED.value, remote=remote, asked=None)
            sent = _in(connection, found.id)
        if second is not None:
            self._store.tidy()
        return sent

    def _now(self) -> int:
        return int(self._clock().timestamp())


def _note_grants(
    connection: Connection, home: str, found: Mapping[str, Standing], now: int
) -> None:
    grants: Sequence[dict[str, Any]] = [
        {"home": home, "id": grant, "request": request, "seen_at": now}
        for request, one in found.items()
        for grant in one.grants
    ]
    if grants:
        connection.execute(insert_or(t.granted).on_conflict_do_nothing(), grants)


def _set(connection: Connection, request: str, **values: str | None) -> None:
    connection.execute(update(t.request).where(t.request.c.id == request).values(**values))


def _in(connection: Connection, request: str) -> Request:
    row = connection.execute(select(t.request).where(t.request.c.id == request)).first()
    if row is None:
        raise NO_REQUEST
    return _request(row)


def _request(row: Row[tuple[object, ...]]) -> Request:
    return Request(
        id=row.id,
        home=row.home,
        by=row.staff,
        purpose=StaffPurpose(row.purpose),
        ticket=row.ticket,
        why=row.why,
        hours=row.hours,
        at=moment(row.at),
        state=State(row.state),
        remote=row.remote,
        asked=None if row.asked is None else json.loads(row.asked),
    )
