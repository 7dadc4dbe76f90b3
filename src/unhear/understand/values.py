"""What typed slots hold, in every language.

| type | value |
|---|---|
| `number` | `int` or `float` |
| `duration` | seconds, `int` |
| `time` | a time of day as text: `19:30`, `7:30 am`, or `7:30` where either half may be meant |
| `date` | a day as text: `+1` days from today, `mon` to `sun`, `05-03` or `2027-05-03` |
"""

from datetime import datetime, timedelta

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HALF_DAY = 12
LEAP_DAYS_TRIED = 9
"""A 29th of February comes within so many years."""


def moment_of(time: str, day: str | None, now: datetime) -> datetime | None:
    """Answer the next moment after `now`, in its zone, that is a `time` slot's and a `date` slot's.

    Without a day it is today or tomorrow. None where that moment is past or does not exist.
    """
    if day is None:
        later = _on(now, time)
        return min((at for at in later if at > now), default=_first(_on(_plus(now, 1), time)))
    if day == "+0":
        return min((at for at in _on(now, time) if at > now), default=None)
    date = date_of(day, now)
    return None if date is None else _first(_on(date, time), now)


def date_of(day: str, now: datetime) -> datetime | None:
    """Answer the start of the day that a `date` slot names, today or later, or None."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if day.startswith(("+", "-")):
        return _plus(start, int(day))
    if day in WEEKDAYS:
        ahead = (WEEKDAYS.index(day) - now.weekday()) % 7
        return _plus(start, ahead or 7)
    parts = [int(part) for part in day.split("-")]
    years = [parts[0]] if len(parts) > 2 else range(now.year, now.year + LEAP_DAYS_TRIED)  # noqa: PLR2004 - year, month, day
    for year in years:
        try:
            date = start.replace(year=year, month=parts[-2], day=parts[-1])
        except ValueError:
            continue
        if date >= start:
            return date
    return None


def _on(day: datetime, time: str) -> list[datetime]:
    """Answer the moments of a day that a time can mean, earliest first."""
    clock, _, half = time.partition(" ")
    hour, minute = (int(part) for part in clock.split(":"))
    if half:
        hours = [hour % HALF_DAY + (HALF_DAY if half == "pm" else 0)]
    elif hour > HALF_DAY or hour == 0:
        hours = [hour]
    else:
        hours = sorted({hour % HALF_DAY, hour % HALF_DAY + HALF_DAY})
    return [day.replace(hour=h, minute=minute, second=0, microsecond=0, fold=0) for h in hours]


def _first(moments: list[datetime], after: datetime | None = None) -> datetime | None:
    return min((at for at in moments if after is None or at > after), default=None)


def _plus(day: datetime, days: int) -> datetime:
    return day + timedelta(days=days)
