"""Privacy by voice: forget, say what was heard and why, stop listening.

Requests about privacy are never kept themselves. "What I said" means the speaker's own words where
the speaker is known by name; where the voice is unknown it means this device, whoever spoke: a
guest must be able to take back what they said, and somebody else's words in the same room are
better forgotten once too often than kept once too often.

"What I just said" is the speaker's last request, while it is still in mind: if no recording of it
was kept, what a skill remembered from it is forgotten, and no older recording is touched in its
place. Otherwise it is the newest recording kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from unhear.answer.confirming import doubted
from unhear.answer.skill import Heard, LastTurn, SkillContext
from unhear.forget.errors import NoSuchTrace
from unhear.household.scope import Scope
from unhear.household.speech import Intent, Reply
from unhear.household.words import UNKNOWN_PERSON
from unhear.skills.privacy.film import forget_film
from unhear.understand.values import moment_of

NAME = "privacy"

HEARD_SAID_MAX = 3
"""How many recordings are told of by voice; the rest are counted."""

SURELY = frozenset(
    {"forget_today", "forget_hour", "forget_room", "forget_everything", "everything"}
)
"""What takes more than the last words, and is not done on words heard in doubt."""

MORNING = "7:00 am"
"""When a device listens again that was told to sleep until a day, and no time."""

HOUR = timedelta(hours=1)
JUST_NOW = timedelta(minutes=5)
"""A recording older than this was hardly "just said": the answer says which one it was."""


class Privacy:
    """Does what the person in the room asks, at once, and says what really happened."""

    name = NAME
    remembers = "when a recording was opened with the household's passphrase"
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Obey. Raises `unhear.forget.ForgetError` when forgetting could not be finished."""
        if intent.name in SURELY and (asked := _asked_back(intent, context)) is not None:
            return replace(asked, keep=False)
        if intent.name == "forget_film":
            return replace(forget_film(intent, context), keep=False)
        if intent.name == "sleep":
            return Reply(_sleep(intent, context), keep=False)
        return Reply(_ANSWERS[intent.name](context), keep=False)


def _asked_back(intent: Intent, context: SkillContext) -> Reply | None:
    """Answer what to say instead of forgetting, or None where it is meant.

    "Delete everything" may be the beginning of more. In doubt the lesser is asked about: today.
    """
    meant = Intent(NAME, "forget_today") if intent.name == "everything" else intent
    return doubted(meant, context, context.say(f"really_{meant.name}"))


def _forget_last(context: SkillContext) -> str:
    last = context.last
    if last is not None and not last.kept and _is_mine(last, context):
        count = context.privacy.forget(replace(_mine(context), since=last.heard_at))
        # Another program may have had words recognised since, and answered them itself.
        return context.say("forgotten_just_said" if count else "not_kept")
    return _forget_newest(context)


def _forget_newest(context: SkillContext) -> str:
    heard = context.privacy.heard(replace(_mine(context), until=context.now))
    if not heard:
        return context.say("nothing_kept")
    newest = heard[-1]
    try:
        context.privacy.forget(Scope(recordings=frozenset([newest.trace])))
    except NoSuchTrace:
        return context.say("gone_already")
    if context.now - newest.heard_at <= JUST_NOW:
        return context.say("forgotten_just_said")
    return context.say("forgotten_newest", when=_when(newest, context))


def _forget_today(context: SkillContext) -> str:
    count = context.privacy.forget(replace(_mine(context), since=_midnight(context)))
    if count == 0:
        return context.say("none_today")
    return context.say("forgotten_today", count=count)


def _forget_hour(context: SkillContext) -> str:
    count = context.privacy.forget(replace(_mine(context), since=context.now - HOUR))
    return context.say("forgotten_hour" if count else "none_hour", count=count)


def _forget_room(context: SkillContext) -> str:
    """Forget what every device of this room heard, whoever spoke."""
    devices = context.rooms.devices()
    count = sum(context.privacy.forget(Scope(device=device)) for device in devices)
    return context.say("forgotten_room" if count else "none_room", count=count)


def _listened(context: SkillContext) -> str:
    """Tell how often recordings were opened; each opening is an item of the skill's memory."""
    opened = context.memory.items()
    if not opened:
        return context.say("nobody_listened")
    when = context.say.wording.when(opened[-1].made_at, context.now)
    return context.say("listened", count=len(opened), when=when)


def _sleep(intent: Intent, context: SkillContext) -> str:
    if "duration" in intent.slots:
        until = context.now.astimezone(UTC) + timedelta(seconds=int(intent.slots["duration"]))
    else:
        time = str(intent.slots.get("time", MORNING))
        day = None if "date" not in intent.slots else str(intent.slots["date"])
        until = moment_of(time, day, context.now) or context.now
    context.privacy.set_listening(listening=False, until=until)
    return context.say("sleeping", when=context.say.wording.when(until, context.now))


def _forget_everything(context: SkillContext) -> str:
    count = context.privacy.forget(_mine(context))
    key = "forgotten_all" if count else "none_at_all"
    return context.say(key, count=count, where=_where(context))


def _heard(context: SkillContext) -> str:
    heard = context.privacy.heard(_mine(context))
    if not heard:
        return context.say("kept_nothing", where=_where(context))
    return _told_of(heard, context)


def _heard_today(context: SkillContext) -> str:
    heard = context.privacy.heard(replace(_mine(context), since=_midnight(context)))
    if not heard:
        return context.say("kept_nothing_today", where=_where(context))
    return _told_of(heard, context)


def _told_of(heard: Sequence[Heard], context: SkillContext) -> str:
    newest = [_told(one, context) for one in heard[-HEARD_SAID_MAX:][::-1]]
    return " ".join(
        [
            context.say("kept", count=len(heard), where=_where(context)),
            context.say("kept_one" if len(heard) == 1 else "kept_newest", told=newest),
            context.say("sealed"),
        ]
    )


def _told(heard: Heard, context: SkillContext) -> str:
    return context.say("told", when=_when(heard, context), about=_about(heard.intent, context))


def _why(context: SkillContext) -> str:
    last = context.last
    if last is None:
        return context.say("no_last_turn")
    about = _about(last.intent, context)
    understood = context.say("understood" if last.intent else "not_understood", about=about)
    kept = context.say("was_kept" if last.kept else "was_not_kept")
    return " ".join([understood, kept, *last.reasons])


def _stop(context: SkillContext) -> str:
    context.privacy.set_listening(listening=False)
    return context.say("stopped")


def _stop_recording(context: SkillContext) -> str:
    context.privacy.set_recording(recording=False)
    return context.say("recording_stopped")


def _start_recording(context: SkillContext) -> str:
    context.privacy.set_recording(recording=True)
    return context.say("recording_started")


def _start(context: SkillContext) -> str:
    context.privacy.set_listening(listening=True)
    return context.say("started")


def _mine(context: SkillContext) -> Scope:
    if context.person == UNKNOWN_PERSON:
        return Scope(device=context.device)
    return Scope(person=context.person)


def _is_mine(last: LastTurn, context: SkillContext) -> bool:
    """Whether the last turn was this speaker's, and about something else than privacy."""
    about_privacy = last.intent is not None and last.intent.startswith(f"{NAME}.")
    return not about_privacy and context.person in (UNKNOWN_PERSON, last.person)


def _midnight(context: SkillContext) -> datetime:
    # The first midnight of the day, where a clock change makes two.
    return context.now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _about(intent: str | None, context: SkillContext) -> str:
    if not intent:
        return context.say("something")
    skill = intent.partition(".")[0]
    return context.say.table("skills").get(skill, skill.replace("_", " "))


def _when(heard: Heard, context: SkillContext) -> str:
    return context.say.wording.when(heard.heard_at, context.now)


def _where(context: SkillContext) -> str:
    return context.say("on_device") if context.person == UNKNOWN_PERSON else context.say("from_you")


_ANSWERS: dict[str, Callable[[SkillContext], str]] = {
    "forget_last": _forget_last,
    "forget_newest": _forget_newest,
    "forget_today": _forget_today,
    "forget_everything": _forget_everything,
    "everything": _forget_everything,
    "forget_hour": _forget_hour,
    "forget_room": _forget_room,
    "listened": _listened,
    "heard": _heard,
    "heard_today": _heard_today,
    "why": _why,
    "stop": _stop,
    "start": _start,
    "stop_recording": _stop_recording,
    "start_recording": _start_recording,
}
