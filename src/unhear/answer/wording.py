"""What every language must be able to say: numbers, lists, times and lengths of time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Protocol

DIGITS_EXACT = 12
"""A number that has no more digits than these is said whole."""

DIGITS_ROUNDED = 6
"""How many digits of any other number are said."""

DAYS_BY_NAME_MAX = 6
"""A day further away than this is said by its date, not as "on Tuesday"."""

UNIT_SECONDS = {"hour": 3600, "minute": 60, "second": 1}


class Wording(Protocol):
    """One language's way of saying what has no sentence of its own."""

    def listed(self, parts: Sequence[str], last: str = "and") -> str:
        """Answer "a, b and c"; `last` is `and`, `or`, or the word itself."""

    def duration(self, duration: timedelta) -> str:
        """Answer "1 hour, 2 minutes and 5 seconds"; seconds are rounded, less than none is none."""

    def number(
        self,
        number: Decimal | Fraction | float,
        *,
        exact: int = DIGITS_EXACT,
        rounded: int = DIGITS_ROUNDED,
    ) -> str:
        """Answer "2.5", "minus 3", or "about 0.333333" where not all of the number is said.

        A number of at most `exact` digits is said whole; any other rounded to `rounded` digits,
        yet never to fewer than all before the point.
        """

    def time(self, moment: datetime) -> str:
        """Answer the time of day: "3:09 p.m."."""

    def date(self, moment: datetime) -> str:
        """Answer the whole date: "Saturday, 14 March 2026"."""

    def weekday(self, moment: datetime) -> str:
        """Answer "Saturday"."""

    def day(self, moment: datetime, now: datetime) -> str:
        """Answer "today", "yesterday", "tomorrow", "on Tuesday", "on 14 March" in `now`'s zone."""

    def when(self, moment: datetime, now: datetime) -> str:
        """Answer "today at 3:09 p.m.", "on Tuesday at ..." in the zone of `now`."""


def sentence(words: str) -> str:
    """Answer `words` with a capital letter at the start."""
    return f"{words[:1].upper()}{words[1:]}"


def duration_parts(duration: timedelta) -> list[tuple[int, str]]:
    """Answer hours, minutes and seconds as counts of units, without those of which there is none.

    A length of nothing is no seconds.
    """
    left = max(round(duration.total_seconds()), 0)
    parts = []
    for unit, length in UNIT_SECONDS.items():
        count, left = divmod(left, length)
        if count:
            parts.append((count, unit))
    return parts or [(0, "second")]


def days_apart(moment: datetime, now: datetime) -> int:
    """Answer how many days after today a moment is, both in the zone of `now`."""
    return (moment.astimezone(now.tzinfo).date() - now.date()).days


def listed(parts: Sequence[str], last: str) -> str:
    """Answer "a, b" and the last after the word `last`."""
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def digits_of(number: Decimal | Fraction | float, exact: int, rounded: int) -> tuple[str, bool]:
    """Answer a number's digits, such as "-2.5", and whether that is all of it."""
    value = Fraction(str(number)) if isinstance(number, float) else Fraction(number)
    before_point = len(str(abs(int(value))))
    said = _to_digits(value, max(exact, before_point))
    whole = Fraction(said) == value
    if not whole:
        said = _to_digits(value, max(rounded, before_point))
    return f"{said.normalize(Context(prec=len(said.as_tuple().digits))):f}", whole


def _to_digits(value: Fraction, digits: int) -> Decimal:
    return Context(prec=digits, rounding=ROUND_HALF_EVEN).divide(
        Decimal(value.numerator), Decimal(value.denominator)
    )
