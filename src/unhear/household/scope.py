"""Whose traces an erasure names."""

from dataclasses import dataclass
from datetime import datetime

from unhear.household.words import DeviceId, PersonId, TraceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The traces that match *every* selector given; with none given, everything of the household.

    `since` is inclusive and `until` exclusive; both are aware.
    """

    recordings: frozenset[TraceId] | None = None
    person: PersonId | None = None
    device: DeviceId | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` for an empty time range."""
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("the time range is empty: 'since' must be earlier than 'until'")

    def covers(
        self, *, trace: TraceId, person: PersonId, device: DeviceId, heard_at: datetime
    ) -> bool:
        """Whether something that came of recording `trace` is named by this scope."""
        return (
            (self.recordings is None or trace in self.recordings)
            and (self.person is None or person == self.person)
            and (self.device is None or device == self.device)
            and (self.since is None or heard_at >= self.since)
            and (self.until is None or heard_at < self.until)
        )
