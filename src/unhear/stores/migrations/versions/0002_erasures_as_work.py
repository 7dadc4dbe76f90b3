"""Add what erasures as work need, legal holds, the clock's mark, changes of the log's key."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Id = sa.LargeBinary(16)


def upgrade() -> None:
    """Add what the second version's tables have more."""
    op.add_column("trace", sa.Column("words", sa.LargeBinary, nullable=True))
    op.add_column(
        "root_queue", sa.Column("due_day", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column("erasure", sa.Column("look_day", sa.Integer, nullable=False, server_default="0"))
    op.add_column("erasure", sa.Column("request", Id, nullable=True))
    op.create_index("erasure_by_request", "erasure", ["request"])
    op.create_index("erasure_by_look", "erasure", ["household", "look_day"])
    op.create_table(
        "hold",
        sa.Column("id", Id, primary_key=True),
        sa.Column("household", Id, sa.ForeignKey("household.id"), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("expires_day", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "clock_mark",
        sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True),
        sa.Column("believed", sa.Integer, nullable=False),
        sa.Column("doubted_first", sa.Integer, nullable=True),
        sa.Column("doubted_last", sa.Integer, nullable=True),
    )
    commit_count = op.create_table(
        "commit_count",
        sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.bulk_insert(commit_count, [{"one": 1, "number": 0}])
    op.create_table(
        "drill",
        sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("result", sa.String(10), nullable=False),
    )
    op.create_table(
        "log_handover",
        sa.Column("leaf_index", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("receipt", sa.LargeBinary, nullable=False),
    )
