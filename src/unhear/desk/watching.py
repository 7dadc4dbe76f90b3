"""Who looks oddly: much more than they used to, or into many homes at once.

The rules know moments and homes alone, so that they can be tried without anything else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from unhear.clock import day_number

USUAL_DAYS = 28
"""From how many days back it is read how much somebody usually looks."""

TIMES_USUAL = 4
"""How much more than usual is odd."""

ODD_MIN = 20
"""So many looks in a day are never odd, however little somebody used to look."""

AN_HOUR = timedelta(hours=1)
MANY_HOMES = "looked into more than {homes} homes within an hour"
MUCH_MORE = "looked {today} times in a day, much more than they used to"


@dataclass(frozen=True, slots=True)
class Seen:
    """That somebody looked into a home at a moment."""

    at: datetime
    home: str


def looks_today(looks: Iterable[Seen], now: datetime) -> int:
    """Answer how many of the looks are of this day (UTC)."""
    return sum(1 for one in looks if day_number(one.at) == day_number(now))


def odd(
    looks: Sequence[Seen], now: datetime, *, homes_an_hour: int, since: datetime | None
) -> str | None:
    """Answer why somebody with these looks is to be suspended, or None.

    `since` is when an operator last said that all was well: what was before it counts only for
    what is usual.
    """
    fresh = [one for one in looks if since is None or one.at > since]
    homes = {one.home for one in fresh if now - one.at < AN_HOUR}
    if len(homes) > homes_an_hour:
        return MANY_HOMES.format(homes=homes_an_hour)
    today = looks_today(fresh, now)
    if today > max(ODD_MIN, TIMES_USUAL * _usual(looks, now)):
        return MUCH_MORE.format(today=today)
    return None


def _usual(looks: Iterable[Seen], now: datetime) -> float:
    """Answer how many looks there were on a day with any, of the days before this one."""
    today = day_number(now)
    days = [day for one in looks if today - USUAL_DAYS <= (day := day_number(one.at)) < today]
    return len(days) / len(set(days)) if days else 0.0
