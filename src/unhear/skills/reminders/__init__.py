"""Remind somebody of something, at a time of day or after a while."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from unhear.answer.confirming import doubted
from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Item, Question, Reply
from unhear.household.words import DeviceId
from unhear.understand.values import moment_of

LETTERS_MAX = 300
REMINDERS_MAX = 200
MORNING = "9:00 am"
"""When somebody is reminded who named a day and no time."""


class Reminders:
    """Each reminder is an item of the skill's memory: what, when, and where it was asked for."""

    name = "reminders"
    remembers = "what to remind you of, when, and where"
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Set, tell of, or cancel reminders."""
        if intent.name == "set":
            return _set(intent, context)
        reminders = sorted(context.memory.items(), key=_at)
        if "what" in intent.slots:
            wanted = str(intent.slots["what"]).split()
            reminders = [one for one in reminders if set(wanted) <= set(one.data["what"].split())]
        if not reminders:
            return Reply(context.say("none"))
        told = [_told(one, context) for one in reminders]
        if intent.name == "list":
            return Reply(context.say("listed", reminders=told))
        if len(reminders) > 1 and intent.name == "cancel":
            return Reply(context.say("which", reminders=told))
        really = context.say("really_all", count=len(reminders))
        asked = doubted(intent, context, really) if intent.name == "cancel_all" else None
        if asked is None:
            context.memory.drop([one.id for one in reminders])
        return asked or Reply(context.say("cancelled", count=len(reminders)))

    def tick(self, context: SkillContext) -> None:
        """Remind of what has fallen due, where it was asked for."""
        due = [one for one in context.memory.items() if _at(one) <= context.now]
        for one in sorted(due, key=_at):
            context.memory.drop([one.id])
            said = context.say("reminded", what=_to_the_speaker(one.data["what"], context))
            context.rooms.say(said, DeviceId(one.data["device"]))


def _set(intent: Intent, context: SkillContext) -> Reply:
    if "what" not in intent.slots:
        return Reply(context.say("ask_what"), question=Question(intent, "what"))
    at = _when(intent, context.now)
    if at is None:
        asked = {"time", "date", "after"} & intent.slots.keys()
        question = None if asked else Question(intent, "time", ("after", "date"))
        return Reply(context.say("past" if asked else "ask_time"), question=question)
    if len(context.memory.items()) >= REMINDERS_MAX:
        return Reply(context.say("full"))
    what = str(intent.slots["what"])[:LETTERS_MAX].strip()
    context.memory.remember(
        {"what": what, "at": at.astimezone(UTC).isoformat(), "device": context.device}
    )
    said = _to_the_speaker(what, context)
    return Reply(context.say("set", what=said, when=context.say.wording.when(at, context.now)))


def _when(intent: Intent, now: datetime) -> datetime | None:
    if "after" in intent.slots:
        return now.astimezone(UTC) + timedelta(seconds=int(intent.slots["after"]))
    if "time" not in intent.slots and "date" not in intent.slots:
        return None
    day = None if "date" not in intent.slots else str(intent.slots["date"])
    return moment_of(str(intent.slots.get("time", MORNING)), day, now)


def _at(reminder: Item) -> datetime:
    return datetime.fromisoformat(reminder.data["at"])


def _told(reminder: Item, context: SkillContext) -> str:
    when = context.say.wording.when(_at(reminder), context.now)
    return context.say("told", what=_to_the_speaker(reminder.data["what"], context), when=when)


def _to_the_speaker(what: str, context: SkillContext) -> str:
    others = context.say.table("to_the_speaker")
    return " ".join(others.get(word, word) for word in what.split())
