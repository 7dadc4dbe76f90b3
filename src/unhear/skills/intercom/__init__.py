"""Announcements to other rooms: "tell everyone dinner is ready"."""

from collections.abc import Sequence
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.answer.wording import sentence
from unhear.household.speech import Intent, Question, Reply

LETTERS_MAX = 300


class Intercom:
    """Says what it is told in another room, or in all of them."""

    name = "intercom"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Announce something, and say where it was heard."""
        if "rest" in intent.slots:
            return _announced_in_a_room(intent, context)
        if "message" not in intent.slots:
            return Reply(context.say("ask_message"), question=Question(intent, "message"))
        message = sentence(str(intent.slots["message"])[:LETTERS_MAX].strip())
        room = _room(str(intent.slots["room"]), context) if "room" in intent.slots else None
        if "room" in intent.slots and room is None:
            return Reply(_no_such(str(intent.slots["room"]), context))
        told = context.rooms.announce(message, room)
        if not told:
            return Reply(context.say("nowhere"))
        return Reply(context.say("told", rooms=list(told)))


def _announced_in_a_room(intent: Intent, context: SkillContext) -> Reply:
    """Find the room in words that begin with its name, whatever this house calls its rooms."""
    rest = f"{intent.slots['rest']} "
    for name in sorted(context.rooms.names(), key=len, reverse=True):
        if rest.startswith(f"{name.casefold()} "):
            message = _without_joint(rest[len(name) :].strip(), context)
            slots = {"room": name, **({"message": message} if message else {})}
            return Intercom().handle(Intent(Intercom.name, intent.name, slots), context)
    return Reply(_no_such("", context))


def _without_joint(message: str, context: SkillContext) -> str:
    first, _, rest = message.partition(" ")
    return rest if first in context.say.choices("joints") else message


def _room(words: str, context: SkillContext) -> str | None:
    wanted = words.casefold().removesuffix(" room")
    names = {name.casefold().removesuffix(" room"): name for name in context.rooms.names()}
    return names.get(wanted)


def _no_such(room: str, context: SkillContext) -> str:
    others: Sequence[str] = [name for name in context.rooms.names() if name != context.rooms.here]
    if not others:
        return context.say("nowhere")
    if not room:
        return context.say("no_such_place", rooms=list(others))
    return context.say("no_such_room", room=room, rooms=list(others))
