"""Whether to believe the clock before anything is deleted for its age.

A clock that jumps a year ahead would make everything look expired; one that jumps back would make
nothing look so. So a house remembers the newest time it believed. A clock that differs from it by
more than a normal rest is doubted: nothing is deleted for its age until it has run on without
another jump for some days (after a short jump), or a guardian says that it is right.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BACK_MAX = timedelta(hours=26)
"""A clock may go back so far: a corrected drift, or a changed time zone set by hand."""

AHEAD_MAX = timedelta(days=14)
"""A house may be off for so long without its clock being doubted."""

PROVEN_AFTER = timedelta(days=3)
"""A doubted clock that ran on for so long is believed."""

PROVEN_MAX = timedelta(days=90)
"""A longer jump is believed on a guardian's word only: too much would expire, or stay, at once."""


@dataclass(frozen=True, slots=True)
class ClockMark:
    """The newest time believed, and the first and last time told since by a clock in doubt."""

    believed: datetime
    doubted: tuple[datetime, datetime] | None = None


def judge(mark: ClockMark | None, now: datetime) -> tuple[ClockMark, bool]:
    """Answer the next mark, and whether to believe that it is `now`."""
    now = now.astimezone(UTC)
    if mark is None or _near(mark.believed, now):
        believed = now if mark is None else max(mark.believed, now)
        return ClockMark(believed), True
    if mark.doubted is None or not _near(mark.doubted[1], now):
        return ClockMark(mark.believed, (now, now)), False
    first, last = mark.doubted
    if now - first >= PROVEN_AFTER and abs(now - mark.believed) <= PROVEN_MAX:
        return ClockMark(now), True
    return ClockMark(mark.believed, (first, max(last, now))), False


def _near(known: datetime, now: datetime) -> bool:
    return -BACK_MAX <= now - known <= AHEAD_MAX
