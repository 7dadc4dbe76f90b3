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
from datetime import datetime, timedelta
from pathlib import Path

from unhear.answer.skill import Heard, LastTurn, SkillContext
from unhear.answer.wording import counted, spoken_list, spoken_past
from unhear.forget.errors import NoSuchTrace
from unhear.household.scope import Scope
from unhear.household.speech import Intent, Reply
from unhear.household.words import UNKNOWN_PERSON
from unhear.skills.privacy import replies

NAME = "privacy"

HEARD_SAID_MAX = 3
"""How many recordings are told of by voice; the rest are counted."""

JUST_NOW = timedelta(minutes=5)
"""A recording older than this was hardly "just said": the answer says which one it was."""


class Privacy:
    """Does what the person in the room asks, at once, and says what really happened."""

    name = NAME
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Obey. Raises `unhear.forget.ForgetError` when forgetting could not be finished."""
        return Reply(_ANSWERS[intent.name](context), keep=False)

    def tick(self, context: SkillContext) -> None:
        """Do nothing: a request to forget never waits."""


def _forget_last(context: SkillContext) -> str:
    last = context.privacy.last_turn()
    if last is not None and not last.kept and _is_mine(last, context):
        context.privacy.forget(replace(_mine(context), since=last.heard_at))
        return replies.NOT_KEPT
    return _forget_newest(context)


def _forget_newest(context: SkillContext) -> str:
    heard = context.privacy.heard(replace(_mine(context), until=context.now))
    if not heard:
        return replies.NOTHING_KEPT
    newest = heard[-1]
    try:
        context.privacy.forget(Scope(recordings=frozenset([newest.trace])))
    except NoSuchTrace:
        return replies.GONE_ALREADY
    if context.now - newest.heard_at <= JUST_NOW:
        return replies.FORGOTTEN_JUST_SAID
    return replies.FORGOTTEN_NEWEST.format(when=spoken_past(newest.heard_at, context.now))


def _forget_today(context: SkillContext) -> str:
    count = context.privacy.forget(replace(_mine(context), since=_midnight(context)))
    if count == 0:
        return replies.NONE_TODAY
    return replies.FORGOTTEN_TODAY.format(recordings=_recordings(count), them=_them(count))


def _forget_everything(context: SkillContext) -> str:
    count = context.privacy.forget(_mine(context))
    said = replies.FORGOTTEN_ALL if count else replies.NONE_AT_ALL
    return said.format(recordings=_recordings(count), where=_where(context), them=_them(count))


def _heard(context: SkillContext) -> str:
    heard = context.privacy.heard(_mine(context))
    if not heard:
        return replies.KEPT_NOTHING.format(where=_where(context))
    return _told_of(heard, context)


def _heard_today(context: SkillContext) -> str:
    heard = context.privacy.heard(replace(_mine(context), since=_midnight(context)))
    if not heard:
        return replies.KEPT_NOTHING_TODAY.format(where=_where(context))
    return _told_of(heard, context)


def _told_of(heard: Sequence[Heard], context: SkillContext) -> str:
    newest = spoken_list([_told(one, context) for one in heard[-HEARD_SAID_MAX:][::-1]])
    said = replies.KEPT_ONE if len(heard) == 1 else replies.KEPT_NEWEST
    return replies.KEPT.format(
        recordings=_recordings(len(heard)), where=_where(context), newest=said.format(told=newest)
    )


def _told(heard: Heard, context: SkillContext) -> str:
    return replies.TOLD.format(
        when=spoken_past(heard.heard_at, context.now), about=_about(heard.intent)
    )


def _why(context: SkillContext) -> str:
    last = context.privacy.last_turn()
    if last is None:
        return replies.NO_LAST_TURN
    understood = replies.UNDERSTOOD if last.intent else replies.NOT_UNDERSTOOD
    kept = replies.WAS_KEPT if last.kept else replies.WAS_NOT_KEPT
    return " ".join([understood.format(about=_about(last.intent)), kept, *last.reasons])


def _stop(context: SkillContext) -> str:
    context.privacy.set_listening(listening=False)
    return replies.STOPPED


def _start(context: SkillContext) -> str:
    context.privacy.set_listening(listening=True)
    return replies.STARTED


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


def _about(intent: str | None) -> str:
    return intent.partition(".")[0].replace("_", " ") if intent else replies.SOMETHING


def _recordings(count: int) -> str:
    return counted(count, replies.RECORDING)


def _them(count: int) -> str:
    return replies.IT if count == 1 else replies.THEM


def _where(context: SkillContext) -> str:
    return replies.ON_DEVICE if context.person == UNKNOWN_PERSON else replies.FROM_YOU


_ANSWERS: dict[str, Callable[[SkillContext], str]] = {
    "forget_last": _forget_last,
    "forget_newest": _forget_newest,
    "forget_today": _forget_today,
    "forget_everything": _forget_everything,
    "heard": _heard,
    "heard_today": _heard_today,
    "why": _why,
    "stop": _stop,
    "start": _start,
}
