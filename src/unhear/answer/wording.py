"""Say numbers, lists, times and lengths of time as people do. English."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

UNIT_SECONDS = {"hour": 3600, "minute": 60, "second": 1}

DIGITS_EXACT = 12
"""A number that has no more digits than these is said whole."""

DIGITS_ROUNDED = 6
"""How many digits of any other number are said."""

NOON_HOUR = 12
DAYS_BY_NAME_MAX = 6
"""A day longer ago than this is said by its date, not as "on Tuesday"."""

_LIMITED = Context(prec=60, rounding=ROUND_HALF_EVEN)


def spoken_duration(duration: timedelta) -> str:
    """Answer "1 hour, 2 minutes and 5 seconds"; seconds are rounded, and less than none is none."""
    left = max(round(duration.total_seconds()), 0)
    parts = []
    for unit, length in UNIT_SECONDS.items():
        count, left = divmod(left, length)
        if count:
            parts.append(counted(count, unit))
    return spoken_list(parts) or "0 seconds"


def counted(count: int, noun: str) -> str:
    """Answer "1 minute" or "2 minutes"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def spoken_list(parts: Sequence[str], last: str = "and") -> str:
    """Answer "a, b and c", or with another word before the last."""
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def sentence(words: str) -> str:
    """Answer `words` with a capital letter at the start."""
    return f"{words[:1].upper()}{words[1:]}"


def spoken_number(
    number: Decimal | Fraction, *, exact: int = DIGITS_EXACT, rounded: int = DIGITS_ROUNDED
) -> str:
    """Answer "2.5", "minus 3", or "about 0.333333" where not all of the number is said.

    A number of at most `exact` digits is said whole; any other rounded to `rounded` digits, yet
    never to fewer than all before the point.
    """
    value = Fraction(number)
    before_point = len(str(abs(int(value))))
    said = _to_digits(value, max(exact, before_point))
    if Fraction(said) == value:
        return _signed(said)
    return f"about {_signed(_to_digits(value, max(rounded, before_point)))}"


def spoken_time(moment: datetime) -> str:
    """Answer "3:09 p.m."."""
    half = "a.m." if moment.hour < NOON_HOUR else "p.m."
    return f"{moment.hour % NOON_HOUR or NOON_HOUR}:{moment.minute:02d} {half}"


def spoken_date(moment: datetime) -> str:
    """Answer "Saturday, 14 March 2026"."""
    return f"{moment:%A}, {moment.day} {moment:%B} {moment.year}"


def spoken_past(moment: datetime, now: datetime) -> str:
    """Answer "today at 3:09 p.m.", "yesterday at ...", "on Tuesday at ..." in the zone of `now`."""
    local = moment.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days <= 1:
        day = "yesterday" if days == 1 else "today"
    elif days <= DAYS_BY_NAME_MAX:
        day = f"on {local:%A}"
    else:
        day = f"on {local.day} {local:%B}"
    return f"{day} at {spoken_time(local)}"


def _to_digits(value: Fraction, digits: int) -> Decimal:
    return Context(prec=digits, rounding=ROUND_HALF_EVEN).divide(
        Decimal(value.numerator), Decimal(value.denominator)
    )


def _signed(number: Decimal) -> str:
    plain = f"{number.normalize(_LIMITED):f}"
    return f"minus {plain[1:]}" if plain.startswith("-") else plain
