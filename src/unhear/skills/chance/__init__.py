"""Toss a coin, roll dice, think of a number, choose."""

import re
from collections.abc import Callable
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.clock import random_bytes
from unhear.household.speech import Intent, Reply

SIDES = 6
DICE_MAX = 20
RANDOM_TO = 10


class Chance:
    """Every outcome is as likely as any other."""

    name = "chance"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Let chance decide."""
        return Reply(_ANSWERS[intent.name](intent, context))


def _coin(_: Intent, context: SkillContext) -> str:
    return context.say("heads" if below(2) else "tails")


def _dice(intent: Intent, context: SkillContext) -> str:
    count, sides = int(intent.slots.get("count", 1)), int(intent.slots.get("sides", SIDES))
    if not 1 <= count <= DICE_MAX:
        return context.say("too_many_dice", most=DICE_MAX)
    rolled = [1 + below(sides) for _ in range(count)]
    key = "rolled" if count == 1 else "rolled_many"
    return context.say(key, rolled=[str(one) for one in rolled], sum=sum(rolled))


def _number(intent: Intent, context: SkillContext) -> str:
    low, high = sorted((int(intent.slots.get("low", 1)), int(intent.slots.get("high", RANDOM_TO))))
    return context.say("number", number=low + below(high - low + 1))


def _choose(intent: Intent, context: SkillContext) -> str:
    joined = "|".join(context.say.choices("between"))
    things = [
        thing.strip() for thing in re.split(rf"\b(?:{joined})\b", str(intent.slots["things"]))
    ]
    chosen = [thing for thing in things if thing]
    return (
        context.say("chosen", thing=chosen[below(len(chosen))]) if chosen else context.say("none")
    )


def below(bound: int) -> int:
    """Answer a random whole number from 0 to `bound` - 1, each as likely as any other."""
    size = (bound.bit_length() + 7) // 8 + 1
    limit = 256**size // bound * bound
    while (drawn := int.from_bytes(random_bytes(size))) >= limit:
        pass
    return drawn % bound


_ANSWERS: dict[str, Callable[[Intent, SkillContext], str]] = {
    "coin": _coin,
    "dice": _dice,
    "number": _number,
    "choose": _choose,
}
