"""What time it is, here or elsewhere, and which day."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Reply


class TimeAndDate:
    """Answers from the clock, in the house's time zone or in that of a place."""

    name = "time_and_date"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Tell the time, the date, the weekday or the year."""
        say, now = context.say, context.now
        if intent.name == "time":
            return Reply(say("time", now=now))
        if intent.name == "time_in":
            return Reply(_time_in(intent, context))
        if intent.name == "time_elsewhere":
            return Reply(say("unknown_place"))
        if intent.name == "year":
            return Reply(say("year", year=now.year))
        days = int(intent.slots.get("days", 0))
        then = now + timedelta(days=days)
        key = f"{intent.name}_past" if days < 0 else intent.name
        return Reply(say(key, day=say.wording.day(then, now), then=then))


def _time_in(intent: Intent, context: SkillContext) -> str:
    zone = str(intent.slots["place"])
    there = context.now.astimezone(ZoneInfo(zone))
    place = context.say.table("places")[zone]
    days = _days_ahead(there, context.now)
    key = "time_in" if days == 0 else "time_in_tomorrow" if days > 0 else "time_in_yesterday"
    return context.say(key, place=place, there=there)


def _days_ahead(there: datetime, here: datetime) -> int:
    return (there.date() - here.date()).days
