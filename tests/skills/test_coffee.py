"""The example skill understands orders in any order of their parts."""

import itertools
import json
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.needs import need
from tests.skills.conversation import GRAMMAR, SKILLS, Talk
from unhear.household.speech import SlotValue

LABELS = Path(__file__).parents[2] / "../shared/data/commands/labels.json"

BEFORE = ("size", "roast", "numberOfShots")
AFTER = ("milkAmount", "sugarAmount")
ORDERS = ("can I have", "I'd like", "Alexa, get me", "make me", "could I get", "brew", "may I have")


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    need("coffee" in {skill.name for skill in SKILLS.all()}, "the example skill unhear-coffee")


def _wanted() -> list[dict[str, SlotValue]]:
    need(LABELS.is_file(), "the labels of the spoken commands")
    labels = json.loads(LABELS.read_text())
    return [{k: v.strip() for k, v in label["slots"].items()} for label in labels.values()]


def _understood(said: str) -> Mapping[str, SlotValue]:
    intent = GRAMMAR.interpret(said)
    assert intent is not None, said
    assert (intent.skill, intent.name) == ("coffee", "orderDrink"), said
    return dict(intent.slots)


def _digits(words: str) -> str:
    for word, digits in (("eight", "8"), ("twelve", "12"), ("sixteen", "16"), ("twenty", "20")):
        words = words.replace(f"{word} ounce", f"{digits}-ounce")
    return words


def test_every_label_in_every_order_of_its_parts() -> None:
    rng = random.Random(3)  # noqa: S311 - a repeatable choice
    for wanted in _wanted():
        before = [str(wanted[slot]) for slot in BEFORE if slot in wanted]
        after = [str(wanted[slot]) for slot in AFTER if slot in wanted]
        for first, last in itertools.product(
            itertools.permutations(before), itertools.permutations(after)
        ):
            words = " ".join([rng.choice(ORDERS), "a", *first, str(wanted["coffeeDrink"])])
            said = f"{words} with {' and '.join(last)}, please." if last else f"{words}."
            assert _understood(said) == wanted, said
            assert _understood(_digits(said)) == wanted, said


def test_parts_may_follow_the_drink() -> None:
    for wanted in _wanted():
        parts = ", ".join(str(wanted[slot]) for slot in (*BEFORE, *AFTER) if slot in wanted)
        said = f"I want a {wanted['coffeeDrink']}, {parts}."
        assert _understood(said) == wanted, said


def test_the_order_is_repeated() -> None:
    assert Talk().say("Make me a small dark roast latte with some soy milk") == (
        "One small dark roast latte with some soy milk, coming up."
    )


@pytest.mark.parametrize(
    "said",
    ["I spilled my coffee", "remind me to buy coffee", "delete what I said about coffee", "milk"],
)
def test_mentioning_coffee_orders_none(said: str) -> None:
    intent = GRAMMAR.interpret(said)
    assert intent is None or intent.skill != "coffee"


def test_coffee_on_the_shopping_list_is_not_ordered() -> None:
    assert Talk().say("add coffee and milk to the shopping list") == (
        "I put coffee and milk on your shopping list."
    )
