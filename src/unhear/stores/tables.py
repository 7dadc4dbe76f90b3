"""Every table of the house, with whose each column is and what erases it.

What a column says in clear is what the database must sort by; everything else lies sealed under
keys of the key tree and dies with them, in every old copy of these tables too.

The key of whatever is a household's begins with the household, and every statement that looks for
it names the household: so a household's rows lie together, and can be put apart from others'. In
SQLite's file alone the primary key of `trace` is the slot, which there is the row's own place and
costs no index. On PostgreSQL the key tree's tables lie in a schema of their own.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from unhear.stores import annotations as a
from unhear.stores import sign_in_annotations as s

metadata = MetaData()

household = Table(
    "household",
    metadata,
    Column("id", LargeBinary(16), primary_key=True, info=a.HOUSEHOLD_ID),
    Column("slot", BigInteger, nullable=False, unique=True, info=a.KEY_PLACES),
    Column("recipient", String(100), nullable=False, info=a.RECIPIENT),
    Column("identity", LargeBinary, nullable=False, info=a.IDENTITY),
)
"""One row a household: its pseudonym, the slot of its own key, its public age recipient, and its
age identity wrapped by the guardian's passphrase and recovery phrase."""

trace = Table(
    "trace",
    metadata,
    Column("slot", BigInteger, nullable=False, info=a.KEY_PLACES),
    Column(
        "household",
        LargeBinary(16),
        ForeignKey("household.id"),
        primary_key=True,
        info=a.HOUSEHOLD_ID,
    ),
    Column("id", LargeBinary(16), primary_key=True, info=a.TRACE_ID),
    Column("kind", String(20), nullable=False, info=a.TRACE_KIND),
    Column("day", Integer, nullable=False, info=a.TRACE_DAY),
    Column("expires_day", Integer, nullable=False, info=a.TRACE_DAY),
    Column("details", LargeBinary, nullable=False, info=a.DETAILS),
    Column("content", LargeBinary, nullable=False, info=a.CONTENT),
    Column("words", LargeBinary, nullable=True, info=a.WORDS),
    UniqueConstraint("household", "slot"),
    Index("trace_by_day", "household", "kind", "day", "expires_day"),
)
"""One row a kept thing. `details`, `content` and `words` (a transcript) are its capsule, sealed
under the key in `slot`."""

leaf_page = Table(
    "leaf_page",
    metadata,
    Column("household", LargeBinary(16), primary_key=True, info=a.HOUSEHOLD_ID),
    Column("page_index", BigInteger, primary_key=True, autoincrement=False, info=a.KEY_PLACES),
    Column("used", LargeBinary(15), nullable=False, info=a.KEY_PLACES),
    Column("free", Integer, nullable=False, info=a.KEY_PLACES),
    Index("leaf_page_with_room", "household", "free"),
    Index("leaf_page_last", "page_index"),
)
"""Whose each leaf page of the key tree is, and which of its 120 slots are in use (bit = slot)."""

key_page = Table(
    "key_page",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False, info=a.KEY_PLACES),
    Column("page_index", BigInteger, primary_key=True, autoincrement=False, info=a.KEY_PLACES),
    Column("epoch", BigInteger, nullable=False, info=a.KEY_PLACES),
    Column("sealed", LargeBinary, nullable=False, info=a.KEYS),
)
"""The pages of the key tree, each sealed under a key of its parent page."""

key_root = Table(
    "key_root",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, info=a.KEY_PLACES),
    Column("tree_id", LargeBinary(16), nullable=False, info=a.KEY_PLACES),
    Column("epoch", BigInteger, nullable=False, info=a.KEY_PLACES),
    Column("root_id", LargeBinary(16), nullable=False, info=a.KEY_PLACES),
)
"""Which root opens the top page. The root itself is with the root keeper."""

root_queue = Table(
    "root_queue",
    metadata,
    Column("root_id", LargeBinary(16), primary_key=True, info=a.KEY_PLACES),
    Column("due_day", Integer, nullable=False, server_default="0", info=a.KEY_PLACES),
)
"""Replaced roots that the keeper must still destroy, and from which day on."""

erasure = Table(
    "erasure",
    metadata,
    Column(
        "household",
        LargeBinary(16),
        ForeignKey("household.id"),
        primary_key=True,
        info=a.HOUSEHOLD_ID,
    ),
    Column("id", LargeBinary(16), primary_key=True, info=a.ERASURE_WORK),
    Column("state", String(10), nullable=False, info=a.ERASURE_WORK),
    Column("asked_day", Integer, nullable=False, info=a.ERASURE_WORK),
    Column("sealed", LargeBinary, nullable=False, info=a.ERASURE_SCOPE),
    Column("look_day", Integer, nullable=False, server_default="0", info=a.ERASURE_WORK),
    Column("request", LargeBinary(16), nullable=True, info=a.ERASURE_WORK),
    Index("erasure_by_day", "household", "asked_day"),
    Index("erasure_by_look", "household", "look_day"),
    Index("erasure_by_request", "household", "request"),
)
"""One row an erasure: asked, committed or done. Its scope is sealed under the household's key and
stays as the bar against late traces. `look_day` is when to look for late copies (0: no more);
`request` is a keyed digest of the scope, so that a request made twice is one erasure."""

sweep = Table(
    "sweep",
    metadata,
    Column("household", LargeBinary(16), primary_key=True, info=a.HOUSEHOLD_ID),
    Column("erasure", LargeBinary(16), primary_key=True, info=a.SWEPT),
    Column("trace", LargeBinary(16), primary_key=True, info=a.SWEPT),
    ForeignKeyConstraint(["household", "erasure"], ["erasure.household", "erasure.id"]),
)
"""Traces whose keys an erasure has destroyed and whose leftovers it has yet to sweep."""

hold = Table(
    "hold",
    metadata,
    Column(
        "household",
        LargeBinary(16),
        ForeignKey("household.id"),
        primary_key=True,
        info=a.HOUSEHOLD_ID,
    ),
    Column("id", LargeBinary(16), primary_key=True, info=a.HOLD_STATE),
    Column("state", String(10), nullable=False, info=a.HOLD_STATE),
    Column("expires_day", Integer, nullable=False, info=a.HOLD_STATE),
    Column("sealed", LargeBinary, nullable=False, info=a.HOLD),
)
"""One row a legal hold: asked, in force or ended. What it holds back, why, and who asked and agreed
lie sealed under the household's key."""

clock_mark = Table(
    "clock_mark",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, info=a.MACHINE),
    Column("believed", BigInteger, nullable=False, info=a.MACHINE),
    Column("doubted_first", BigInteger, nullable=True, info=a.MACHINE),
    Column("doubted_last", BigInteger, nullable=True, info=a.MACHINE),
)
"""The newest time (seconds since 1970) this house believed, and the first and last time it was told
since by a clock that had jumped."""

commit_count = Table(
    "commit_count",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, info=a.MACHINE),
    Column("number", BigInteger, nullable=False, info=a.MACHINE),
)
"""How often this database was written to: tells a copy elsewhere whether it missed something."""

household_news = Table(
    "household_news",
    metadata,
    Column(
        "household",
        LargeBinary(16),
        ForeignKey("household.id"),
        primary_key=True,
        info=a.HOUSEHOLD_ID,
    ),
    Column("number", BigInteger, nullable=False, info=a.NEWS),
    Index("household_news_by_number", "number"),
)
"""The count of commits when something of a household last changed that processes have in mind."""

sign_in = Table(
    "sign_in",
    metadata,
    Column(
        "household",
        LargeBinary(16),
        ForeignKey("household.id"),
        primary_key=True,
        info=a.HOUSEHOLD_ID,
    ),
    Column("token", LargeBinary(32), primary_key=True, info=s.SIGN_IN_TOKEN),
    Column("browser", LargeBinary(32), nullable=False, info=s.SIGN_IN_BROWSER),
    Column("expires_day", Integer, nullable=False, info=s.SIGN_IN_DAY),
    Column("sealed", LargeBinary, nullable=False, info=s.SIGN_IN),
    UniqueConstraint("household", "browser"),
)
"""One row a browser that is signed in. Of its token and its cookie the SHA-256 alone is here; the
rest lies sealed under a key that the household's profile holds for that browser."""

passing = Table(
    "passing",
    metadata,
    Column(
        "household",
        LargeBinary(16),
        ForeignKey("household.id"),
        primary_key=True,
        info=a.HOUSEHOLD_ID,
    ),
    Column("name", LargeBinary(32), primary_key=True, info=s.PASSING_NAME),
    Column("until_hour", Integer, nullable=False, info=s.PASSING_NAME),
    Column("sealed", LargeBinary, nullable=False, info=s.PASSING),
)
"""Notes that processes of a house leave each other for some hours or days: what may be used once,
and was; how many wrong proofs came. Names and contents lie under keys derived from the
household's."""

drill = Table(
    "drill",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, info=a.MACHINE),
    Column("at", String(20), nullable=False, info=a.MACHINE),
    Column("result", String(10), nullable=False, info=a.MACHINE),
)
"""The last restore drill: its hour, and whether it passed."""

ledger_leaf = Table(
    "ledger_leaf",
    metadata,
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False, info=a.LEDGER),
    Column("data", LargeBinary, nullable=False, info=a.LEDGER),
)
"""The statements of the ledger, in order. They hold salted commitments only."""

ledger_node = Table(
    "ledger_node",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False, info=a.LEDGER),
    Column("node_index", BigInteger, primary_key=True, autoincrement=False, info=a.LEDGER),
    Column("hash", LargeBinary(32), nullable=False, info=a.LEDGER),
)
"""Hashes of the complete subtrees of the ledger."""

log_handover = Table(
    "log_handover",
    metadata,
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False, info=a.LEDGER),
    Column("receipt", LargeBinary, nullable=False, info=a.LEDGER),
)
"""One row a change of the log's key: the receipt, signed by the old key, of the leaf that names the
new one. Public, and nothing else leads from the old key to the new."""
