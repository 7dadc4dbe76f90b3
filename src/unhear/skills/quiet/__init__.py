"""Stop whatever rings or plays."""

from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Reply


class Quiet:
    """Stops what rings in any room, and the music in this one."""

    name = "quiet"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:  # noqa: ARG002 - one request
        """Be quiet; say so only where nothing sounded, since silence is answer enough."""
        return Reply("" if context.rooms.quiet() else context.say("nothing"))
