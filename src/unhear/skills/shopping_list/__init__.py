"""A shopping list for the household."""

import re
from collections.abc import Sequence
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.answer.wording import sentence, spoken_list
from unhear.household.speech import Intent, Reply
from unhear.skills.shopping_list import replies

ITEM_LENGTH_MAX = 100


class ShoppingList:
    """Each thing on the list is an item of the skill's memory."""

    name = "shopping_list"
    remembers = "the things on the shopping list"
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Add, remove, read or clear."""
        memory = context.memory
        if intent.name == "read":
            listed = [item.data["item"] for item in memory.items()]
            said = replies.ON_IT.format(items=spoken_list(listed))
            return Reply(said if listed else replies.EMPTY)
        if intent.name == "clear":
            memory.drop([item.id for item in memory.items()])
            return Reply(replies.CLEARED)
        items = _items(str(intent.slots["items"]))
        if not items:
            return Reply(replies.WHAT)
        return Reply(_add(items, context) if intent.name == "add" else _remove(items, context))

    def tick(self, context: SkillContext) -> None:
        """Do nothing: lists never fall due."""


def _add(items: Sequence[str], context: SkillContext) -> str:
    listed = {item.data["item"] for item in context.memory.items()}
    new = [item for item in items if item not in listed]
    old = [item for item in items if item in listed]
    for item in new:
        context.memory.remember({"item": item})
    said = []
    if new:
        said.append(replies.ADDED.format(items=spoken_list(new)))
    if old:
        is_or_are = replies.IS if len(old) == 1 else replies.ARE
        items_said = sentence(spoken_list(old))
        said.append(replies.ALREADY.format(items=items_said, is_or_are=is_or_are))
    return " ".join(said)


def _remove(items: Sequence[str], context: SkillContext) -> str:
    listed = {item.data["item"]: item.id for item in context.memory.items()}
    found = [item for item in items if item in listed]
    missing = [item for item in items if item not in listed]
    context.memory.drop([listed[item] for item in found])
    said = []
    if found:
        said.append(replies.REMOVED.format(items=spoken_list(found)))
    if missing:
        said.append(replies.MISSING.format(items=spoken_list(missing, replies.OR)))
    return " ".join(said)


def _items(words: str) -> list[str]:
    parts = (part.strip() for part in re.split(r"\band\b", words))
    bare = (re.sub(r"^(?:some|an?|the)\s+", "", part) for part in parts)
    return list(dict.fromkeys(part[:ITEM_LENGTH_MAX] for part in bare if part))
