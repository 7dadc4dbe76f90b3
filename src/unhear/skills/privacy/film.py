"""Have a camera's film deleted by voice: "delete the front door's recordings from this morning".

Film shows others than who speaks, so it goes at the word of a guardian or another adult. A voice
that nobody is known by is asked back: it may be theirs. Nobody is obeyed before the door.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from unhear.answer.confirming import doubted
from unhear.answer.skill import SkillContext
from unhear.household.scope import Scope
from unhear.household.speech import Intent, Reply
from unhear.household.words import DeviceId, PersonKind

MAY = frozenset({PersonKind.GUARDIAN, PersonKind.ADULT})
HOUR = timedelta(hours=1)
MORNING, NOON, EVENING = time(5), time(12), time(18)
"""When the parts of a day begin that people speak of."""


def forget_film(intent: Intent, context: SkillContext) -> Reply:
    """Delete a camera's film, of a part of the day or all of it; say what went."""
    if context.door.outside(context.device):
        return Reply(context.say("film_not_here"))
    cameras = _meant(str(intent.slots.get("camera", "")), context)
    if not cameras:
        return Reply(_no_such_camera(context))
    speaker = context.household.person(context.person)
    if speaker is not None and speaker.kind not in MAY:
        return Reply(context.say("film_refused"))
    part = str(intent.slots.get("part", ""))
    asked = doubted(
        intent,
        context if speaker is not None else replace(context, sure=False),
        context.say("really_forget_film", cameras=cameras),
    )
    return asked or Reply(_forgotten(cameras, part, context))


def _forgotten(cameras: Sequence[DeviceId], part: str, context: SkillContext) -> str:
    since, until = _span(part, context.now)
    scopes = [Scope(device=camera, since=since, until=until) for camera in cameras]
    count = sum(context.privacy.forget(scope) for scope in scopes)
    return context.say("forgotten_film" if count else "no_film", count=count, cameras=cameras)


def _meant(words: str, context: SkillContext) -> Sequence[DeviceId]:
    """Answer the cameras that words name: one, or all of them."""
    cameras = context.door.cameras()
    if words in context.say.choices("all_cameras"):
        return cameras
    plain = _without(words, context)
    if not plain and len(cameras) == 1:
        return cameras
    return [one for one in cameras if _without(one.casefold(), context) == plain]


def _without(name: str, context: SkillContext) -> str:
    """Answer a name without what it is called besides: "the garden camera" is "garden"."""
    camera, *_ = small = context.say.choices("camera_words")
    parts = name.replace("-", " ").removesuffix("'s").split()
    kept = (part.removesuffix(camera) for part in parts if part not in small)
    return " ".join(part for part in kept if part)


def _no_such_camera(context: SkillContext) -> str:
    cameras = context.door.cameras()
    return context.say("no_such_camera", cameras=cameras) if cameras else context.say("no_cameras")


def _span(part: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Answer since when and until when a part of a day is, as it is meant at a local moment."""
    yesterday = now - timedelta(days=1)
    spans: dict[str, tuple[datetime, datetime | None]] = {
        "hour": (now - HOUR, None),
        "today": (_at(now, time(0)), None),
        "yesterday": (_at(yesterday, time(0)), _at(now, time(0))),
        "morning": (_at(now, MORNING), _at(now, NOON)),
        "afternoon": (_at(now, NOON), _at(now, EVENING)),
        "evening": (_at(now, EVENING), None),
        "night": (_at(yesterday, EVENING), _at(now, NOON)),
    }
    return spans.get(part, (None, None))


def _at(day: datetime, moment: time) -> datetime:
    # The first such moment of the day, where a clock change makes two.
    return datetime.combine(day.date(), moment, day.tzinfo)
