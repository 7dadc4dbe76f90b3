"""Sums, exactly: fractions, not floating point."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.household.speech import Intent, Reply, SlotValue

DIGITS = 40
"""How exact a result is that has no end, such as a root."""

EXPONENT_MAX = 1_000
LARGEST = Fraction(10**18)
"""Larger results are no longer pleasant to listen to."""

SMALLEST = 1 / Fraction(10**9)

BINDING = ({"power"}, {"times", "divided"}, {"plus", "minus"})
"""What is worked out first; among equals, from the left."""

NUMBERS = ("a", "b", "c")
OPERATORS = ("operator", "operator_2")


class NoResult(Exception):
    """A sum without a result; the message is the key of the reply that says why."""


class Arithmetic:
    """Adds, takes away, multiplies, divides; powers, roots and percentages."""

    name = "arithmetic"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Answer the result, or say kindly why there is none."""
        numbers = [_exact(intent.slots[name]) for name in NUMBERS if name in intent.slots]
        operators = [str(intent.slots[name]) for name in OPERATORS if name in intent.slots]
        try:
            result = _result(intent.name, numbers, operators)
        except NoResult as why:
            return Reply(context.say(str(why)))
        if abs(result) > LARGEST:
            return Reply(context.say("too_large"))
        if 0 < abs(result) < SMALLEST:
            return Reply(context.say("too_small"))
        return Reply(context.say("result", number=result))


def _exact(value: SlotValue) -> Fraction:
    """Answer a slot's number as it was said: 0.1 is a tenth, not the float beside it."""
    return Fraction(Decimal(str(value)))


def _result(name: str, numbers: Sequence[Fraction], operators: Sequence[str]) -> Fraction:
    first, last = numbers[0], numbers[-1]
    if name == "percent":
        return first * last / 100
    if name == "root":
        return _root(first)
    if name == "power":
        return _power(first, Fraction(int(operators[0])))
    if name == "part":
        return first * last
    if name == "sum":
        return first + last
    return _calculated(list(numbers), list(operators))


def _calculated(numbers: list[Fraction], operators: list[str]) -> Fraction:
    for together in BINDING:
        place = 0
        while place < len(operators):
            if operators[place] in together:
                operator = operators.pop(place)
                b = numbers.pop(place + 1)
                numbers[place] = _applied(operator, numbers[place], b)
            else:
                place += 1
    return numbers[0]


def _applied(operator: str, a: Fraction, b: Fraction) -> Fraction:
    if operator == "power":
        return _power(a, b)
    if operator == "divided":
        if b == 0:
            raise NoResult("no_zero")
        return a / b
    return {"plus": a + b, "minus": a - b, "times": a * b}[operator]


def _power(a: Fraction, b: Fraction) -> Fraction:
    if abs(b) > EXPONENT_MAX or (a == 0 and b < 0):
        raise NoResult("too_much")
    if b.denominator == 1:
        return Fraction(a ** int(b))
    if a < 0:
        raise NoResult("no_power")
    with localcontext(prec=DIGITS):
        return Fraction(_decimal(a) ** _decimal(b))


def _root(a: Fraction) -> Fraction:
    if a < 0:
        raise NoResult("no_root")
    with localcontext(prec=DIGITS):
        return Fraction(_decimal(a).sqrt())


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
