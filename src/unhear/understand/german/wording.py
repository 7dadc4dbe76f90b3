"""Bring recognised German into one form: lower case, digits for numbers, no politeness."""

import re

from unhear.understand.english.wording import WAKE_WORDS
from unhear.understand.german.numbers import numbers_as_digits

POLITE = (
    "bitte", "kannst du", "könntest du", "würdest du", "könnten sie", "können sie", "hey", "hallo",
    "äh", "ähm", "also", "okay", "ok", "mal",
)  # fmt: skip
THANKS = ("bitte", "danke", "danke schön", "vielen dank", "jetzt bitte", *WAKE_WORDS)

_SIGNS = str.maketrans(
    {
        "\u2019": "'", "\u2212": "-", "\u00d7": " mal ", "\u00f7": " geteilt durch ", "*": " mal ",
        "\u00bd": ",5", "\u00bc": ",25", "\u00be": ",75", "\u00b0": " grad ", "%": " prozent ",
        "+": " plus ", "\u20ac": " euro ",
    }
)  # fmt: skip
_LEADING = re.compile(rf"(?:(?:{'|'.join((*WAKE_WORDS, *POLITE))})\b[\s,.!]*)+")
_TRAILING = re.compile(rf"(?:[\s,.!?]*\b(?:{'|'.join(THANKS)}))+$")
_CLAUSE = re.compile(r",\s*((?:dass|was|wer|wie|wo|ob|wenn|weil|die|der|das)\b)")
"""A comma before a clause joins nothing."""

_COMPOUND = re.compile(r"\b(\w{3,})(timer)\b")
"""A timer is named in one word with it: "Nudeltimer"."""

_ORDINAL = re.compile(r"\b(\d{1,2})\.(?= ?[a-zäöü])")
_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d{2})(?: uhr)?\b")


def plain(text: str) -> str:
    """Answer `text` as the grammar reads it: "Alexa, setze Milch, Eier drauf!" -> "... und ..."."""
    words = " ".join(text.casefold().replace("ß", "ss").translate(_SIGNS).split())
    words = words.strip(" .,!?;:")
    if leading := _LEADING.match(words):
        words = words[leading.end() :]
    words = _TRAILING.sub("", words)
    words = _COMPOUND.sub(r"\1 \2", words)
    words = _CLOCK.sub(r"\1 uhr \2", words)
    words = re.sub(r"(?<=\d)\.(?=\d{3}\b)", "", words)
    words = re.sub(r"(?<=\d),(?=\d)", " komma ", words)
    words = _ORDINAL.sub(r"\1 te ", words)
    words = _CLAUSE.sub(r" \1", words)
    words = re.sub(r",\s*(?:und\s+)?", " und ", words.strip(" ,"))
    words = re.sub(r"(?<=\d) ?/ ?(?=\d)", " geteilt durch ", words)
    words = re.sub(r"(?<=\d) ?- ?(?=\d)| -(?=\d)|^-(?=\d)", " minus ", words)
    words = re.sub(r"(?<=\d)(?=[a-zäöü])|(?<=[a-zäöü])-(?=\w)|(?<=\d)-(?=[a-zäöü])", " ", words)
    words = re.sub(r"[^\w\s']|_", " ", words)
    return _with_points(numbers_as_digits(" ".join(words.split())))


def plain_template(template: str) -> str:
    """Answer a sentence template with its number words as digits, as they reach it."""
    return re.sub(
        r"\{[^}]*\}|<[^>]*>|[a-zäöüß]+(?: [a-zäöüß]+)*",
        lambda part: part[0] if part[0][0] in "{<" else numbers_as_digits(_folded(part[0])),
        template,
    )


def _folded(words: str) -> str:
    return words.replace("ß", "ss")


def _with_points(words: str) -> str:
    """Write "2 komma 5" as 2.5, with digits run together."""
    return re.sub(r"\b(\d+) komma ((?:\d ?)+)", lambda n: _decimal(n[1], n[2]), words).strip()


def _decimal(whole: str, digits: str) -> str:
    ending = " " if digits.endswith(" ") else ""
    return f"{whole}.{digits.replace(' ', '')}{ending}"
