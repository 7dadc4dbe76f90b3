"""A shopping list for the household."""

import re
from collections.abc import Sequence
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.answer.wording import spoken_list
from unhear.household.speech import Intent, Reply

ITEM_LENGTH_MAX = 100


class ShoppingList:
    """Each thing on the list is an item of the skill's memory."""

    name = "shopping_list"
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Add, remove, read or clear."""
        memory = context.memory
        listed = [item.data["item"] for item in memory.items()]
        if intent.name == "read":
            said = f"On your shopping list: {spoken_list(listed)}."
            return Reply(said if listed else "Your shopping list is empty.")
        if intent.name == "clear":
            memory.drop([item.id for item in memory.items()])
            return Reply("Your shopping list is empty now.")
        items = _items(str(intent.slots["items"]))
        return Reply(_add(items, context) if intent.name == "add" else _remove(items, context))

    def tick(self, context: SkillContext) -> None:
        """Do nothing: lists never fall due."""


def _add(items: Sequence[str], context: SkillContext) -> str:
    if not items:
        return "What should I put on the list?"
    listed = {item.data["item"] for item in context.memory.items()}
    for item in items:
        if item not in listed:
            context.memory.remember({"item": item})
    return f"I put {spoken_list(items)} on your shopping list."


def _remove(items: Sequence[str], context: SkillContext) -> str:
    listed = {item.data["item"]: item.id for item in context.memory.items()}
    found = [item for item in items if item in listed]
    if not found:
        return f"There is no {spoken_list(items)} on your shopping list."
    context.memory.drop([listed[item] for item in found])
    return f"I took {spoken_list(found)} off your shopping list."


def _items(words: str) -> list[str]:
    parts = (part.strip() for part in re.split(r"\band\b", words))
    bare = (re.sub(r"^(?:some|an?|the)\s+", "", part) for part in parts)
    return list(dict.fromkeys(part[:ITEM_LENGTH_MAX] for part in bare if part))
