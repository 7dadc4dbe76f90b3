"""Remember what people say to remember, and say it when they ask.

What somebody told the assistant about themselves is as much theirs as the recording of it: each
note is an item of the skill's memory, so it goes when the recording, or the person, is forgotten.
"""

from collections.abc import Sequence
from pathlib import Path

from unhear.answer.confirming import doubted
from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Item, Reply
from unhear.household.words import UNKNOWN_PERSON

NOTES_MAX = 500
LETTERS_MAX = 300
NOTES_SAID_MAX = 5
"""How many notes are said at once; the newest first."""


class Notes:
    """Each note is the words themselves and who said them."""

    name = "notes"
    remembers = "what you asked it to remember, and whom that is about"
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Note something, say what was noted, or drop it."""
        if intent.name == "remember":
            return Reply(_remember(str(intent.slots["note"])[:LETTERS_MAX].strip(), context))
        if intent.name == "drop":
            return _drop(intent, context)
        notes = context.memory.items()
        if intent.name == "recall_all":
            return Reply(_said(notes, context) or context.say("nothing"))
        about = _about(str(intent.slots["topic"]), notes, context)
        return Reply(_said(about, context) or context.say("do_not_know"))


def _remember(note: str, context: SkillContext) -> str:
    notes = context.memory.items()
    if not note:
        return context.say("ask_note")
    if any(item.data == _data(note, context) for item in notes):
        return context.say("noted_already")
    if len(notes) >= NOTES_MAX:
        return context.say("full")
    context.memory.remember(_data(note, context))
    return context.say("noted", note=_to_the_speaker(note, context))


def _drop(intent: Intent, context: SkillContext) -> Reply:
    about = _about(str(intent.slots["note"]), context.memory.items(), context)
    if not about:
        return Reply(context.say("do_not_know"))
    told = [_to_the_speaker(item.data["note"], context) for item in about]
    notes = context.say.wording.listed(told, context.say("and_that"))
    if (asked := doubted(intent, context, context.say("really_drop", notes=notes))) is not None:
        return asked
    context.memory.drop([item.id for item in about])
    return Reply(context.say("dropped", notes=notes))


def _said(notes: Sequence[Item], context: SkillContext) -> str:
    return " ".join(_told(item, context) for item in list(notes)[-NOTES_SAID_MAX:][::-1])


def _told(item: Item, context: SkillContext) -> str:
    """Say a note back to who told it; anybody else's is quoted with their name."""
    author = item.data["person"]
    known = next((p for p in context.household.people if p.id == author), None)
    if known is None or author in (context.person, UNKNOWN_PERSON):
        return context.say("told", note=_to_the_speaker(item.data["note"], context))
    return context.say("told_by", name=known.name, note=item.data["note"])


def _data(note: str, context: SkillContext) -> dict[str, str]:
    return {"note": note, "person": context.person}


def _about(topic: str, notes: Sequence[Item], context: SkillContext) -> list[Item]:
    """Answer the notes that say every word of the topic that means something."""
    small = frozenset(context.say.choices("small_words"))
    wanted = _stems(topic, small)
    return [item for item in notes if wanted and wanted <= _stems(item.data["note"], small)]


def _stems(words: str, small: frozenset[str]) -> frozenset[str]:
    """Answer the words that mean something, one walnut being walnuts."""
    meaning = (word for word in words.split() if word not in small)
    return frozenset(word.removesuffix("'s").removesuffix("s") for word in meaning)


def _to_the_speaker(note: str, context: SkillContext) -> str:
    others = context.say.table("to_the_speaker")
    return " ".join(others.get(word, word) for word in note.split())
