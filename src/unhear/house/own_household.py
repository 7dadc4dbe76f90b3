"""Which household of its database a house is, and that it is one still."""

from contextlib import closing

from unhear.forget.database import HouseholdRow, Transaction
from unhear.keep.identity import WrappedIdentity
from unhear.settings import Settings
from unhear.stores.choose_database import database_exists, open_database
from unhear.stores.errors import StoreDamaged, StoreError


class NotSetUp(Exception):
    """There is no household in this folder yet."""


def expect_house(settings: Settings) -> None:
    """Expect that there is a house, all of it. Raises `NotSetUp` and `StoreError`."""
    if database_exists(settings):
        return
    if settings.restoring_folder.exists():
        raise NotSetUp(
            f"the house in {settings.house} is closed: a restore was begun and not finished. "
            "Run `unhear restore` again"
        )
    raise NotSetUp(f"no house in {settings.house} yet; make one with `unhear setup`")


def is_made(settings: Settings) -> bool:
    """Whether there is a household; one that is half made, or cannot be looked for, is none."""
    try:
        if not database_exists(settings):
            return False
        with closing(open_database(settings)) as database, database.reading() as transaction:
            own_household(settings, transaction)
    except (NotSetUp, StoreError):
        return False
    return True


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


def identity_of(row: HouseholdRow, settings: Settings) -> WrappedIdentity:
    """Answer the identity of a household. Raises `NotSetUp` and `StoreDamaged`."""
    if not row.recipient:
        raise NotSetUp(
            f"the household in {settings.house} was forgotten as a whole; only its "
            "receipts are left. Set up another one in another folder"
        )
    identity = WrappedIdentity.from_bytes(row.identity)
    if row.recipient != str(identity.recipient):
        raise StoreDamaged(
            "the household's recipient was changed outside unhear: what is kept would be "
            "sealed to somebody else. Restore the database from a backup"
        )
    return identity
