"""English times of day and days, read from words that `plain` has been over."""

import re

HOURS = 24
MINUTES = 60
QUARTER = {"half": 30, "quarter": 15, "a quarter": 15}
NAMED = {"noon": "12:00 pm", "midday": "12:00 pm", "midnight": "12:00 am"}
MORNING = ("in the morning", "this morning", "a m", "am", "a.m")
EVENING = (
    "in the afternoon", "in the evening", "this afternoon", "this evening", "tonight", "at night",
    "p m", "pm", "p.m",
)  # fmt: skip

_HALF = re.compile(rf" ?(?:({'|'.join(MORNING)})|({'|'.join(EVENING)}))$")
_PLAIN = re.compile(r"(\d{1,2})(?:[ .:]?(?:oh )?(\d{1,2}))?(?: o'?clock)?")
_FOUR = re.compile(r"(\d{1,2})(\d{2})(?: hours)?")
_PAST = re.compile(
    r"(?:(half|a quarter|quarter)|(\d{1,2})(?: minutes)?) (past|after|to|before|till) (\d{1,2})"
)

WEEKDAYS = {
    "monday": "mon", "tuesday": "tue", "wednesday": "wed", "thursday": "thu", "friday": "fri",
    "saturday": "sat", "sunday": "sun",
}  # fmt: skip
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
NEAR = {
    "today": "+0", "tonight": "+0", "this evening": "+0", "this afternoon": "+0",
    "this morning": "+0", "tomorrow": "+1", "the day after tomorrow": "+2", "yesterday": "-1",
    "in a week": "+7", "in 2 weeks": "+14", "a week from today": "+7",
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "20 first": 21, "20 second": 22, "20 third": 23,
    "20 fourth": 24, "20 fifth": 25, "20 sixth": 26, "20 seventh": 27, "20 eighth": 28,
    "20 ninth": 29, "thirtieth": 30, "30 first": 31,
}  # fmt: skip

_ORDINAL = "|".join(sorted(ORDINALS, key=len, reverse=True))
_DAY = rf"(?:the )?(?:(\d{{1,2}})(?:st|nd|rd|th)?|({_ORDINAL}))"
_MONTH = rf"({'|'.join(MONTHS)})"
_DATES = (
    re.compile(rf"{_DAY}(?: of)? {_MONTH}()(?: (\d{{4}}))?"),
    re.compile(rf"()(){_MONTH} {_DAY}(?: (\d{{4}}))?"),
)
_IN_DAYS = re.compile(r"in (\d{1,3}) days?")


def time_from(words: str) -> str | None:
    """Answer the time of day that is all of `words`, or None.

    `19:30`, `7:30 am`, `7:30 pm`, or `7:30` where either half of the day may be meant.
    """
    words = words.removeprefix("at ")
    if words in NAMED:
        return NAMED[words]
    half = _HALF.search(words)
    clock = words[: half.start()] if half else words
    read = _clock(clock)
    if read is None:
        return None
    hour, minute = read
    if hour >= HOURS or minute >= MINUTES:
        return None
    suffix = "" if half is None or not 1 <= hour <= HOURS // 2 else " am" if half[1] else " pm"
    return f"{hour}:{minute:02d}{suffix}"


def _clock(words: str) -> tuple[int, int] | None:
    if found := _PLAIN.fullmatch(words):
        return int(found[1]), int(found[2] or 0)
    if found := _FOUR.fullmatch(words):
        return int(found[1]), int(found[2])
    if found := _PAST.fullmatch(words):
        minutes, hour = QUARTER.get(found[1], 0) or int(found[2] or 0), int(found[4])
        if found[3] in ("past", "after"):
            return hour, minutes
        before = hour * MINUTES - minutes
        return ((before // MINUTES) or HOURS // 2, before % MINUTES) if before >= 0 else None
    return None


def date_from(words: str) -> str | None:
    """Answer the day that is all of `words`, or None: `+1`, `fri`, `05-03` or `2027-05-03`."""
    words = words.removeprefix("on ")
    if words in NEAR:
        return NEAR[words]
    if found := _IN_DAYS.fullmatch(words):
        return f"+{found[1]}"
    weekday = words.removeprefix("next ").removeprefix("this ").removeprefix("coming ")
    if weekday in WEEKDAYS:
        return WEEKDAYS[weekday]
    for form in _DATES:
        if found := form.fullmatch(words):
            return _date(found.groups())
    return None


def _date(groups: tuple[str | None, ...]) -> str | None:
    numerals = [group for group in (groups[0], groups[3]) if group and group.isdigit()]
    named = [ORDINALS[group] for group in groups if group in ORDINALS]
    day = int(numerals[0]) if numerals else named[0]
    month = next(MONTHS.index(group) + 1 for group in groups if group in MONTHS)
    if not 1 <= day <= 31:  # noqa: PLR2004 - no month is longer
        return None
    year = groups[-1]
    return f"{year}-{month:02d}-{day:02d}" if year else f"{month:02d}-{day:02d}"
