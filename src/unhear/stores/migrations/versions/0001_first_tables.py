"""Make the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.LargeBinary(16)


def upgrade() -> None:
    """Make every table of the first version."""
    op.create_table(
        "household",
        sa.Column("id", Id, primary_key=True),
        sa.Column("slot", sa.Integer, nullable=False, unique=True),
        sa.Column("recipient", sa.String(100), nullable=False),
        sa.Column("identity", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "trace",
        sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("household", Id, sa.ForeignKey("household.id"), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("expires_day", sa.Integer, nullable=False),
        sa.Column("details", sa.LargeBinary, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("household", "id"),
    )
    op.create_index("trace_by_day", "trace", ["household", "kind", "day", "expires_day"])
    _keyring()
    _erasures()
    op.create_table(
        "ledger_leaf",
        sa.Column("leaf_index", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ledger_node",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("node_index", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )


def _keyring() -> None:
    op.create_table(
        "leaf_page",
        sa.Column("page_index", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("household", Id, nullable=False),
        sa.Column("used", sa.LargeBinary(15), nullable=False),
        sa.Column("free", sa.Integer, nullable=False),
    )
    op.create_index("leaf_page_with_room", "leaf_page", ["household", "free"])
    op.create_table(
        "key_page",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("page_index", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "key_root",
        sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True),
        sa.Column("tree_id", Id, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("root_id", Id, nullable=False),
    )
    op.create_table("root_queue", sa.Column("root_id", Id, primary_key=True))


def _erasures() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", Id, primary_key=True),
        sa.Column("household", Id, sa.ForeignKey("household.id"), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_day", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("erasure_by_day", "erasure", ["household", "asked_day"])
    op.create_table(
        "sweep",
        sa.Column("erasure", Id, sa.ForeignKey("erasure.id"), primary_key=True),
        sa.Column("trace", Id, primary_key=True),
    )
