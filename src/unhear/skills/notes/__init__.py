"""Remember what people say to remember, and say it when they ask.

What somebody told the assistant about themselves is as much theirs as the recording of it: each
note is an item of the skill's memory, so it goes when the recording, or the person, is forgotten.
"""

from collections.abc import Sequence
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.answer.wording import spoken_list
from unhear.household.speech import Intent, Item, Reply
from unhear.household.words import UNKNOWN_PERSON
from unhear.skills.notes import replies

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
            return Reply(_drop(str(intent.slots["note"]), context))
        notes = context.memory.items()
        if intent.name == "recall_all":
            return Reply(_said(notes, context) or replies.NOTHING)
        about = _about(str(intent.slots["topic"]), notes)
        return Reply(_said(about, context) or replies.DO_NOT_KNOW)

    def tick(self, context: SkillContext) -> None:
        """Do nothing: notes never fall due."""


def _remember(note: str, context: SkillContext) -> str:
    notes = context.memory.items()
    if not note:
        return replies.WHAT
    if any(item.data == _data(note, context) for item in notes):
        return replies.NOTED_ALREADY
    if len(notes) >= NOTES_MAX:
        return replies.FULL
    context.memory.remember(_data(note, context))
    return replies.NOTED.format(note=_to_the_speaker(note))


def _drop(topic: str, context: SkillContext) -> str:
    about = _about(topic, context.memory.items())
    if not about:
        return replies.DO_NOT_KNOW
    context.memory.drop([item.id for item in about])
    notes = [_to_the_speaker(item.data["note"]) for item in about]
    return replies.DROPPED.format(notes=spoken_list(notes, replies.AND_THAT))


def _said(notes: Sequence[Item], context: SkillContext) -> str:
    return " ".join(_told(item, context) for item in list(notes)[-NOTES_SAID_MAX:][::-1])


def _told(item: Item, context: SkillContext) -> str:
    """Say a note back to who told it; anybody else's is quoted with their name."""
    author = item.data["person"]
    known = next((p for p in context.household.people if p.id == author), None)
    if known is None or author in (context.person, UNKNOWN_PERSON):
        return replies.TOLD.format(note=_to_the_speaker(item.data["note"]))
    return replies.TOLD_BY.format(name=known.name, note=item.data["note"])


def _data(note: str, context: SkillContext) -> dict[str, str]:
    return {"note": note, "person": context.person}


def _about(topic: str, notes: Sequence[Item]) -> list[Item]:
    """Answer the notes that say every word of the topic that means something."""
    wanted = _stems(topic)
    return [item for item in notes if wanted and wanted <= _stems(item.data["note"])]


def _stems(words: str) -> frozenset[str]:
    """Answer the words that mean something, one walnut being walnuts."""
    meaning = (word for word in words.split() if word not in replies.SMALL_WORDS)
    return frozenset(word.removesuffix("'s").removesuffix("s") for word in meaning)


def _to_the_speaker(note: str) -> str:
    return " ".join(replies.TO_THE_SPEAKER.get(word, word) for word in note.split())
