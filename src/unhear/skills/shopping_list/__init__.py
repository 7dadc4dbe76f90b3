"""A shopping list for the household."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from unhear.answer.confirming import doubted
from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Question, Reply

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
            return Reply(context.say("on_it", items=listed) if listed else context.say("empty"))
        if intent.name == "clear":
            if (asked := doubted(intent, context, context.say("really_clear"))) is not None:
                return asked
            memory.drop([item.id for item in memory.items()])
            return Reply(context.say("cleared"))
        items = _items(str(intent.slots["items"]), context)
        if not items:
            return Reply(context.say("ask_items"), question=Question(intent, "items"))
        return Reply(_add(items, context) if intent.name == "add" else _remove(items, context))


def _add(items: Sequence[str], context: SkillContext) -> str:
    listed = {item.data["item"] for item in context.memory.items()}
    new = [item for item in items if item not in listed]
    old = [item for item in items if item in listed]
    for item in new:
        context.memory.remember({"item": item})
    said = []
    if new:
        said.append(context.say("added", items=new))
    if old:
        said.append(context.say("already", items=old, count=len(old)))
    return " ".join(said)


def _remove(items: Sequence[str], context: SkillContext) -> str:
    listed = {item.data["item"]: item.id for item in context.memory.items()}
    found = [item for item in items if item in listed]
    missing = [item for item in items if item not in listed]
    context.memory.drop([listed[item] for item in found])
    said = []
    if found:
        said.append(context.say("removed", items=found))
    if missing:
        said.append(context.say("missing", items=missing))
    return " ".join(said)


def _items(words: str, context: SkillContext) -> list[str]:
    parts = re.split(rf"\b(?:{'|'.join(context.say.choices('joined_by'))})\b", words)
    articles = {f"{article} " for article in context.say.choices("articles")}
    bare = (_without(part.strip(), articles) for part in parts)
    return list(dict.fromkeys(part[:ITEM_LENGTH_MAX] for part in bare if part))


def _without(thing: str, articles: Collection[str]) -> str:
    article = next((one for one in articles if thing.startswith(one)), "")
    return thing.removeprefix(article).strip()
