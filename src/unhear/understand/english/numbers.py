"""English numbers, as spoken -> digits: "a hundred and five" -> "105"."""

import re
from decimal import Decimal

SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
HUNDRED = "hundred"
LARGE = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
PARTS: dict[tuple[str, ...], str] = {
    ("and", "a", "half"): ".5",
    ("and", "a", "quarter"): ".25",
    ("and", "three", "quarters"): ".75",
    ("and", "3", "quarters"): ".75",
}
DIGITS = 10

_NUMERAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def numbers_as_digits(text: str) -> str:
    """Answer `text` with spoken numbers as digits: "an hour and twenty five" -> "... 25"."""
    words = text.split()
    said: list[str] = []
    while words:
        number, used = _number(words)
        said.append(number if used else words[0])
        words = words[max(used, 1) :]
    return " ".join(said)


def _number(words: list[str]) -> tuple[str, int]:
    """Answer the number `words` begin with, and how many of them it takes (0: none)."""
    whole, used = _whole(words)
    if used == 0:
        digits = _digits(words[1:]) if words[0] == "point" else ""
        return (f"0.{digits}", 1 + len(digits)) if digits else ("", 0)
    if "." in whole:
        return whole, used
    if words[used : used + 1] == ["point"] and (digits := _digits(words[used + 1 :])):
        return f"{whole}.{digits}", used + 1 + len(digits)
    part = PARTS.get(tuple(words[used : used + 3]))
    return (whole, used) if part is None else (f"{whole}{part}", used + 3)


def _digits(words: list[str]) -> str:
    """Answer the single digits `words` begin with."""
    digits = ""
    for word in words:
        digit = word if re.fullmatch("[0-9]", word) else str(SMALL.get(word, DIGITS))
        if len(digit) > 1:
            break
        digits += digit
    return digits


def _whole(words: list[str]) -> tuple[str, int]:
    """Answer the whole number `words` begin with: hundreds, then thousands, and so on."""
    total, place, smallest = Decimal(0), 0, None
    while place < len(words):
        start = place + (smallest is not None and words[place] == "and")
        group, used = _below_thousand(words[start:])
        if used == 0:
            break
        scale = LARGE.get(words[start + used]) if start + used < len(words) else None
        bare = start + used == place + 1 and _NUMERAL.fullmatch(words[place]) is not None
        if smallest is not None and (scale or 1) >= smallest:
            break
        if bare and scale is None and place == 0:
            return words[0], 1
        total += group * (scale or 1)
        place = start + used + (scale is not None)
        if scale is None:
            break
        smallest = scale
    return (f"{total.normalize():f}", place) if place else ("", 0)


def _below_thousand(words: list[str]) -> tuple[Decimal, int]:
    """Answer a number up to 999, or a numeral of any size, and how many words it takes."""
    if not words:
        return Decimal(0), 0
    article = words[0] == "a" and words[1:2] != [] and (words[1] == HUNDRED or words[1] in LARGE)
    if article:
        first, used = Decimal(1), 1
    else:
        first, used = _below_hundred(words)
    if used == 0 or words[used : used + 1] != [HUNDRED]:
        return first, used
    used += 1
    joined = used + (words[used : used + 1] == ["and"])
    rest, more = _below_hundred(words[joined:])
    if more and rest < DIGITS**2 and words[joined : joined + more] != ["zero"]:
        return first * 100 + rest, joined + more
    return first * 100, used


def _below_hundred(words: list[str]) -> tuple[Decimal, int]:
    word = words[0] if words else ""
    if _NUMERAL.fullmatch(word):
        return Decimal(word), 1
    if word in SMALL:
        return Decimal(SMALL[word]), 1
    if word not in TENS:
        return Decimal(0), 0
    ones = SMALL.get(words[1], 0) if len(words) > 1 else 0
    if 0 < ones < DIGITS:
        return Decimal(TENS[word] + ones), 2
    return Decimal(TENS[word]), 1
