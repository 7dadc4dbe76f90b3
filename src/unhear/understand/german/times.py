"""German times of day and days, read from words that `plain` has been over."""

import re

HOURS = 24
MINUTES = 60
HALF_DAY = 12
NAMED = {"mittag": "12:00 pm", "mitternacht": "12:00 am", "12 uhr mittags": "12:00 pm"}
MORNING = ("morgens", "am morgen", "früh", "vormittags", "am vormittag", "in der früh", "nachts")
EVENING = ("nachmittags", "am nachmittag", "abends", "am abend", "mittags")

_HALF = re.compile(rf" (?:({'|'.join(MORNING)})|({'|'.join(EVENING)}))$")
_PLAIN = re.compile(r"(\d{1,2}|eins?)(?: uhr(?: (\d{1,2}))?)?")
_PAST = re.compile(
    r"(?:(?:(viertel)|(\d{1,2})(?: minuten)?) (nach|vor)|(halb)|(dreiviertel|viertel))"
    r" (\d{1,2}|eins)(?: uhr)?"
)

WEEKDAYS = {
    "montag": "mon", "dienstag": "tue", "mittwoch": "wed", "donnerstag": "thu", "freitag": "fri",
    "samstag": "sat", "sonnabend": "sat", "sonntag": "sun",
}  # fmt: skip
MONTHS = (
    "januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober",
    "november", "dezember",
)  # fmt: skip
NEAR = {
    "heute": "+0", "heute abend": "+0", "heute nachmittag": "+0", "heute früh": "+0",
    "heute morgen": "+0", "heute nacht": "+0", "morgen": "+1", "übermorgen": "+2", "gestern": "-1",
    "vorgestern": "-2", "in einer woche": "+7", "in 2 wochen": "+14",
}  # fmt: skip
ORDINALS = {
    "erst": 1, "zweit": 2, "dritt": 3, "viert": 4, "fünft": 5, "sechst": 6, "siebt": 7, "acht": 8,
    "neunt": 9, "zehnt": 10, "elft": 11, "zwölft": 12, "dreizehnt": 13, "vierzehnt": 14,
    "fünfzehnt": 15, "sechzehnt": 16, "siebzehnt": 17, "achtzehnt": 18, "neunzehnt": 19,
    "zwanzigst": 20, "dreissigst": 30, "einunddreissigst": 31,
    **{
        f"{one}undzwanzigst": 20 + number
        for number, one in enumerate(
            ("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"), start=1
        )
    },
}  # fmt: skip

_ORDINAL = "|".join(sorted(ORDINALS, key=len, reverse=True))
_DATE = re.compile(
    rf"(?:am |den |der )?(?:(\d{{1,2}})(?: te)?|({_ORDINAL})e[nrs]?)"
    rf" ({'|'.join(MONTHS)})(?: (\d{{4}}))?"
)
_IN_DAYS = re.compile(r"in (\d{1,3}) tagen?")
_NEXT = re.compile(r"(?:am |nächsten |kommenden |diesen )*")


def time_from(words: str) -> str | None:
    """Answer the time of day that is all of `words`, or None.

    `19:30`, `7:30 am`, `7:30 pm`, or `7:30` where either half of the day may be meant.
    """
    words = words.removeprefix("um ")
    if words in NAMED:
        return NAMED[words]
    half = _HALF.search(words)
    read = _clock(words[: half.start()] if half else words)
    if read is None or read[0] >= HOURS or read[1] >= MINUTES:
        return None
    hour, minute = read
    suffix = "" if half is None or not 1 <= hour <= HALF_DAY else " am" if half[1] else " pm"
    return f"{hour}:{minute:02d}{suffix}"


def _clock(words: str) -> tuple[int, int] | None:
    if found := _PLAIN.fullmatch(words):
        return _hour(found[1]), int(found[2] or 0)
    found = _PAST.fullmatch(words)
    if found is None:
        return None
    hour = _hour(found[6])
    if found[3] == "nach":
        return hour, 15 if found[1] else int(found[2])
    if found[3] == "vor":
        before = 15 if found[1] else int(found[2])
    else:
        before = 30 if found[4] else 15 if found[5] == "dreiviertel" else 45
    start = hour * MINUTES - before
    return ((start // MINUTES) or HALF_DAY, start % MINUTES) if start >= 0 else None


def _hour(word: str) -> int:
    return int(word) if word.isdigit() else 1


def date_from(words: str) -> str | None:
    """Answer the day that is all of `words`, or None: `+1`, `fri`, `05-03` or `2027-05-03`."""
    if words in NEAR:
        return NEAR[words]
    if found := _IN_DAYS.fullmatch(words):
        return f"+{found[1]}"
    weekday = _NEXT.sub("", words, count=1)
    if weekday in WEEKDAYS:
        return WEEKDAYS[weekday]
    found = _DATE.fullmatch(words)
    if found is None:
        return None
    day, month = int(found[1] or ORDINALS[found[2]]), MONTHS.index(found[3]) + 1
    if not 1 <= day <= 31:  # noqa: PLR2004 - no month is longer
        return None
    return f"{found[4]}-{month:02d}-{day:02d}" if found[4] else f"{month:02d}-{day:02d}"
