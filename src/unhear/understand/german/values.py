"""What typed slots hold in German: numbers, and lengths of time in seconds."""

import re
from decimal import ROUND_HALF_UP, Decimal

DIGITS_MAX = 30
"""Longer numerals are noise, not something a person said."""

UNIT_SECONDS = {"tag": 86_400, "stunde": 3600, "minute": 60, "sekunde": 1}
ARTICLES = ("ein", "eine", "einen", "einem", "einer")
HALF = "0.5"

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_SIGNED = re.compile(rf"((?:minus )?)({_NUMBER})")
_ITEM = re.compile(
    rf"""(?:
        (?P<count>{_NUMBER}|ein|eine[nmr]?|(?:eine[nmr]?\ )?halbe[nr]?)\ ?
        (?P<unit>tag|stunde|minute|sekunde|std|min|sek)(?:en?|n)?\b
        |(?P<quarter>(?:eine[r]?\ )?(?:3\ )?(?:drei)?viertelstunde)\b
    )""",
    re.VERBOSE,
)
_SHORT = {"std": "stunde", "min": "minute", "sek": "sekunde"}
_SMALLER = {"tag": "stunde", "stunde": "minute", "minute": "sekunde"}
_BARE = re.compile(rf"(?: und)? ({_NUMBER})$")
_HALVES = {"halb": 0.5, "ein halb": 0.5, "die hälfte": 0.5, "ein viertel": 0.25}
_ONE = ("ein", "eins", "eine", "einen")


def number_from(words: str) -> int | float | None:
    """Answer the number that is all of `words` ("minus 2.5", "eins"), or None."""
    if words in _HALVES:
        return _HALVES[words]
    if words in _ONE:
        return 1
    found = _SIGNED.fullmatch(words)
    if found is None or len(found[2]) > DIGITS_MAX:
        return None
    number: int | float = float(found[2]) if "." in found[2] else int(found[2])
    return -number if found[1] else number


def duration_from(words: str) -> int | None:
    """Answer the seconds of the length of time that is all of `words`, or None."""
    seconds, rest = leading_duration(words)
    return seconds if not rest else None


def leading_duration(words: str) -> tuple[int | None, str]:
    """Answer the length of time `words` begin with, in seconds or None, and the words behind it."""
    seconds, rest, last = Decimal(0), words, ""
    while True:
        joined = rest.removeprefix(" ").removeprefix("und ") if last else rest
        found = _ITEM.match(joined)
        if found is None or len(found["count"] or "") > DIGITS_MAX:
            break
        unit = "minute" if found["quarter"] else _SHORT.get(found["unit"], found["unit"])
        if last and UNIT_SECONDS[unit] >= UNIT_SECONDS[last]:
            break
        seconds += _count(found) * UNIT_SECONDS[unit]
        last, rest = unit, joined[found.end() :]
    if not last:
        return None, words
    bare = _BARE.fullmatch(rest)
    if bare is not None and last in _SMALLER and len(bare[1]) <= DIGITS_MAX:
        seconds, rest = seconds + Decimal(bare[1]) * UNIT_SECONDS[_SMALLER[last]], ""
    return int(seconds.to_integral_value(ROUND_HALF_UP)), rest.strip()


def _count(found: "re.Match[str]") -> Decimal:
    if quarter := found["quarter"]:
        return Decimal(45 if "3 " in quarter or "drei" in quarter else 15)
    count = found["count"]
    if "halb" in count:
        return Decimal(HALF)
    return Decimal(1) if count in ARTICLES else Decimal(count)
