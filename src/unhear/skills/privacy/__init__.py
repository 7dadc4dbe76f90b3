"""Privacy by voice: forget, say what was heard and why, stop listening.

Requests about privacy are never kept themselves. "What I said" means the speaker's own words where
the speaker is known by name; where the voice is unknown it means this device, whoever spoke: a
guest must be able to take back what they said, and somebody else's words in the same room are
better forgotten once too often than kept once too often.
"""

from collections.abc import Callable
from pathlib import Path

from unhear.answer.skill import Heard, SkillContext
from unhear.answer.wording import counted, spoken_list
from unhear.household.scope import Scope
from unhear.household.speech import Intent, Reply
from unhear.household.words import UNKNOWN_PERSON

HEARD_SAID_MAX = 3
"""How many recordings are told of by voice; the rest are counted."""


class Privacy:
    """Does what the person in the room asks, at once, and says what really happened."""

    name = "privacy"
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Obey."""
        return Reply(_ANSWERS[intent.name](context), keep=False)

    def tick(self, context: SkillContext) -> None:
        """Do nothing: a request to forget never waits."""


def _forget_last(context: SkillContext) -> str:
    heard = context.privacy.heard(_mine(context))
    if not heard:
        return "I had kept nothing of it, so there is nothing to delete."
    context.privacy.forget(Scope(recordings=frozenset([heard[-1].trace])))
    return "Done. It is deleted everywhere, and there is a receipt."


def _forget_today(context: SkillContext) -> str:
    midnight = context.now.replace(hour=0, minute=0, second=0, microsecond=0)
    mine = _mine(context)
    count = context.privacy.forget(Scope(person=mine.person, device=mine.device, since=midnight))
    if count == 0:
        return "I had kept nothing you said today."
    return f"Done. I deleted {counted(count, 'recording')} from today, and there is a receipt."


def _forget_everything(context: SkillContext) -> str:
    mine = _mine(context)
    count = context.privacy.forget(mine)
    where = "on this device" if mine.device else "from you"
    if count == 0:
        return f"I had kept nothing {where}."
    return (
        f"Done. I deleted {counted(count, 'recording')} {where}, and what I remembered from "
        f"{'it' if count == 1 else 'them'}. There is a receipt."
    )


def _heard(context: SkillContext) -> str:
    heard = context.privacy.heard(_mine(context))
    if not heard:
        return "I have kept nothing."
    newest = [_told(one, context) for one in heard[-HEARD_SAID_MAX:][::-1]]
    return (
        f"I have kept {counted(len(heard), 'recording')}. The newest: {spoken_list(newest)}. "
        "I cannot open the words; only your household can, with its passphrase."
    )


def _told(heard: Heard, context: SkillContext) -> str:
    at = heard.heard_at.astimezone(context.now.tzinfo)
    about = heard.intent.partition(".")[0].replace("_", " ") if heard.intent else "something else"
    return f"{at:%A} at {at.hour}:{at.minute:02d} about {about}"


def _why(context: SkillContext) -> str:
    last = context.privacy.last_turn()
    if last is None:
        return "I do not remember doing anything in the last few minutes."
    understood = (
        f"I understood a request about {last.intent.partition('.')[0].replace('_', ' ')}."
        if last.intent
        else "I did not understand the request."
    )
    kept = "I kept it sealed." if last.kept else "I did not keep it."
    return " ".join([understood, kept, *last.reasons])


def _stop(context: SkillContext) -> str:
    context.privacy.set_listening(listening=False)
    return "I have stopped listening here. Say start listening when you want me back."


def _start(context: SkillContext) -> str:
    context.privacy.set_listening(listening=True)
    return "I am listening again."


def _mine(context: SkillContext) -> Scope:
    if context.person == UNKNOWN_PERSON:
        return Scope(device=context.device)
    return Scope(person=context.person)


_ANSWERS: dict[str, Callable[[SkillContext], str]] = {
    "forget_last": _forget_last,
    "forget_today": _forget_today,
    "forget_everything": _forget_everything,
    "heard": _heard,
    "why": _why,
    "stop": _stop,
    "start": _start,
}
