"""The units people ask about, by what they are called here and what `pint` calls them.

Cups, pints, quarts and gallons are those of the United States unless "imperial" is said.
"""

UNITS = {
    "millimeter": "millimeter",
    "centimeter": "centimeter",
    "meter": "meter",
    "kilometer": "kilometer",
    "inch": "inch",
    "foot": "foot",
    "yard": "yard",
    "mile": "mile",
    "nautical mile": "nautical_mile",
    "milligram": "milligram",
    "gram": "gram",
    "kilogram": "kilogram",
    "tonne": "metric_ton",
    "ounce": "ounce",
    "pound": "pound",
    "stone": "stone",
    "milliliter": "milliliter",
    "centiliter": "centiliter",
    "liter": "liter",
    "teaspoon": "teaspoon",
    "tablespoon": "tablespoon",
    "fluid ounce": "fluid_ounce",
    "cup": "cup",
    "pint": "pint",
    "quart": "quart",
    "gallon": "gallon",
    "imperial pint": "imperial_pint",
    "imperial gallon": "imperial_gallon",
    "celsius": "degree_Celsius",
    "fahrenheit": "degree_Fahrenheit",
    "kelvin": "kelvin",
    "meter per second": "meter / second",
    "kilometer per hour": "kilometer / hour",
    "mile per hour": "mile / hour",
    "knot": "knot",
    "second": "second",
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "week": "week",
}

FLUID = {"ounce": "fluid ounce"}
"""Names that mean a weight or a volume, as the other side of the conversion wants it."""
