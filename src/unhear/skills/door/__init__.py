"""The door by voice: who rang, an answer to who is there, and how the household lives now.

It says when and how often, never who: nobody is told apart before a camera.
"""

from datetime import datetime, timedelta
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.household.cameras import Mode
from unhear.household.speech import Intent, Reply

TIMES_SAID_MAX = 3
"""How many rings are told of with their time; the rest are counted."""

LATELY = timedelta(days=30)


class AtDoor:
    """Tells of rings, and answers those who rang."""

    name = "door"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Obey; at a device before the door nobody is told anything."""
        if context.door.outside(context.device):
            return Reply(context.say("not_here"))
        if intent.name == "mode":
            return _live_as(Mode(str(intent.slots["mode"])), context)
        if not context.door.cameras():
            return Reply(context.say("no_cameras"))
        if intent.name == "tell":
            return _tell(str(intent.slots["answer"]), context)
        return _rang(intent, context)


def _rang(intent: Intent, context: SkillContext) -> Reply:
    last = intent.name == "last"
    rings = context.door.rings(context.now - LATELY if last else _midnight(context))
    if not rings:
        return Reply(context.say("nobody_lately" if last else "nobody"))
    newest = context.say.wording.when(rings[-1], context.now)
    if last or len(rings) == 1:
        return _told(context.say("rang_last", when=newest), context)
    times = [context.say.wording.time(at) for at in rings[-TIMES_SAID_MAX:]]
    key = "rang_times" if len(rings) <= TIMES_SAID_MAX else "rang_newest"
    return _told(context.say(key, count=len(rings), times=times), context)


def _told(when: str, context: SkillContext) -> Reply:
    return Reply(" ".join([when, context.say("who")]))


def _tell(answer: str, context: SkillContext) -> Reply:
    told = context.door.answer(context.say.table("at_the_door")[answer])
    return Reply(context.say("told" if told else "not_told"))


def _live_as(mode: Mode, context: SkillContext) -> Reply:
    context.door.live_as(mode)
    follow = [context.say("cameras_follow")] if context.door.cameras() else []
    return Reply(" ".join([context.say(f"greeting_{mode.value}"), *follow]))


def _midnight(context: SkillContext) -> datetime:
    # The first midnight of the day, where a clock change makes two.
    return context.now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
