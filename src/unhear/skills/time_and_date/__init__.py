"""What time it is, and which day."""

from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Reply


class TimeAndDate:
    """Answers from the clock, in the house's time zone."""

    name = "time_and_date"
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Tell the time, the date or the weekday."""
        now = context.now
        if intent.name == "time":
            half = "a.m." if now.hour < 12 else "p.m."  # noqa: PLR2004 - noon
            return Reply(f"It is {now.hour % 12 or 12}:{now.minute:02d} {half}")
        if intent.name == "weekday":
            return Reply(f"Today is {now:%A}.")
        return Reply(f"Today is {now:%A}, {now.day} {now:%B} {now.year}.")

    def tick(self, context: SkillContext) -> None:
        """Do nothing: the time tells itself."""
