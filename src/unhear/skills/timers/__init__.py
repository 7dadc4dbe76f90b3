"""Timers: set, ask, cancel; they fire, and survive a restart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.answer.wording import counted, duration_from, spoken_duration, spoken_list
from unhear.household.speech import Intent, Item, Reply

DURATION_MAX = timedelta(days=1)


class Timers:
    """Each timer is an item of the skill's memory: its end, its length and perhaps a name."""

    name = "timers"
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Set, tell of, or cancel timers."""
        name = str(intent.slots.get("name", ""))
        if intent.name == "set":
            return _set(str(intent.slots["duration"]), name, context)
        timers = [item for item in context.memory.items() if not name or item.data["name"] == name]
        if not timers:
            return Reply(f"You have no {name} timer." if name else "You have no timer.")
        if intent.name == "cancel":
            context.memory.drop([timer.id for timer in timers])
            return Reply(f"{counted(len(timers), 'timer').capitalize()} cancelled.")
        left = [f"{_left(timer, context.now)} on your {_called(timer)}" for timer in timers]
        return Reply(f"There is {spoken_list(left)}.")

    def tick(self, context: SkillContext) -> None:
        """Ring the timers that are over."""
        over = [item for item in context.memory.items() if _ends_at(item) <= context.now]
        if over:
            context.memory.drop([timer.id for timer in over])
        for timer in over:
            context.announce(f"Your {_called(timer)} is done.")


def _set(words: str, name: str, context: SkillContext) -> Reply:
    duration = duration_from(words)
    if duration is None or not duration:
        return Reply("For how long? Say, for example, set a timer for ten minutes.")
    if duration > DURATION_MAX:
        return Reply("I can set timers for up to a day.")
    ends_at = (context.now + duration).astimezone(UTC)
    timer = context.memory.remember(
        {
            "ends_at": ends_at.isoformat(),
            "seconds": str(duration.total_seconds()),
            "name": name,
        }
    )
    if name:
        return Reply(f"Your {_called(timer)} is set for {spoken_duration(duration)}.")
    return Reply(f"Timer set for {spoken_duration(duration)}.")


def _ends_at(timer: Item) -> datetime:
    return datetime.fromisoformat(timer.data["ends_at"])


def _left(timer: Item, now: datetime) -> str:
    return spoken_duration(_ends_at(timer) - now)


def _called(timer: Item) -> str:
    if timer.data["name"]:
        return f"{timer.data['name']} timer"
    length = spoken_duration(timedelta(seconds=float(timer.data["seconds"])))
    return f"timer of {length}"
