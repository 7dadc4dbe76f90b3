"""Be told that nobody called: the house learns from it which sounds are not its wake word."""

from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Reply


class Calling:
    """Apologises; what is learned of it, and whether that is allowed, is the house's to know."""

    name = "calling"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:  # noqa: ARG002 - one answer
        """Say sorry."""
        return Reply(context.say("sorry"))
