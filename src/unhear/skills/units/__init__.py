"""Convert lengths, weights, volumes, speeds, temperatures and times (pint)."""

from decimal import Decimal
from functools import cached_property
from pathlib import Path

import pint

from unhear.answer.skill import SkillContext
from unhear.answer.wording import sentence, spoken_number
from unhear.household.speech import Intent, Reply
from unhear.skills.units import replies
from unhear.skills.units.names import FLUID, UNITS, Unit

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

    def handle(self, intent: Intent, context: SkillContext) -> Reply:  # noqa: ARG002 - pure
        """Answer the amount in the unit asked for."""
        if intent.name == "unknown":
            return Reply(replies.UNKNOWN)
        amount = Decimal(str(intent.slots.get("amount", 1)))
        source, target = (str(intent.slots[slot]) for slot in ("source", "target"))
        for names in ((source, target), (FLUID.get(source, source), FLUID.get(target, target))):
            one, other = UNITS[names[0]], UNITS[names[1]]
            try:
                result = self._units.Quantity(amount, one.pint).to(other.pint).magnitude
            except pint.DimensionalityError:
                continue
            return Reply(_said(amount, one, Decimal(result), other))
        return Reply(
            replies.NO_WAY.format(source=sentence(UNITS[source].many), to=UNITS[target].many)
        )

    def tick(self, context: SkillContext) -> None:
        """Do nothing: conversions never fall due."""


def _said(amount: Decimal, unit: Unit, result: Decimal, target: Unit) -> str:
    # Definitions such as Fahrenheit's 5/9 leave an error in the last of pint's 28 digits.
    rounded = result.quantize(Decimal(1).scaleb(result.adjusted() - DIGITS_KEPT))
    if abs(rounded) > LARGEST:
        return replies.TOO_LARGE
    if 0 < abs(rounded) < SMALLEST:
        return replies.TOO_SMALL
    spoken = spoken_number(rounded, exact=DIGITS_EXACT, rounded=DIGITS_ROUNDED)
    said = replies.IS.format(
        amount=spoken_number(amount),
        unit=_called(unit, spoken_number(amount)),
        result=spoken,
        to=_called(target, spoken),
    )
    return sentence(said)


def _called(unit: Unit, number: str) -> str:
    return unit.one if number.removeprefix("minus ") == "1" else unit.many
