"""Let processes see with one small look which households changed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the fourth version of the tables."""
    op.create_table(
        "household_news",
        sa.Column("household", sa.LargeBinary(16), sa.ForeignKey("household.id"), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_index("household_news_by_number", "household_news", ["number"])
