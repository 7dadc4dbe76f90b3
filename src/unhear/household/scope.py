"""Whose traces an erasure names."""

from dataclasses import dataclass
from datetime import datetime

from unhear.household.words import DeviceId, PersonId, Purpose, TraceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The traces that match *every* selector given; with none given, all that came of words.

    `since` is inclusive and `until` exclusive; both are aware. `purpose` names what is kept for it
    alone: withdrawing the consent to it takes these and leaves the rest. `words_only` names the
    transcripts and what was understood, and leaves the sound. `household` names everything there
    is of the household, its people and keys too; it goes with no other selector.
    """

    recordings: frozenset[TraceId] | None = None
    person: PersonId | None = None
    device: DeviceId | None = None
    since: datetime | None = None
    until: datetime | None = None
    purpose: Purpose | None = None
    words_only: bool = False
    household: bool = False

    def __post_init__(self) -> None:
        """Raise `ValueError` for an empty time range, or for selectors that exclude each other."""
        if any(at is not None and at.tzinfo is None for at in (self.since, self.until)):
            raise ValueError("'since' and 'until' need a time zone")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("the time range is empty: 'since' must be earlier than 'until'")
        if self.household and self.narrows:
            raise ValueError("the whole household cannot be narrowed down by other selectors")
        if self.words_only and self.purpose is not None:
            raise ValueError("choose either the transcripts only or one purpose, not both")

    @property
    def narrows(self) -> bool:
        """Whether any selector leaves something out."""
        return self.words_only or any(
            selector is not None
            for selector in (
                self.recordings,
                self.person,
                self.device,
                self.since,
                self.until,
                self.purpose,
            )
        )

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
