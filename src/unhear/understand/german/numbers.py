"""German numbers, as spoken -> digits: "hundertfünfundzwanzig" -> "125"."""

import re

SMALL = {
    "null": 0, "ein": 1, "eins": 1, "zwei": 2, "zwo": 2, "drei": 3, "vier": 4, "fünf": 5,
    "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12,
    "dreizehn": 13, "vierzehn": 14, "fünfzehn": 15, "sechzehn": 16, "siebzehn": 17, "achtzehn": 18,
    "neunzehn": 19,
}  # fmt: skip
TENS = {
    "zwanzig": 20, "dreissig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60,
    "siebzig": 70, "achtzig": 80, "neunzig": 90,
}  # fmt: skip
HALVES = {"anderthalb": "1.5", "eineinhalb": "1.5"}
COMMA = "komma"
MILLIONS = ("million", "millionen")

_ONES = "ein|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun"
_TENS = "|".join(TENS)
_UPTO_99 = (
    rf"(?:(?:{_ONES})und(?:{_TENS})|{_TENS}|{'|'.join(sorted(SMALL, key=len, reverse=True))})"
)
_UPTO_999 = rf"(?:(?:{_ONES})?hundert(?:und)?(?:{_UPTO_99})?|{_UPTO_99})"
_WHOLE = re.compile(rf"(?:({_UPTO_999})?(tausend)(?:und)?)?({_UPTO_999})?")
_HUNDREDS = re.compile(rf"({_ONES})?(hundert)(?:und)?({_UPTO_99})?|({_UPTO_99})")
_TWO = re.compile(rf"({_ONES})und({_TENS})")
_AND_HALF = re.compile(r"(\w+?)einhalb")
_NUMERAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def numbers_as_digits(text: str) -> str:
    """Answer `text` with spoken numbers as digits; "ein" alone stays, for it is an article too."""
    words = text.split()
    said: list[str] = []
    while words:
        number, used = _number(words)
        said.append(number if used else words[0])
        words = words[max(used, 1) :]
    return " ".join(said)


def _number(words: list[str]) -> tuple[str, int]:
    """Answer the number `words` begin with, and how many of them it takes (0: none)."""
    first = words[0]
    if first in HALVES:
        return HALVES[first], 1
    half = _AND_HALF.fullmatch(first)
    if half is not None and (whole := _whole(half[1])) is not None:
        return f"{whole}.5", 1
    if words[1:2] and words[1] in MILLIONS and (first == "eine" or _value(first) is not None):
        return _millions(words)
    value = _value(first)
    if value is None or (first == "ein" and words[1:2] != [COMMA]):
        return "", 0
    if words[1:2] == [COMMA] and (digits := _digits(words[2:])):
        return f"{value}.{digits}", 2 + len(digits)
    return value, 1


def _millions(words: list[str]) -> tuple[str, int]:
    count = int(float(_value(words[0]) or 1))
    rest = _value(words[2]) if words[2:] else None
    if rest is not None and "." not in rest and int(rest) < 1_000_000:  # noqa: PLR2004 - a million
        return str(count * 1_000_000 + int(rest)), 3
    return str(count * 1_000_000), 2


def _digits(words: list[str]) -> str:
    """Answer the single digits `words` begin with."""
    digits = ""
    for word in words:
        value = _value(word)
        if value is None or len(value) > 1:
            break
        digits += value
    return digits


def _value(word: str) -> str | None:
    if _NUMERAL.fullmatch(word):
        return word
    whole = _whole(word)
    return None if whole is None else str(whole)


def _whole(word: str) -> int | None:
    """Answer the number below a million that is all of one word, or None."""
    found = _WHOLE.fullmatch(word)
    if not word or found is None:
        return None
    thousands = _below_thousand(found[1]) if found[1] else 1 if found[2] else 0
    return thousands * 1000 + (_below_thousand(found[3]) if found[3] else 0)


def _below_thousand(word: str) -> int:
    found = _HUNDREDS.fullmatch(word)
    if found is None:
        return 0
    if found[4]:
        return _below_hundred(found[4])
    hundreds = SMALL[found[1]] if found[1] else 1
    return hundreds * 100 + (_below_hundred(found[3]) if found[3] else 0)


def _below_hundred(word: str) -> int:
    if found := _TWO.fullmatch(word):
        return SMALL[found[1]] + TENS[found[2]]
    return TENS.get(word, SMALL.get(word, 0))
