"""The staff of a desk: invited, joined with a passkey, suspended, let in again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, and_, delete, insert, select, update
from sqlalchemy.engine import Row

from unhear.clock import Clock, random_bytes
from unhear.desk import tables as t
from unhear.desk.store import Store
from unhear.household.passkeys import Passkey
from unhear.household.staff import Role
from unhear.household.words import PersonId
from unhear.keep.age import AgeError, Recipient
from unhear.web.ceremonies import NewPasskey
from unhear.web.problems import Problem

INVITED = timedelta(hours=48)
INVITED_HOURS_MAX = 14 * 24
TOKEN_BYTES = 16
ID_BYTES = 8
COMMAND_LINE = "the command line"
"""Who did what was done on the desk's own machine."""

NOT_INVITED = Problem(
    403, "not-invited", "This invitation was used, or is over; ask an operator for another."
)
NOBODY = Problem(404, "no-such-member", "Nobody at this desk has this id.")
TAKEN = Problem(409, "login-taken", "Somebody with this address is at this desk already.")
NO_RECIPIENT = Problem(422, "no-recipient", "This is no age recipient; make the passkey again.")
NOT_SUSPENDED = Problem(409, "not-suspended", "They are not suspended.")
SUSPENDED = Problem(
    403, "suspended", "You are suspended: nothing opens until an operator lets you in again."
)
SUSPENDED_ALREADY = Problem(409, "suspended-already", "They are suspended already.")


@dataclass(frozen=True, slots=True)
class Member:
    """One member of staff; `suspended` says why they are kept out, where they are."""

    id: str
    name: str
    role: Role
    login: str | None
    recipient: str | None
    joined_at: datetime | None
    suspended: str | None = None

    @property
    def joined(self) -> bool:
        """Whether they have a passkey, and the age identity that it makes."""
        return self.recipient is not None


class People:
    """Everybody at one desk."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def all(self) -> list[Member]:
        """Answer everybody, by name."""
        with self._store.reading() as connection:
            rows = connection.execute(select(t.staff).order_by(t.staff.c.name, t.staff.c.id))
            return [_member(connection, row) for row in rows]

    def member(self, staff: str) -> Member:
        """Answer somebody. Raises `Problem`."""
        with self._store.reading() as connection:
            return member_in(connection, staff)

    def invite(
        self, name: str, role: Role, *, login: str | None = None, within: timedelta = INVITED
    ) -> tuple[Member, str | None]:
        """Add somebody; answer them and their invitation, which is told once.

        With `login`, an address, OIDC says who they are, and there is none. Raises `Problem`.
        """
        staff, login = random_bytes(ID_BYTES).hex(), None if login is None else login.lower()
        with self._store.writing() as connection:
            known = select(t.staff.c.id).where(t.staff.c.login == login)
            if login is not None and connection.execute(known).first() is not None:
                raise TAKEN
            connection.execute(
                insert(t.staff).values(
                    id=staff, name=name, role=role.value, login=login, added_at=self._now()
                )
            )
            token = self._invited(connection, staff, within, by_oidc=login is not None)
            return member_in(connection, staff), token

    def invite_anew(self, staff: str, within: timedelta = INVITED) -> tuple[Member, str | None]:
        """Let somebody join again who lost their passkey; it, and its identity, are over now.

        Raises `Problem`.
        """
        with self._store.writing() as connection:
            member = member_in(connection, staff)
            connection.execute(delete(t.passkey).where(t.passkey.c.staff == staff))
            connection.execute(delete(t.session).where(t.session.c.staff == staff))
            connection.execute(
                update(t.staff).where(t.staff.c.id == staff).values(recipient=None, joined_at=None)
            )
            by_oidc = member.login is not None
            token = self._invited(connection, staff, within, by_oidc=by_oidc)
            return member_in(connection, staff), token

    def invited(self, token: str) -> Member:
        """Answer whom an invitation is for. Raises `Problem`."""
        with self._store.reading() as connection:
            row = connection.execute(
                select(t.staff).where(
                    t.staff.c.invitation == _hash(token), t.staff.c.invited_until >= self._now()
                )
            ).first()
            if row is None:
                raise NOT_INVITED
            return _unsuspended(_member(connection, row))

    def by_oidc(self, subject: str, verified: str | None) -> Member:
        """Answer whom OIDC speaks of: a subject known, or the address invited, which it then is.

        Raises `Problem`.
        """
        with self._store.writing() as connection:
            row = connection.execute(select(t.staff).where(t.staff.c.subject == subject)).first()
            if row is None and verified is not None:
                row = connection.execute(
                    update(t.staff)
                    .where(t.staff.c.login == verified.lower(), t.staff.c.subject.is_(None))
                    .where(t.staff.c.invited_until >= self._now())
                    .values(subject=subject)
                    .returning(*t.staff.c)
                ).first()
            if row is None:
                raise NOT_INVITED
            return _unsuspended(_member(connection, row))

    def join(self, staff: str, token: str | None, made: NewPasskey, recipient: str) -> Member:
        """Take somebody's new passkey and recipient; their invitation is used up.

        `token` is None for whom OIDC named. Raises `Problem`.
        """
        try:
            Recipient.parse(recipient)
        except AgeError:
            raise NO_RECIPIENT from None
        now = self._now()
        by_token = t.staff.c.invitation == (b"" if token is None else _hash(token))
        by_oidc = and_(t.staff.c.invitation.is_(None), t.staff.c.subject.is_not(None))
        with self._store.writing() as connection:
            _unsuspended(member_in(connection, staff))
            used = connection.execute(
                update(t.staff)
                .where(t.staff.c.id == staff, t.staff.c.invited_until >= now)
                .where(by_oidc if token is None else by_token)
                .values(recipient=recipient, joined_at=now, invitation=None, invited_until=None)
            )
            if used.rowcount != 1:
                raise NOT_INVITED
            connection.execute(
                insert(t.passkey).values(
                    id=made.id,
                    staff=staff,
                    public_key=made.public_key,
                    sign_count=made.sign_count,
                    added_at=now,
                )
            )
            return member_in(connection, staff)

    def passkey(self, credential: bytes) -> Passkey | None:
        """Answer a passkey by its id."""
        return self._passkey(t.passkey.c.id == credential)

    def passkey_of(self, staff: str) -> Passkey | None:
        """Answer somebody's passkey."""
        return self._passkey(t.passkey.c.staff == staff)

    def note_used(self, passkey: Passkey, count: int) -> None:
        """Remember a passkey's counter."""
        with self._store.writing() as connection:
            connection.execute(
                update(t.passkey).where(t.passkey.c.id == passkey.id).values(sign_count=count)
            )

    def suspend(self, staff: str, why: str, by: str) -> Member:
        """Keep somebody out from now on, also where they are signed in. Raises `Problem`."""
        with self._store.writing() as connection:
            if member_in(connection, staff).suspended is not None:
                raise SUSPENDED_ALREADY
            suspend_in(connection, staff, why, by, self._now())
            return member_in(connection, staff)

    def reinstate(self, staff: str, by: str) -> Member:
        """Let somebody in again. Raises `Problem`."""
        with self._store.writing() as connection:
            member_in(connection, staff)
            ended = connection.execute(
                update(t.suspension)
                .where(t.suspension.c.staff == staff, t.suspension.c.ended_at.is_(None))
                .values(ended_at=self._now(), ended_by=by)
            )
            if ended.rowcount == 0:
                raise NOT_SUSPENDED
            return member_in(connection, staff)

    def _invited(
        self, connection: Connection, staff: str, within: timedelta, *, by_oidc: bool
    ) -> str | None:
        token = None if by_oidc else random_bytes(TOKEN_BYTES).hex()
        connection.execute(
            update(t.staff)
            .where(t.staff.c.id == staff)
            .values(
                invitation=None if token is None else _hash(token),
                invited_until=self._now() + int(within.total_seconds()),
            )
        )
        return token

    def _passkey(self, condition: object) -> Passkey | None:
        with self._store.reading() as connection:
            row = connection.execute(
                select(t.passkey, t.staff.c.name)
                .join(t.staff, t.staff.c.id == t.passkey.c.staff)
                .where(condition)  # type: ignore[arg-type]  # a column's condition
            ).first()
        if row is None:
            return None
        return Passkey(
            id=row.id,
            person=PersonId(row.staff),
            public_key=row.public_key,
            sign_count=row.sign_count,
            name=row.name,
            added_at=moment(row.added_at),
        )

    def _now(self) -> int:
        return int(self._clock().timestamp())


def moment(seconds: int) -> datetime:
    """Answer a moment of a table."""
    return datetime.fromtimestamp(seconds, UTC)


def member_in(connection: Connection, staff: str) -> Member:
    """Answer somebody, within a transaction. Raises `Problem`."""
    row = connection.execute(select(t.staff).where(t.staff.c.id == staff)).first()
    if row is None:
        raise NOBODY
    return _member(connection, row)


def suspend_in(connection: Connection, staff: str, why: str, by: str, now: int) -> None:
    """Keep somebody out, and sign them out everywhere, within a transaction."""
    connection.execute(insert(t.suspension).values(staff=staff, why=why[:200], by=by, at=now))
    connection.execute(delete(t.session).where(t.session.c.staff == staff))


def _member(connection: Connection, row: Row[tuple[object, ...]]) -> Member:
    why = connection.execute(
        select(t.suspension.c.why).where(
            t.suspension.c.staff == row.id, t.suspension.c.ended_at.is_(None)
        )
    ).scalar()
    return Member(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        login=row.login,
        recipient=row.recipient,
        joined_at=None if row.joined_at is None else moment(row.joined_at),
        suspended=why,
    )


def _unsuspended(member: Member) -> Member:
    if member.suspended is not None:
        raise SUSPENDED
    return member


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
