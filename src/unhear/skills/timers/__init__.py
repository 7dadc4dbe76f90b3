"""Timers: set, ask, cancel; they fire, and survive a restart."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from unhear.answer.rooms import Countdown
from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Item, Question, Reply
from unhear.household.words import DeviceId
from unhear.understand.languages import LANGUAGES

DURATION_MAX = timedelta(days=1)
LATE = timedelta(minutes=1)
"""A timer that rings later than this, after a restart, says so."""

TOLD_MAX = 3
"""More cancelled timers than these are counted, not named."""

SETS = (("duration", "name"), ("duration_2", "name_2"), ("duration_3", ""))
"""The slots of the timers that one sentence can set."""


class Timers:
    """Each timer is an item of the skill's memory: its end, its length and perhaps a name."""

    name = "timers"
    remembers = "timers that run: their ends, lengths and names"
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Set, tell of, or cancel timers."""
        if intent.name == "set":
            return _set(intent, context)
        timers, name = _meant(intent, context)
        if not timers:
            return Reply(context.say("none_called", name=name) if name else context.say("none"))
        if intent.name == "remaining":
            return Reply(context.say("left", left=_left(timers, context)))
        yours = [context.say("yours", timer=_called(timer, context)) for timer in timers]
        if len(set(yours)) > 1 and intent.name != "cancel_all":
            return Reply(context.say("which", timers=yours))
        context.memory.drop([timer.id for timer in timers])
        if len(yours) > TOLD_MAX:
            return Reply(context.say("cancelled_many", count=len(yours)))
        return Reply(context.say("cancelled", timers=yours))

    def tick(self, context: SkillContext) -> None:
        """Ring the timers that are over, the earliest first, where they were set.

        Those that run are shown there, on devices that can.
        """
        timers = context.memory.items()
        over = [timer for timer in timers if _ends_at(timer) <= context.now]
        for timer in sorted(over, key=_ends_at):
            context.memory.drop([timer.id])
            late = context.now - _ends_at(timer)
            key = "done" if late <= LATE else "done_before"
            said = context.say(key, timer=_called(timer, context), ago=late)
            context.rooms.ring(said, _set_on(timer, context))
        context.rooms.show([_shown(timer, context) for timer in timers if timer not in over])


def _asked(intent: Intent, language: str) -> Iterable[tuple[int | None, str]]:
    """Yield the seconds (None: not said) and the name of each timer asked for."""
    for duration, name in SETS:
        if duration in intent.slots:
            yield int(intent.slots[duration]), str(intent.slots.get(name, ""))
        elif name in intent.slots:
            # "A 10 minute pizza timer" is one slot: nothing stands between length and name.
            yield LANGUAGES[language].leading_duration(str(intent.slots[name]))
        elif duration == SETS[0][0]:
            yield None, ""


def _set(intent: Intent, context: SkillContext) -> Reply:
    asked = list(_asked(intent, context.language))
    said = []
    lengths = [seconds for seconds, _ in asked if seconds]
    if len(lengths) < len(asked):
        question = Question(intent, "duration") if len(asked) == 1 else None
        return Reply(context.say("ask_duration"), question=question)
    if max(lengths) > DURATION_MAX.total_seconds():
        return Reply(context.say("too_long"))
    for seconds, (_, name) in zip(lengths, asked, strict=True):
        duration = timedelta(seconds=seconds)
        # In UTC: a clock change in between must not make a timer an hour longer or shorter.
        ends_at = context.now.astimezone(UTC) + duration
        context.memory.remember(
            {
                "ends_at": ends_at.isoformat(),
                "seconds": str(seconds),
                "name": name,
                "device": context.device,
            }
        )
        said.append(context.say("set_named" if name else "set", name=name, duration=duration))
    return Reply(" ".join(said))


def _meant(intent: Intent, context: SkillContext) -> tuple[Sequence[Item], str]:
    """Answer the timers an intent names, soonest first, and how it called them."""
    timers = sorted(context.memory.items(), key=_ends_at)
    if "name" in intent.slots:
        name = str(intent.slots["name"])
        return [timer for timer in timers if timer.data["name"] == name], name
    if "duration" in intent.slots:
        seconds = int(intent.slots["duration"])
        as_long = [timer for timer in timers if float(timer.data["seconds"]) == seconds]
        unnamed = [timer for timer in as_long if not timer.data["name"]]
        return unnamed or as_long, context.say.wording.duration(timedelta(seconds=seconds))
    return timers, ""


def _ends_at(timer: Item) -> datetime:
    return datetime.fromisoformat(timer.data["ends_at"])


def _set_on(timer: Item, context: SkillContext) -> DeviceId:
    return DeviceId(timer.data.get("device", context.device))


def _shown(timer: Item, context: SkillContext) -> Countdown:
    length = timedelta(seconds=float(timer.data["seconds"]))
    where = _set_on(timer, context)
    return Countdown(timer.id, where, timer.data["name"], length, _ends_at(timer))


def _left(timers: Sequence[Item], context: SkillContext) -> list[str]:
    return [
        context.say("left_on", left=_ends_at(timer) - context.now, timer=_called(timer, context))
        for timer in timers
    ]


def _called(timer: Item, context: SkillContext) -> str:
    if timer.data["name"]:
        return context.say("named", name=timer.data["name"])
    return context.say("by_length", duration=timedelta(seconds=float(timer.data["seconds"])))
