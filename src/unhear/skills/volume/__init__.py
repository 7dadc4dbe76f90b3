"""How loud the device in this room is."""

from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Reply

STEP = 15
"""How many percent "louder" is."""

SCALE = 10
"""A number up to this one is of ten, as in "volume five"; a larger one is percent."""

FULL = 100


class Volume:
    """Makes the device that is spoken to louder or quieter."""

    name = "volume"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Set the volume and say what it is."""
        before = context.rooms.volume
        if intent.name == "set":
            asked = round(float(intent.slots["level"]))
            wanted = (
                asked * FULL // SCALE
                if asked <= SCALE and not intent.slots.get("percent")
                else asked
            )
        else:
            wanted = {
                "louder": before + STEP,
                "quieter": before - STEP,
                "loudest": FULL,
                "quietest": 0,
            }.get(intent.name, before)
        context.rooms.set_volume(min(max(wanted, 0), FULL))
        return Reply(context.say("volume", percent=context.rooms.volume))
