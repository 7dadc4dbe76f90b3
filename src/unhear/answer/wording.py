"""Say numbers, lists and lengths of time as people do."""

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

UNIT_SECONDS = {"hour": 3600, "minute": 60, "second": 1}

_PART = re.compile(r"(\d+(?:\.\d+)?|an?|half an?|quarter of an)\s+(hour|minute|second)s?\b")
_HALF_AFTER = re.compile(r"(hour|minute)s? and a half\b|and a half (hour|minute)s?\b")
_FRACTIONS = {"half a": 0.5, "half an": 0.5, "quarter of an": 0.25, "a": 1.0, "an": 1.0}


def duration_from(words: str) -> timedelta | None:
    """Answer the length of time in words with digits ("1 hour and 30 minutes"), or None."""
    found = [(match[1], match[2]) for match in _PART.finditer(words)]
    if not found:
        return None
    seconds = sum(
        (_FRACTIONS[number] if number in _FRACTIONS else float(number)) * UNIT_SECONDS[unit]
        for number, unit in found
    )
    for match in _HALF_AFTER.finditer(words):
        seconds += UNIT_SECONDS[match[1] or match[2]] / 2
    return timedelta(seconds=seconds)


def spoken_duration(duration: timedelta) -> str:
    """Answer "1 hour, 2 minutes and 5 seconds"; seconds are rounded."""
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


def spoken_list(parts: Sequence[str]) -> str:
    """Answer "a, b and c"."""
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def spoken_number(number: Decimal) -> str:
    """Answer a number without needless zeroes, to 6 digits after the point."""
    rounded = number.quantize(Decimal("0.000001")).normalize()
    plain = f"{rounded:f}"
    return f"minus {plain[1:]}" if plain.startswith("-") else plain
