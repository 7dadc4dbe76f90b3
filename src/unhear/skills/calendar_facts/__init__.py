"""Days until something, weekdays of dates, leap years, week numbers."""

import calendar
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Reply
from unhear.understand.values import date_of


class CalendarFacts:
    """Answers from the Gregorian calendar."""

    name = "calendar_facts"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Look it up."""
        return Reply(_ANSWERS[intent.name](intent, context))


def _days_until(intent: Intent, context: SkillContext) -> str:
    date = _date(intent, context)
    if date is None:
        return context.say("no_such_day")
    days = (date.date() - context.now.date()).days
    return (
        context.say("today_it_is", date=date)
        if days == 0
        else context.say("days_until", count=days, date=date)
    )


def _weekday(intent: Intent, context: SkillContext) -> str:
    date = _date(intent, context)
    return context.say("no_such_day") if date is None else context.say("is_a", date=date)


def _leap(intent: Intent, context: SkillContext) -> str:
    year = int(intent.slots.get("year", context.now.year))
    return context.say("leap" if calendar.isleap(year) else "no_leap", year=year)


def _week(_: Intent, context: SkillContext) -> str:
    return context.say("week", week=context.now.isocalendar().week)


def _days_in_month(intent: Intent, context: SkillContext) -> str:
    month = int(intent.slots["month"])
    days = calendar.monthrange(context.now.year, month)[1]
    return context.say("days_in_month", days=days)


def _date(intent: Intent, context: SkillContext) -> datetime | None:
    day = intent.slots.get("feast", intent.slots.get("date"))
    if day == "easter":
        return _easter(context.now)
    return date_of(str(day), context.now)


def _easter(now: datetime) -> datetime:
    """Answer the next Easter Sunday (Meeus, Astronomical Algorithms, 1991, chapter 8)."""
    for year in (now.year, now.year + 1):
        a, (b, c) = year % 19, divmod(year, 100)
        d, e = divmod(b, 4)
        g = (8 * b + 13) // 25
        h = (19 * a + b - d - g + 15) % 30
        i, k = divmod(c, 4)
        r = (32 + 2 * e + 2 * i - h - k) % 7
        m = (a + 11 * h + 19 * r) // 433
        month, day = divmod(h + r - 7 * m + 90, 25)
        day = (h + r - 7 * m + 33 * month + 19) % 32
        easter = now.replace(
            month=month, day=day, year=year, hour=0, minute=0, second=0, microsecond=0
        )
        if easter.date() >= now.date():
            return easter
    raise AssertionError("every second year has an Easter")


_ANSWERS: dict[str, Callable[[Intent, SkillContext], str]] = {
    "days_until": _days_until,
    "weekday": _weekday,
    "leap": _leap,
    "week": _week,
    "days_in_month": _days_in_month,
}
