"""The example skill understands orders in any order of their parts."""

import json
import random
from pathlib import Path

from tests.needs import need
from tests.skills.conversation import GRAMMAR, SKILLS, Talk
from unhear.household.speech import SlotValue

LABELS = Path(__file__).parents[2] / "../shared/data/commands/labels.json"


def _wanted() -> list[dict[str, SlotValue]]:
    need(LABELS.is_file(), "the labels of the spoken commands")
    labels = json.loads(LABELS.read_text())
    return [{k: v.strip() for k, v in label["slots"].items()} for label in labels.values()]


def test_orders_as_people_say_them_in_any_order() -> None:
    assert "coffee" in {skill.name for skill in SKILLS.all()}
    rng = random.Random(3)  # noqa: S311 - a repeatable order
    for wanted in _wanted():
        before = [wanted[k] for k in ("size", "roast", "numberOfShots") if k in wanted]
        after = [wanted[k] for k in ("milkAmount", "sugarAmount") if k in wanted]
        rng.shuffle(before)
        rng.shuffle(after)
        words = " ".join(map(str, ["Can I have a", *before, wanted["coffeeDrink"]]))
        said = f"{words} with {' and '.join(map(str, after))}, please." if after else f"{words}."
        intent = GRAMMAR.interpret(said)
        assert intent is not None, said
        assert (intent.skill, intent.name) == ("coffee", "orderDrink")
        assert dict(intent.slots) == wanted, said


def test_the_order_is_repeated() -> None:
    assert Talk().say("Make me a small dark roast latte with some soy milk") == (
        "One small dark roast latte with some soy milk, coming up."
    )
