"""Sums, exactly: decimals, not floating point."""

from collections.abc import Callable
from decimal import Decimal, DecimalException, localcontext
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.answer.wording import spoken_number
from unhear.household.speech import Intent, Reply

DIGITS = 28
EXPONENT_MAX = 1_000
LARGEST = Decimal(10) ** 18
"""Larger results are no longer pleasant to listen to."""

NO_NUMBER = "I can only count with numbers."


class Arithmetic:
    """Adds, takes away, multiplies, divides; powers, roots and percentages."""

    name = "arithmetic"
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:  # noqa: ARG002 - a pure sum
        """Answer the result, or say kindly why there is none."""
        try:
            with localcontext() as digits:
                digits.prec = DIGITS
                numbers = [Decimal(str(intent.slots[k])) for k in ("a", "b") if k in intent.slots]
                return _result(intent, numbers)
        except DecimalException:
            return Reply(NO_NUMBER)

    def tick(self, context: SkillContext) -> None:
        """Do nothing: sums never fall due."""


def _result(intent: Intent, numbers: list[Decimal]) -> Reply:
    if not all(number.is_finite() for number in numbers):
        return Reply(NO_NUMBER)
    kind = str(intent.slots.get("operator", intent.name))
    a, b = numbers[0], numbers[-1]
    if (why_not := _why_not(kind, a, b)) is not None:
        return Reply(why_not)
    results: dict[str, Callable[[], Decimal]] = {
        "plus": lambda: a + b,
        "minus": lambda: a - b,
        "times": lambda: a * b,
        "divided": lambda: a / b,
        "power": lambda: a**b,
        "percent": lambda: a * b / 100,
        "root": a.sqrt,
        "square": lambda: a * a,
    }
    result = results[kind]()
    if abs(result) > LARGEST:
        return Reply("That is too large a number to say.")
    return Reply(f"That is {spoken_number(result)}.")


def _why_not(kind: str, a: Decimal, b: Decimal) -> str | None:
    if kind == "divided" and b == 0:
        return "Nothing can be divided by zero."
    if kind == "root" and a < 0:
        return "A negative number has no real square root."
    if kind == "power" and (abs(b) > EXPONENT_MAX or (a == 0 and b <= 0)):
        return "That power is too much for me."
    if kind == "power" and a < 0 and b != b.to_integral_value():
        return "That power has no real result."
    return None
