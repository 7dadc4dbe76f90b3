"""Let every process that serves a house know who is signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the fifth version of the tables."""
    op.create_table(
        "sign_in",
        sa.Column("household", sa.LargeBinary(16), sa.ForeignKey("household.id"), primary_key=True),
        sa.Column("token", sa.LargeBinary(32), primary_key=True),
        sa.Column("browser", sa.LargeBinary(32), nullable=False),
        sa.Column("expires_day", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("household", "browser"),
    )
    op.create_table(
        "passing",
        sa.Column("household", sa.LargeBinary(16), sa.ForeignKey("household.id"), primary_key=True),
        sa.Column("name", sa.LargeBinary(32), primary_key=True),
        sa.Column("until_hour", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
