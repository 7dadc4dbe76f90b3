"""Alarms at a time of day, once or again and again; they ring where they were set."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from unhear.answer.confirming import doubted
from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Item, Question, Reply
from unhear.household.words import DeviceId, TraceId
from unhear.understand.values import WEEKDAYS, moment_of

SNOOZE = timedelta(minutes=9)
LATE = timedelta(minutes=1)
"""An alarm that rings later than this, after a restart, says so; one that recurs does not ring."""

JUST_RUNG = timedelta(minutes=10)
"""For how long after it rang an alarm can be snoozed."""

RECURRING = {
    "daily": WEEKDAYS,
    "weekdays": WEEKDAYS[:5],
    "weekends": WEEKDAYS[5:],
    **{day: (day,) for day in WEEKDAYS},
}


class Alarms:
    """Each alarm is an item of the skill's memory: when, on which days, where, perhaps a name."""

    name = "alarms"
    remembers = "alarms that are set: when, on which days, where, and their names"
    sentences = Path(__file__).parent / "sentences"

    def __init__(self) -> None:
        self._rung: dict[TraceId, datetime] = {}
        self._last: tuple[DeviceId, datetime] | None = None

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Set, tell of, cancel or snooze alarms."""
        if intent.name == "set":
            return _set(intent, context)
        if intent.name == "snooze":
            return Reply(self._snooze(context))
        alarms = sorted(context.memory.items(), key=lambda alarm: _next(alarm, context.now))
        if "time" in intent.slots:
            at = moment_of(str(intent.slots["time"]), None, context.now)
            alarms = [
                alarm for alarm in alarms if at is not None and _same_time(alarm, at, context)
            ]
        if not alarms:
            return Reply(context.say("none"))
        told = [_told(alarm, context) for alarm in alarms]
        if intent.name == "list":
            return Reply(context.say("listed", alarms=told))
        if len(alarms) > 1 and intent.name == "cancel":
            return Reply(context.say("which", alarms=told))
        really = context.say("really_all", count=len(alarms))
        asked = doubted(intent, context, really) if intent.name == "cancel_all" else None
        if asked is None:
            context.memory.drop([alarm.id for alarm in alarms])
        return asked or Reply(context.say("cancelled", alarms=told, count=len(alarms)))

    def tick(self, context: SkillContext) -> None:
        """Ring the alarms whose time has come, where they were set."""
        for alarm in context.memory.items():
            at = _due(alarm, context.now)
            if at is None or self._rung.get(alarm.id) == at:
                continue
            if alarm.data["days"]:
                self._rung[alarm.id] = at
            else:
                context.memory.drop([alarm.id])
            device = DeviceId(alarm.data["device"])
            self._last = (device, context.now)
            key = "rings" if context.now - at <= LATE else "rang_late"
            named = _named(alarm, context)
            context.rooms.ring(
                context.say(key, at=at.astimezone(context.now.tzinfo), named=named), device
            )

    def _snooze(self, context: SkillContext) -> str:
        if self._last is None or context.now - self._last[1] > JUST_RUNG:
            return context.say("nothing_rang")
        context.rooms.quiet()
        at = context.now.astimezone(UTC) + SNOOZE
        _remember(context, at, "", "", self._last[0])
        return context.say("snoozed", snooze=SNOOZE)


def _set(intent: Intent, context: SkillContext) -> Reply:
    if "time" not in intent.slots:
        return Reply(context.say("ask_time"), question=Question(intent, "time", ("date",)))
    time, name = str(intent.slots["time"]), str(intent.slots.get("name", ""))
    days = RECURRING.get(str(intent.slots.get("recurring", "")), ())
    day = None if "date" not in intent.slots else str(intent.slots["date"])
    now = context.now
    start = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    at = moment_of(time, "+1", start) if days else moment_of(time, day, now)
    if at is None:
        return Reply(context.say("past"))
    _remember(context, at.astimezone(UTC), " ".join(days), name, context.device)
    if days:
        return Reply(context.say("set_recurring", at=at, days=_days(days, context)))
    return Reply(context.say("set", when=context.say.wording.when(at, now)))


def _remember(context: SkillContext, at: datetime, days: str, name: str, device: DeviceId) -> None:
    context.memory.remember({"at": at.isoformat(), "days": days, "name": name, "device": device})


def _due(alarm: Item, now: datetime) -> datetime | None:
    """Answer the moment an alarm should have rung at, if that is now or a moment ago."""
    at = datetime.fromisoformat(alarm.data["at"])
    if not alarm.data["days"]:
        return at if at <= now else None
    today = _on(now, at.astimezone(now.tzinfo))
    rings = WEEKDAYS[now.weekday()] in alarm.data["days"].split()
    return today if rings and timedelta(0) <= now - today <= LATE else None


def _next(alarm: Item, now: datetime) -> datetime:
    """Answer when an alarm rings next."""
    at = datetime.fromisoformat(alarm.data["at"])
    days = alarm.data["days"].split()
    if not days:
        return at
    local = at.astimezone(now.tzinfo)
    coming = (_on(now + timedelta(days=ahead), local) for ahead in range(8))
    return next(day for day in coming if day > now and WEEKDAYS[day.weekday()] in days)


def _on(day: datetime, time: datetime) -> datetime:
    return day.replace(hour=time.hour, minute=time.minute, second=0, microsecond=0, fold=0)


def _same_time(alarm: Item, at: datetime, context: SkillContext) -> bool:
    rings = _next(alarm, context.now).astimezone(context.now.tzinfo)
    return (rings.hour % 12, rings.minute) == (at.hour % 12, at.minute)


def _told(alarm: Item, context: SkillContext) -> str:
    at = _next(alarm, context.now)
    days = alarm.data["days"].split()
    named = _named(alarm, context)
    if days:
        local = at.astimezone(context.now.tzinfo)
        return context.say("told_recurring", at=local, days=_days(days, context), named=named)
    return context.say("told", when=context.say.wording.when(at, context.now), named=named)


def _named(alarm: Item, context: SkillContext) -> str:
    name = alarm.data["name"]
    return context.say("named", name=name) if name else ""


def _days(days: Sequence[str], context: SkillContext) -> str:
    table = context.say.table("days")
    for name, all_of_them in RECURRING.items():
        if tuple(days) == tuple(all_of_them):
            return table[name]
    return context.say.wording.listed([table[day] for day in days])
