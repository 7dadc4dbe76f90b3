"""How long kept things may stay: per purpose, kind of person and kind of device.

There is no way to say "for ever", and no way past the ceilings. The ceilings are this project's
reading of storage limitation (GDPR Article 5(1)(e)) and of the children's rules (16 CFR 312.10:
no longer than reasonably necessary, never indefinitely).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from unhear.household.cameras import DAYS_MAX as CAMERA_DAYS_MAX
from unhear.household.words import PersonKind, Purpose


class DeviceKind(StrEnum):
    """What hears or sees."""

    VOICE = "voice"
    CAMERA = "camera"
    DOORBELL = "doorbell"


DAYS_MAX = 365

CEILINGS: Mapping[PersonKind | DeviceKind, int] = {
    PersonKind.CHILD: 90,
    PersonKind.GUEST: 30,
    DeviceKind.CAMERA: CAMERA_DAYS_MAX,
    DeviceKind.DOORBELL: CAMERA_DAYS_MAX,
}
"""The longest that anything of these people and devices may stay, in days."""

DEFAULTS: Mapping[Purpose, int] = {
    Purpose.RESPOND: 365,
    Purpose.PERSONALISE: 365,
    Purpose.IDENTIFY: 365,
}
"""Days where no rule says otherwise, for purposes that `Retention.days` does not speak of."""

CHILD_PROFILE_DAYS_MAX = 365


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """A number of days for all that matches; a selector that is None matches everything."""

    days: int
    purpose: Purpose | None = None
    person: PersonKind | None = None
    device: DeviceKind | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` unless 1 <= days <= the ceiling of what it is about."""
        ceiling = _ceiling(self.person, self.device)
        if not 1 <= self.days <= ceiling:
            raise ValueError(f"a retention rule must be 1 to {ceiling} days here, not {self.days}")

    def fits(self, purpose: Purpose, person: PersonKind | None, device: DeviceKind) -> bool:
        """Whether the rule is about this."""
        return (
            self.purpose in (None, purpose)
            and self.person in (None, person)
            and self.device in (None, device)
        )


@dataclass(frozen=True, slots=True)
class Retention:
    """How long recordings stay (`days`), rules for some of them, and unused children's profiles."""

    days: int = 30
    rules: tuple[RetentionRule, ...] = ()
    child_profile_days: int = 90

    def __post_init__(self) -> None:
        """Raise `ValueError` for what would be too long, or no time at all."""
        if not 1 <= self.days <= DAYS_MAX:
            raise ValueError(f"retention must be 1 to {DAYS_MAX} days, not {self.days}")
        if not 1 <= self.child_profile_days <= CHILD_PROFILE_DAYS_MAX:
            raise ValueError(
                f"a child's unused profile stays 1 to {CHILD_PROFILE_DAYS_MAX} days, "
                f"not {self.child_profile_days}"
            )

    def duration(
        self, purpose: Purpose, person: PersonKind | None, device: DeviceKind
    ) -> timedelta:
        """Answer how long something may stay: the shortest rule that fits, below the ceiling."""
        fitting = [rule.days for rule in self.rules if rule.fits(purpose, person, device)]
        days = min(fitting, default=DEFAULTS.get(purpose, self.days))
        return timedelta(days=min(days, _ceiling(person, device)))


def _ceiling(person: PersonKind | None, device: DeviceKind | None) -> int:
    about = (kind for kind in (person, device) if kind is not None)
    return min((CEILINGS[kind] for kind in about if kind in CEILINGS), default=DAYS_MAX)
