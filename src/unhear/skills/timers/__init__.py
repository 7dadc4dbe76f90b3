"""Timers: set, ask, cancel; they fire, and survive a restart."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.answer.wording import counted, spoken_duration, spoken_list
from unhear.household.speech import Intent, Item, Reply
from unhear.skills.timers import replies
from unhear.understand.values import leading_duration

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
            return Reply(_set(list(_asked(intent)), context))
        timers, name = _meant(intent, context)
        if not timers:
            return Reply(replies.NONE_CALLED.format(name=name) if name else replies.NONE)
        if intent.name == "remaining":
            return Reply(replies.LEFT.format(left=spoken_list(_left(timers, context.now))))
        yours = [replies.YOURS.format(timer=_called(timer)) for timer in timers]
        if len(set(yours)) > 1 and intent.name != "cancel_all":
            return Reply(replies.WHICH.format(timers=spoken_list(yours, replies.OR)))
        context.memory.drop([timer.id for timer in timers])
        few = len(yours) <= TOLD_MAX
        timers_said = spoken_list(yours) if few else counted(len(yours), replies.TIMER)
        return Reply(replies.CANCELLED.format(timers=timers_said))

    def tick(self, context: SkillContext) -> None:
        """Ring the timers that are over, the earliest first, each once."""
        over = [item for item in context.memory.items() if _ends_at(item) <= context.now]
        for timer in sorted(over, key=_ends_at):
            context.memory.drop([timer.id])
            late = context.now - _ends_at(timer)
            said = replies.DONE if late <= LATE else replies.DONE_BEFORE
            context.announce(said.format(timer=_called(timer), ago=spoken_duration(late)))


def _asked(intent: Intent) -> Iterable[tuple[int | None, str]]:
    """Yield the seconds (None: not said) and the name of each timer asked for."""
    for duration, name in SETS:
        if duration in intent.slots:
            yield int(intent.slots[duration]), str(intent.slots.get(name, ""))
        elif name in intent.slots:
            # "A 10 minute pizza timer" is one slot: nothing stands between length and name.
            yield leading_duration(str(intent.slots[name]))
        elif duration == SETS[0][0]:
            yield None, ""


def _set(asked: Sequence[tuple[int | None, str]], context: SkillContext) -> str:
    said = []
    lengths = [seconds for seconds, _ in asked if seconds]
    if len(lengths) < len(asked):
        return replies.FOR_HOW_LONG
    if max(lengths) > DURATION_MAX.total_seconds():
        return replies.TOO_LONG
    for seconds, (_, name) in zip(lengths, asked, strict=True):
        duration = timedelta(seconds=seconds)
        # In UTC: a clock change in between must not make a timer an hour longer or shorter.
        ends_at = context.now.astimezone(UTC) + duration
        context.memory.remember(
            {"ends_at": ends_at.isoformat(), "seconds": str(seconds), "name": name}
        )
        reply = replies.SET_NAMED if name else replies.SET
        said.append(reply.format(name=name, duration=spoken_duration(duration)))
    return " ".join(said)


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
        return unnamed or as_long, spoken_duration(timedelta(seconds=seconds))
    return timers, ""


def _ends_at(timer: Item) -> datetime:
    return datetime.fromisoformat(timer.data["ends_at"])


def _left(timers: Sequence[Item], now: datetime) -> list[str]:
    return [
        replies.LEFT_ON.format(left=spoken_duration(_ends_at(timer) - now), timer=_called(timer))
        for timer in timers
    ]


def _called(timer: Item) -> str:
    if timer.data["name"]:
        return replies.NAMED.format(name=timer.data["name"])
    duration = timedelta(seconds=float(timer.data["seconds"]))
    return replies.BY_LENGTH.format(duration=spoken_duration(duration))
