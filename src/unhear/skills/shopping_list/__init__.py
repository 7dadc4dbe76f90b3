"""A shopping list for the household."""

import re
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
        listed = {item.data["item"]: item.id for item in memory.items()}
        if intent.name == "read":
            if not listed:
                return Reply("Your shopping list is empty.")
            return Reply(f"On your shopping list: {spoken_list(list(listed))}.")
        if intent.name == "clear":
            memory.drop([item.id for item in memory.items()])
            return Reply("Your shopping list is empty now.")
        items = _items(str(intent.slots["items"]))
        if not items:
            return Reply("What should I put on the list?")
        if intent.name == "add":
            for item in items:
                if item not in listed:
                    memory.remember({"item": item})
            return Reply(f"I put {spoken_list(items)} on your shopping list.")
        found = [item for item in items if item in listed]
        memory.drop([listed[item] for item in found])
        if not found:
            return Reply(f"There is no {spoken_list(items)} on your shopping list.")
        return Reply(f"I took {spoken_list(found)} off your shopping list.")

    def tick(self, context: SkillContext) -> None:
        """Do nothing: lists never fall due."""


def _items(words: str) -> list[str]:
    parts = (part.strip() for part in re.split(r"\band\b", words))
    bare = (re.sub(r"^(?:some|an?|the)\s+", "", part) for part in parts)
    return list(dict.fromkeys(part[:ITEM_LENGTH_MAX] for part in bare if part))
