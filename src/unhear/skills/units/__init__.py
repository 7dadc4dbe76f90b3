"""Convert lengths, weights, volumes, speeds, temperatures and times (pint)."""

from decimal import Decimal
from functools import cached_property
from pathlib import Path

import pint

from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Reply
from unhear.skills.units.names import FLUID, UNITS

DIGITS_EXACT = 6
DIGITS_ROUNDED = 4
"""Nobody wants to hear that a mile is 1.609344 kilometers; "about 1.609" says that it is more."""

DIGITS_KEPT = 20
LARGEST = Decimal(10) ** 15
SMALLEST = Decimal(10) ** -9


class Units:
    """Understands spoken unit names; says so when it does not."""

    name = "units"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    @cached_property
    def _units(self) -> "pint.UnitRegistry[Decimal]":
        return pint.UnitRegistry(non_int_type=Decimal)

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Answer the amount in the unit asked for."""
        if intent.name == "unknown":
            return Reply(context.say("unknown"))
        amount = Decimal(str(intent.slots.get("amount", 1)))
        source, target = (str(intent.slots[slot]) for slot in ("source", "target"))
        for names in ((source, target), (FLUID.get(source, source), FLUID.get(target, target))):
            one, other = UNITS[names[0]], UNITS[names[1]]
            try:
                result = self._units.Quantity(amount, one).to(other).magnitude
            except pint.DimensionalityError:
                continue
            return Reply(_said((amount, names[0]), (Decimal(result), names[1]), context))
        return Reply(
            context.say("no_way", source=_many(source, context), to=_many(target, context))
        )


def _said(asked: tuple[Decimal, str], converted: tuple[Decimal, str], context: SkillContext) -> str:
    (amount, unit), (result, target) = asked, converted
    # Definitions such as Fahrenheit's 5/9 leave an error in the last of pint's 28 digits.
    rounded = result.quantize(Decimal(1).scaleb(result.adjusted() - DIGITS_KEPT))
    if abs(rounded) > LARGEST:
        return context.say("too_large")
    if 0 < abs(rounded) < SMALLEST:
        return context.say("too_small")
    spoken = context.say.wording.number(rounded, exact=DIGITS_EXACT, rounded=DIGITS_ROUNDED)
    return context.say(
        "is",
        amount=amount,
        unit=_called(unit, context, one=abs(amount) == 1),
        result=spoken,
        to=_called(target, context, one=abs(rounded) == 1),
    )


def _called(unit: str, context: SkillContext, *, one: bool) -> str:
    return context.say(f"unit {unit}", count=1 if one else 2)


def _many(unit: str, context: SkillContext) -> str:
    return _called(unit, context, one=False)
