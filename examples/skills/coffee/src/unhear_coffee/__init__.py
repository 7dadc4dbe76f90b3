"""A coffee machine that takes orders: drink, size, roast, milk, sugar and shots, in any order."""

from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Reply


class Coffee:
    """Repeats the order as it understood it; a real one would start the machine here."""

    name = "coffee"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:  # noqa: ARG002 - no memory
        """Take the order."""
        slots = intent.slots
        before = [str(slots[k]) for k in ("size", "numberOfShots", "roast") if k in slots]
        extras = [str(slots[k]) for k in ("milkAmount", "sugarAmount") if k in slots]
        order = " ".join([*before, str(slots["coffeeDrink"])])
        with_extras = f" with {' and '.join(extras)}" if extras else ""
        return Reply(f"One {order}{with_extras}, coming up.")
