"""A legal hold: the one lawful reason not to erase now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from unhear.household.scope import Scope

REASON_LETTERS_MIN = 10
HOLD_DAYS_MAX = 365
"""A hold that is needed for longer is placed anew, by two people again."""


@dataclass(frozen=True, slots=True)
class Hold:
    """What is held back, why, until when, and who asked for it; in force once another agreed.

    `by_order` says that an authority ordered it to be kept from the guardian.
    """

    scope: Scope
    reason: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    by_order: bool = False
    agreed_by: str | None = None
    agreed_at: datetime | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` unless there are a reason, an expiry, and two different people."""
        if len(self.reason.strip()) < REASON_LETTERS_MIN:
            raise ValueError(
                f"a hold needs a reason of at least {REASON_LETTERS_MIN} letters, such as the "
                "authority and its file number"
            )
        if not self.asked_by.strip():
            raise ValueError("a hold needs somebody who asks for it")
        if not self.asked_at < self.expires_at <= self.asked_at + timedelta(days=HOLD_DAYS_MAX):
            raise ValueError(f"a hold must end after 1 to {HOLD_DAYS_MAX} days")
        if self.agreed_by is not None and _same(self.agreed_by, self.asked_by):
            raise ValueError("a hold needs two people; another than who asked must agree")
        if self.agreed_by is not None and not self.agreed_by.strip():
            raise ValueError("say who agrees to the hold")


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
