"""Say again what was said last."""

from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Reply


class Repeat:
    """Repeats the last answer on this device, while it is in mind."""

    name = "repeat"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:  # noqa: ARG002 - one request
        """Say the last answer again."""
        last = context.last
        return Reply(last.reply if last and last.reply else context.say("nothing"))
