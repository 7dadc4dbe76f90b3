"""Tell every guardian that a legal hold is in force, why and until when, and that it is over."""

from datetime import datetime

from unhear.forget.database import HoldState, Transaction
from unhear.forget.holds import PlacedHold, Tell
from unhear.forget.keytree import KeyTree
from unhear.household.words import UNKNOWN_PERSON, HouseholdId
from unhear.keep.notices import Notice, Told, add_notice
from unhear.keep.profile import profile_of


def telling(household: HouseholdId) -> Tell:
    """Answer what tells the guardians of a household."""

    def tell(transaction: Transaction, tree: KeyTree, placed: PlacedHold, now: datetime) -> None:
        key = "hold" if placed.state is HoldState.IN_FORCE else "hold_over"
        until = f"{placed.hold.expires_at:%Y-%m-%d}"
        told = Told(key, {"reason": placed.hold.reason, "until": until})
        for guardian in sorted(profile_of(transaction, tree, household).guardians):
            notice = Notice(guardian, UNKNOWN_PERSON, now, told)
            add_notice(transaction, tree, household, notice)

    return tell
