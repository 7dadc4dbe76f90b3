"""Which household of its database a house is."""

from unhear.forget.database import HouseholdRow, Transaction
from unhear.settings import Settings


class NotSetUp(Exception):
    """There is no household in this folder yet."""


def own_household(settings: Settings, transaction: Transaction) -> HouseholdRow:
    """Answer the row of the house's own household. Raises `NotSetUp`."""
    rows = transaction.households()
    if settings.household is not None:
        rows = [row for row in rows if row.id.hex() == settings.household]
    if not rows:
        raise NotSetUp(f"the house in {settings.house} has no household; set it up anew")
    if len(rows) > 1:
        raise NotSetUp(
            f"shard {settings.shard} has {len(rows)} households, and the settings of "
            f"{settings.house} do not say which this house is; set `household`"
        )
    return rows[0]
