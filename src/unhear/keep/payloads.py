"""What this room needs of a place for sealed payloads."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from unhear.forget.holder import Place
from unhear.household.words import HouseholdId, TraceId

ASKED_ONE_BY_ONE_MAX = 100
"""For more payloads than these, all of the household are listed instead."""


class Payloads(Protocol):
    """Where sealed payloads lie, named by random ids only."""

    def put(self, household: HouseholdId, trace: TraceId, payload: bytes) -> None:
        """Keep a payload, durably."""

    def append(self, household: HouseholdId, trace: TraceId, more: bytes) -> int:
        """Add to a payload's end, durably, or begin it; answer where it was added.

        Where it fails nothing was added. Called by one writer of a payload at a time.
        """

    def get(self, household: HouseholdId, trace: TraceId) -> bytes:
        """Answer a whole payload."""

    def size(self, household: HouseholdId, trace: TraceId) -> int:
        """Answer how many bytes a payload has."""

    def part(self, household: HouseholdId, trace: TraceId, start: int, end: int) -> bytes:
        """Answer the bytes of a payload from `start` to before `end`."""

    def has(self, household: HouseholdId, trace: TraceId) -> bool:
        """Whether there is a payload of that name."""

    def delete(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Remove payloads; one that is not there is removed already."""

    def all(self, household: HouseholdId) -> Iterator[tuple[TraceId, datetime]]:
        """Yield the names of all payloads of a household, and when each was put."""


class PayloadHolder:
    """Answers to `forget` for the payloads."""

    place = Place.PAYLOADS
    holds_words = False

    def __init__(self, payloads: Payloads) -> None:
        self._payloads = payloads

    def destroy(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Remove the payloads of these traces."""
        self._payloads.delete(household, traces)

    def held(self, household: HouseholdId, traces: Collection[TraceId]) -> list[TraceId]:
        """Answer which of these traces still have a payload."""
        if len(traces) > ASKED_ONE_BY_ONE_MAX:
            there = {trace for trace, _ in self._payloads.all(household)}
            return [trace for trace in traces if trace in there]
        return [trace for trace in traces if self._payloads.has(household, trace)]
