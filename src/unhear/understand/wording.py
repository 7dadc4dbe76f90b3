"""Bring recognised words into one form: lower case, digits for numbers, no wake word, no commas."""

import re

WAKE_WORDS = ("alexa", "hey jarvis", "okay nabu", "ok nabu", "hey mycroft")
POLITE = ("please", "can you", "could you", "would you", "will you", "hey", "um", "uh", "so")

SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}

_NOT_WORDS = re.compile(r"[^\w\s'.%+*/=-]")
_LEADING = re.compile(rf"^(?:(?:{'|'.join((*WAKE_WORDS, *POLITE))})\b[\s,.!]*)+")
_TRAILING = re.compile(r"[\s,.!?]*\b(?:please|thanks|thank you)$")


def plain(text: str) -> str:
    """Answer `text` as the grammar reads it: "Alexa, add milk, eggs!" -> "add milk and eggs"."""
    words = text.casefold().replace("\u2019", "'").strip()
    words = re.sub(r"(?<=\d),(?=\d{3}\b)", "", words)
    words = _LEADING.sub("", words.strip(" .,!?"))
    words = _TRAILING.sub("", words)
    words = re.sub(r",\s*(?:and\s+)?", " and ", words)
    words = re.sub(r"(?<!\d)\.|\.(?!\d)", " ", _NOT_WORDS.sub(" ", words))
    words = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", words)
    return numbers_as_digits(" ".join(words.split()))


def numbers_as_digits(text: str) -> str:
    """Answer `text` with spoken numbers as digits: "an hour and twenty five" -> "... 25"."""
    words = text.split()
    said: list[str] = []
    place = 0
    while place < len(words):
        number, used = _number_at(words, place)
        said.append(words[place] if used == 0 else number)
        place += max(used, 1)
    return " ".join(said)


def _number_at(words: list[str], start: int) -> tuple[str, int]:
    """Answer the number that begins at `start`, and how many words it takes (0: none)."""
    whole, used = _whole_at(words, start)
    if used == 0:
        return "", 0
    after = start + used
    if after + 1 < len(words) and words[after] == "point":
        digits = ""
        place = after + 1
        while place < len(words) and (digit := _digit(words[place])) is not None:
            digits += digit
            place += 1
        if digits:
            return f"{whole}.{digits}", place - start
    return str(whole), used


def _whole_at(words: list[str], start: int) -> tuple[int, int]:
    total = group = 0
    place, last = start, ""
    while place < len(words):
        word = words[place]
        joins = word == "and" and last in SCALES and _is_small(words, place + 1)
        if joins:
            place += 1
            continue
        if not _follows(last, word):
            break
        if word in SCALES:
            group = max(group, 1) * SCALES[word]
            if word != "hundred":
                total, group = total + group, 0
        else:
            group += SMALL.get(word, 0) + TENS.get(word, 0)
        last = word
        place += 1
    return total + group, place - start if last else 0


def _follows(last: str, word: str) -> bool:
    """Whether `word` goes on with a number whose last word was `last`."""
    if word in SMALL:
        return not last or last in SCALES or (last in TENS and 0 < SMALL[word] < 10)  # noqa: PLR2004
    if word in TENS:
        return not last or last in SCALES
    return word in SCALES and bool(last)


def _is_small(words: list[str], place: int) -> bool:
    return place < len(words) and (words[place] in SMALL or words[place] in TENS)


def _digit(word: str) -> str | None:
    if word.isdigit():
        return word
    number = SMALL.get(word)
    return str(number) if number is not None and number < 10 else None  # noqa: PLR2004
