"""Jokes, and a bedtime story."""

from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.clock import random_bytes
from unhear.household.speech import Intent, Reply


class Stories:
    """Tells one of a few jokes, or the story, slowly."""

    name = "stories"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Tell a joke or a story."""
        texts = context.say.choices(intent.name)
        last = context.last
        fresh = [text for text in texts if last is None or text != last.reply] or list(texts)
        return Reply(fresh[random_bytes(1)[0] % len(fresh)])
