"""Bring recognised words into one form: lower case, digits for numbers, no wake word, no commas."""

import re

from unhear.understand.english.numbers import numbers_as_digits

WAKE_WORDS = ("alexa", "hey jarvis", "okay nabu", "ok nabu", "hey mycroft")
POLITE = (
    "please", "can you", "could you", "would you", "will you", "hey", "um", "uh", "so", "okay",
    "ok",
)  # fmt: skip
THANKS = ("please", "thanks", "thank you", "now please", *WAKE_WORDS)

_SIGNS = str.maketrans(
    {
        "\u2019": "'", "\u2018": "'", "\u2212": "-", "\u00d7": "*", "\u00f7": "/",
        "\u00bd": " 1/2", "\u00bc": " 1/4", "\u00be": " 3/4", "\u00b0": " degrees ",
        "%": " percent ",
    }
)  # fmt: skip
_FRACTIONS = {"1/2": ".5", "1/4": ".25", "3/4": ".75"}
_FRACTION = re.compile(r"(?:(?<![\d.])(\d+) )?(?<![\d/.])(1/2|1/4|3/4)(?= (?!times|divided)[a-z])")

_OPERATORS = (
    (re.compile(r"(?<=\d) ?\+ ?(?=-?\d)"), " plus "),
    (re.compile(r"(?<=\d) ?(?:\*|\bx\b|x) ?(?=-?\d)"), " times "),
    (re.compile(r"(?<=\d) ?/ ?(?=-?\d)"), " divided by "),
    (re.compile(r"(?<=\d) ?- ?(?=-?\d)"), " minus "),
    (re.compile(r"-(?=\d)"), " minus "),
)
_LEADING = re.compile(rf"(?:(?:{'|'.join((*WAKE_WORDS, *POLITE))})\b[\s,.!]*)+")
_TRAILING = re.compile(rf"(?:[\s,.!?]*\b(?:{'|'.join(THANKS)}))+$")
_UNIT_AT_NUMBER = re.compile(r"(?<=\d)(?=[a-z])(?!(?:st|nd|rd|th|x)\b|x\d)")


def plain(text: str) -> str:
    """Answer `text` as the grammar reads it: "Alexa, add milk, eggs!" -> "add milk and eggs"."""
    words = text.casefold().translate(_SIGNS)
    words = re.sub(r"(?<=\d),(?=\d{3}\b)", "", words)
    words = re.sub(r"\s+", " ", words).strip(" .,!?;:")
    if leading := _LEADING.match(words):
        words = words[leading.end() :]
    words = _TRAILING.sub("", words)
    words = re.sub(r",\s*(?:and\s+)?", " and ", words.strip(" ,"))
    return _without_signs(numbers_as_digits(_spaced(words)))


def plain_template(template: str) -> str:
    """Answer a sentence template with its number words as digits, as they reach it."""
    return re.sub(
        r"\{[^}]*\}|<[^>]*>|[a-z]+(?: [a-z]+)*",
        lambda part: part[0] if part[0][0] in "{<" else numbers_as_digits(part[0]),
        template.translate(_SIGNS),
    )


def _spaced(words: str) -> str:
    """Put every number and every word on its own: "12-ounce" -> "12 ounce", "5km" -> "5 km"."""
    words = re.sub(r"(?<=[a-z])-(?=\w)|(?<=\d)-(?=[a-z])", " ", words)
    return " ".join(_UNIT_AT_NUMBER.sub(" ", words).split())


def _without_signs(words: str) -> str:
    words = _FRACTION.sub(lambda found: f"{found[1] or 0}{_FRACTIONS[found[2]]}", words)
    for sign, said in _OPERATORS:
        words = sign.sub(said, words)
    words = re.sub(r"(?<!\d)\.|\.(?!\d)", " ", re.sub(r"[^\w\s'.]|_", " ", words))
    return " ".join(words.split())
