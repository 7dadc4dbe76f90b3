"""Every table of a desk. Moments are seconds since 1970, UTC; no recording and no key is here."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

staff = Table(
    "staff",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("role", String(20), nullable=False),
    Column("login", String(254), nullable=True, unique=True),
    Column("subject", String(255), nullable=True, unique=True),
    Column("recipient", String(100), nullable=True),
    Column("invitation", LargeBinary(32), nullable=True, unique=True),
    Column("invited_until", Integer, nullable=True),
    Column("added_at", Integer, nullable=False),
    Column("joined_at", Integer, nullable=True),
)
"""One row a member: `login` is the address that OIDC must verify, `subject` who it then was;
`recipient` is the public half of the age identity that their passkey makes; `invitation` is a hash,
and goes when it is used."""

passkey = Table(
    "passkey",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("staff", String(64), ForeignKey("staff.id"), nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", Integer, nullable=False),
    Column("added_at", Integer, nullable=False),
)
"""One passkey a member: another would make another age identity."""

session = Table(
    "session",
    metadata,
    Column("key", LargeBinary(32), primary_key=True),
    Column("staff", String(64), ForeignKey("staff.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("opened_at", Integer, nullable=False),
    Column("used_at", Integer, nullable=False),
    Column("proved_at", Integer, nullable=False),
    Index("session_of", "staff"),
)
"""One row a browser that is signed in; `key` is a hash, which signs in nobody."""

request = Table(
    "request",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("home", String(32), nullable=False),
    Column("staff", String(64), ForeignKey("staff.id"), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("ticket", String(40), nullable=False),
    Column("why", String(300), nullable=False),
    Column("hours", Integer, nullable=False),
    Column("asked", String, nullable=True),
    Column("at", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("remote", String(32), nullable=True),
    Index("request_of", "staff", "at"),
)
"""One row a request: `asked` says which recordings, while a second person must agree; `remote` is
the home's own id of it."""

approval = Table(
    "approval",
    metadata,
    Column("request", String(32), ForeignKey("request.id"), primary_key=True),
    Column("staff", String(64), ForeignKey("staff.id"), nullable=False),
    Column("agreed", Integer, nullable=False),
    Column("at", Integer, nullable=False),
)
"""What somebody else said of a request that needs two people."""

granted = Table(
    "granted",
    metadata,
    Column("home", String(32), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("request", String(32), ForeignKey("request.id"), nullable=False),
    Column("seen_at", Integer, nullable=False),
)
"""Grants that homes told of, each by its random id."""

look = Table(
    "look",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("staff", String(64), ForeignKey("staff.id"), nullable=False),
    Column("home", String(32), nullable=False),
    Column("grant", String(32), nullable=False),
    Column("ticket", String(40), nullable=False),
    Column("at", Integer, nullable=False),
    Column("seconds", Integer, nullable=True),
    Index("look_of", "staff", "at"),
)
"""One row a look, written before the home is asked; `seconds` (of the recording) is null where the
home did not let it happen."""

suspension = Table(
    "suspension",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("staff", String(64), ForeignKey("staff.id"), nullable=False),
    Column("why", String(200), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Integer, nullable=False),
    Column("ended_at", Integer, nullable=True),
    Column("ended_by", String(64), nullable=True),
    Index("suspension_of", "staff", "ended_at"),
)
"""When somebody was kept out, why, and who let them in again."""
