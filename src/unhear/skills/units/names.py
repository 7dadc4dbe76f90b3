"""The units people ask about: what they are called, and what `pint` calls them.

Cups, pints, quarts and gallons are those of the United States unless "imperial" is said.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """`pint` is the library's name; the others are said with the number one and with others."""

    pint: str
    one: str
    many: str


def _regular(pint: str, one: str) -> Unit:
    return Unit(pint, one, f"{one}s")


UNITS = {
    "millimeter": _regular("millimeter", "millimeter"),
    "centimeter": _regular("centimeter", "centimeter"),
    "meter": _regular("meter", "meter"),
    "kilometer": _regular("kilometer", "kilometer"),
    "inch": Unit("inch", "inch", "inches"),
    "foot": Unit("foot", "foot", "feet"),
    "yard": _regular("yard", "yard"),
    "mile": _regular("mile", "mile"),
    "nautical mile": _regular("nautical_mile", "nautical mile"),
    "milligram": _regular("milligram", "milligram"),
    "gram": _regular("gram", "gram"),
    "kilogram": _regular("kilogram", "kilogram"),
    "tonne": _regular("metric_ton", "tonne"),
    "ounce": _regular("ounce", "ounce"),
    "pound": _regular("pound", "pound"),
    "stone": Unit("stone", "stone", "stone"),
    "milliliter": _regular("milliliter", "milliliter"),
    "centiliter": _regular("centiliter", "centiliter"),
    "liter": _regular("liter", "liter"),
    "teaspoon": _regular("teaspoon", "teaspoon"),
    "tablespoon": _regular("tablespoon", "tablespoon"),
    "fluid ounce": _regular("fluid_ounce", "fluid ounce"),
    "cup": _regular("cup", "cup"),
    "pint": _regular("pint", "pint"),
    "quart": _regular("quart", "quart"),
    "gallon": _regular("gallon", "gallon"),
    "imperial pint": _regular("imperial_pint", "imperial pint"),
    "imperial gallon": _regular("imperial_gallon", "imperial gallon"),
    "celsius": Unit("degree_Celsius", "degree Celsius", "degrees Celsius"),
    "fahrenheit": Unit("degree_Fahrenheit", "degree Fahrenheit", "degrees Fahrenheit"),
    "kelvin": Unit("kelvin", "kelvin", "kelvin"),
    "meter per second": Unit("meter / second", "meter per second", "meters per second"),
    "kilometer per hour": Unit("kilometer / hour", "kilometer per hour", "kilometers per hour"),
    "mile per hour": Unit("mile / hour", "mile per hour", "miles per hour"),
    "knot": _regular("knot", "knot"),
    "second": _regular("second", "second"),
    "minute": _regular("minute", "minute"),
    "hour": _regular("hour", "hour"),
    "day": _regular("day", "day"),
    "week": _regular("week", "week"),
}

FLUID = {"ounce": "fluid ounce"}
"""Names that mean a weight or a volume, as the other side of the conversion wants it."""
