"""Convert lengths, weights, volumes, speeds and temperatures (pint)."""

import re
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import pint

from unhear.answer.skill import SkillContext
from unhear.answer.wording import spoken_number
from unhear.household.speech import Intent, Reply

SIGNIFICANT_DIGITS = 6
LARGEST = 1e15

SPOKEN = {
    "celsius": "degree_Celsius",
    "centigrade": "degree_Celsius",
    "fahrenheit": "degree_Fahrenheit",
    "kelvin": "kelvin",
    "miles per hour": "mile / hour",
    "kilometers per hour": "kilometer / hour",
    "kilometres per hour": "kilometer / hour",
    "feet": "foot",
    "inches": "inch",
    "stone": "stone",
}

_AMOUNT = re.compile(r"(minus |-)?(\d+(?:\.\d+)?|an?|half an?)\s+(.+)")


class Units:
    """Understands spoken unit names; says so when it does not."""

    name = "units"
    sentences = Path(__file__).parent / "sentences"

    @cached_property
    def _units(self) -> pint.UnitRegistry[float]:
        return pint.UnitRegistry()

    def handle(self, intent: Intent, context: SkillContext) -> Reply:  # noqa: ARG002 - pure
        """Answer the amount in the unit asked for."""
        match = _AMOUNT.fullmatch(str(intent.slots["amount"]))
        target_words = str(intent.slots["target"])
        if match is None:
            return Reply("How much should I convert?")
        number = {"a": 1.0, "an": 1.0, "half a": 0.5, "half an": 0.5}.get(match[2])
        amount = float(match[2]) if number is None else number
        amount = -amount if match[1] else amount
        try:
            source = self._units.Quantity(amount, _unit(match[3]))
            result = source.to(_unit(target_words)).magnitude
        except pint.DimensionalityError:
            return Reply(f"{match[3].capitalize()} cannot be converted to {target_words}.")
        except (pint.UndefinedUnitError, pint.DefinitionSyntaxError, ValueError, AttributeError):
            return Reply("I do not know one of those units.")
        if not abs(result) < LARGEST:
            return Reply("That is too large a number to say.")
        said = spoken_number(Decimal(f"{result:.{SIGNIFICANT_DIGITS}g}"))
        return Reply(f"{match[0].capitalize()} is {said} {target_words}.")

    def tick(self, context: SkillContext) -> None:
        """Do nothing: conversions never fall due."""


def _unit(words: str) -> str:
    name = re.sub(r"^degrees? ", "", words.strip())
    if not re.fullmatch(r"[a-z ]+", name):
        raise ValueError(name)
    return SPOKEN.get(name, name.replace(" ", "_"))
