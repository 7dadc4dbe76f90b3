"""Let the key of whatever is a household's begin with the household; wider numbers; PostgreSQL.

The small tables are made anew and filled from the old ones. The things kept stay where they are in
a SQLite file: their rows lie by their slot there, and moving them would rewrite the whole file. A
database on PostgreSQL has none yet when it comes by here.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.LargeBinary(16)

WIDE = {
    "household": ("slot",),
    "trace": ("slot",),
    "key_page": ("page_index", "epoch"),
    "key_root": ("epoch",),
    "clock_mark": ("believed", "doubted_first", "doubted_last"),
    "commit_count": ("number",),
    "ledger_leaf": ("leaf_index",),
    "ledger_node": ("node_index",),
    "log_handover": ("leaf_index",),
}
"""What may outgrow 31 bits. SQLite's integers have 64 whatever they are called."""

KEYRING = ("leaf_page", "key_page", "key_root", "root_queue")


def upgrade() -> None:
    """Make the third version of the tables."""
    _erasures()
    _holds()
    _leaf_pages()
    if op.get_bind().dialect.name == "postgresql":
        _on_postgresql()


def _erasures() -> None:
    op.create_table(
        "new_erasure",
        sa.Column("household", Id, sa.ForeignKey("household.id"), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_day", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("look_day", sa.Integer, nullable=False, server_default="0"),
        sa.Column("request", Id, nullable=True),
        sa.PrimaryKeyConstraint("household", "id", name="erasure_key"),
    )
    op.create_table(
        "new_sweep",
        sa.Column("household", Id, nullable=False),
        sa.Column("erasure", Id, nullable=False),
        sa.Column("trace", Id, nullable=False),
        sa.PrimaryKeyConstraint("household", "erasure", "trace", name="sweep_key"),
        sa.ForeignKeyConstraint(
            ["household", "erasure"],
            ["new_erasure.household", "new_erasure.id"],
            name="sweep_of_erasure",
        ),
    )
    op.execute(
        "INSERT INTO new_erasure (household, id, state, asked_day, sealed, look_day, request) "
        "SELECT household, id, state, asked_day, sealed, look_day, request FROM erasure"
    )
    op.execute(
        "INSERT INTO new_sweep (household, erasure, trace) SELECT e.household, s.erasure, s.trace "
        "FROM sweep AS s JOIN erasure AS e ON e.id = s.erasure"
    )
    for table in ("sweep", "erasure"):
        op.drop_table(table)
        op.rename_table(f"new_{table}", table)
    op.create_index("erasure_by_day", "erasure", ["household", "asked_day"])
    op.create_index("erasure_by_look", "erasure", ["household", "look_day"])
    op.create_index("erasure_by_request", "erasure", ["household", "request"])


def _holds() -> None:
    op.create_table(
        "new_hold",
        sa.Column("household", Id, sa.ForeignKey("household.id"), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("expires_day", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("household", "id", name="hold_key"),
    )
    op.execute(
        "INSERT INTO new_hold (household, id, state, expires_day, sealed) "
        "SELECT household, id, state, expires_day, sealed FROM hold"
    )
    op.drop_table("hold")
    op.rename_table("new_hold", "hold")


def _leaf_pages() -> None:
    op.create_table(
        "new_leaf_page",
        sa.Column("household", Id, nullable=False),
        sa.Column("page_index", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("used", sa.LargeBinary(15), nullable=False),
        sa.Column("free", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("household", "page_index", name="leaf_page_key"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO new_leaf_page (household, page_index, used, free) "
        "SELECT household, page_index, used, free FROM leaf_page"
    )
    op.drop_table("leaf_page")
    op.rename_table("new_leaf_page", "leaf_page")
    op.create_index("leaf_page_with_room", "leaf_page", ["household", "free"])
    op.create_index("leaf_page_last", "leaf_page", ["page_index"])


def _on_postgresql() -> None:
    op.drop_constraint("trace_pkey", "trace")
    op.drop_constraint("trace_household_id_key", "trace")
    op.create_primary_key("trace_key", "trace", ["household", "id"])
    op.create_unique_constraint("trace_slot", "trace", ["household", "slot"])
    for table, columns in WIDE.items():
        for column in columns:
            op.alter_column(table, column, type_=sa.BigInteger)
    shard = op.get_bind().scalar(sa.text("SELECT current_schema()"))
    for table in KEYRING:
        op.execute(f'ALTER TABLE {table} SET SCHEMA "{shard}_keyring"')
