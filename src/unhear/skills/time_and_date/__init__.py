"""What time it is, and which day."""

from datetime import timedelta
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.answer.wording import spoken_date, spoken_time
from unhear.household.speech import Intent, Reply
from unhear.skills.time_and_date import replies


class TimeAndDate:
    """Answers from the clock, in the house's time zone."""

    name = "time_and_date"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Tell the time, the date, the weekday or the year."""
        days = int(intent.slots.get("days", 0))
        then = context.now + timedelta(days=days)
        said = {
            "time": spoken_time(context.now),
            "date": spoken_date(then),
            "weekday": f"{then:%A}",
            "year": str(context.now.year),
        }
        day = replies.DAYS[days]
        return Reply(replies.SAID[intent.name, days < 0].format(day=day, said=said[intent.name]))

    def tick(self, context: SkillContext) -> None:
        """Do nothing: the time tells itself."""
