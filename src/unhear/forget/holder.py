"""Who answers for what: every place that keeps traces can destroy them and say what is left."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Protocol

from unhear.household.words import HouseholdId, TraceId


class Place(StrEnum):
    """The places outside the database where something of a recording can be."""

    PAYLOADS = "payloads"
    CONVERSATION = "conversation"
    ROOMS = "rooms"
    UNWRITTEN = "unwritten"
    TIMELINE = "timeline"
    FLEET = "fleet"


IN_A_HOUSE = frozenset(Place) - {Place.FLEET}
"""The places that every house has; a fleet is one only where the settings name it."""


class Holder(Protocol):
    """Keeps traces in one place outside the database."""

    @property
    def place(self) -> Place:
        """The place it answers for."""

    @property
    def holds_words(self) -> bool:
        """Whether what it keeps tells what was said, and not sound alone."""

    def destroy(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Destroy what is held of these traces; what is not held is destroyed already."""

    def held(self, household: HouseholdId, traces: Collection[TraceId]) -> list[TraceId]:
        """Look, and answer of which of these traces something is still held."""
