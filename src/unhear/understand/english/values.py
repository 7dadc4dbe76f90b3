"""What typed slots hold: numbers, and lengths of time in seconds.

Both are read from words that `wording.plain` has been over, whole: text that has anything else in
it is no number and no length of time.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

DIGITS_MAX = 30
"""Longer numerals are noise, not something a person said."""

UNIT_SECONDS = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1}

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_SIGNED = re.compile(rf"((?:minus |negative )?)({_NUMBER})")
_HALVES = {"half": 0.5, "a half": 0.5, "half a": 0.5, "half an": 0.5, "a quarter": 0.25}

_UNIT = r"(day|hour|hr|minute|min|second|sec)s?"
_ITEM = re.compile(
    rf"""(?:
        (?P<count>{_NUMBER}|an?|half\ an?|a?\ ?half|(?:a\ )?quarter\ of\ an?|3\ quarters\ of\ an?
            |a\ couple(?:\ of)?)\ (?P<unit>{_UNIT})\b
        (?:\ and\ (?P<more>a\ half|a\ quarter|3\ quarters)\b)?
    )""",
    re.VERBOSE,
)
_COUNTS = {
    "a": "1", "an": "1", "half a": "0.5", "half an": "0.5", "half": "0.5", "a half": "0.5",
    "quarter of a": "0.25", "quarter of an": "0.25", "a quarter of a": "0.25",
    "a quarter of an": "0.25", "3 quarters of a": "0.75", "3 quarters of an": "0.75",
    "a couple": "2", "a couple of": "2",
}  # fmt: skip
_MORE = {"a half": "0.5", "a quarter": "0.25", "3 quarters": "0.75"}
_SHORT = {"hr": "hour", "min": "minute", "sec": "second"}
_SMALLER = {"day": "hour", "hour": "minute", "minute": "second"}
_BARE = re.compile(rf"(?: and)? ({_NUMBER})$")


def number_from(words: str) -> int | float | None:
    """Answer the number that is all of `words` ("minus 2.5", "a half"), or None."""
    if words in _HALVES:
        return _HALVES[words]
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
    """Answer the length of time `words` begin with, in seconds or None, and the words behind it.

    Units go from large to small, so that "5 minutes and 10 minutes" begins with 5 minutes.
    """
    seconds, rest, last = Decimal(0), words, ""
    while True:
        joined = rest.removeprefix(" ").removeprefix("and ") if last else rest
        found = _ITEM.match(joined)
        if found is None or len(found["count"]) > DIGITS_MAX:
            break
        unit = _SHORT.get(found[3], found[3])
        if last and UNIT_SECONDS[unit] >= UNIT_SECONDS[last]:
            break
        count = Decimal(_COUNTS.get(found["count"], found["count"]))
        seconds += (count + Decimal(_MORE.get(found["more"] or "", 0))) * UNIT_SECONDS[unit]
        last, rest = unit, joined[found.end() :]
    if not last:
        return None, words
    bare = _BARE.fullmatch(rest)
    if bare is not None and last in _SMALLER and len(bare[1]) <= DIGITS_MAX:
        seconds, rest = seconds + Decimal(bare[1]) * UNIT_SECONDS[_SMALLER[last]], ""
    return int(seconds.to_integral_value(ROUND_HALF_UP)), rest.strip()
