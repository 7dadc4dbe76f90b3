"""Say numbers, lists, times and lengths of time as people do in German."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from unhear.answer.wording import (
    DAYS_BY_NAME_MAX,
    DIGITS_EXACT,
    DIGITS_ROUNDED,
    days_apart,
    digits_of,
    duration_parts,
    listed,
)

WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
    "November", "Dezember",
)  # fmt: skip
NEAR_DAYS = {-2: "vorgestern", -1: "gestern", 0: "heute", 1: "morgen", 2: "übermorgen"}
LAST = {"and": "und", "or": "oder"}
UNITS = {
    "hour": ("Stunde", "Stunden"),
    "minute": ("Minute", "Minuten"),
    "second": ("Sekunde", "Sekunden"),
}


class German:
    """German: 15 Uhr 9, 14. März, 2,5."""

    def listed(self, parts: Sequence[str], last: str = "and") -> str:
        """Answer "a, b und c"."""
        return listed(parts, LAST.get(last, last))

    def duration(self, duration: timedelta) -> str:
        """Answer "1 Stunde, 2 Minuten und 5 Sekunden"."""
        parts = duration_parts(duration)
        return self.listed([f"{count} {UNITS[unit][count != 1]}" for count, unit in parts])

    def number(
        self,
        number: Decimal | Fraction | float,
        *,
        exact: int = DIGITS_EXACT,
        rounded: int = DIGITS_ROUNDED,
    ) -> str:
        """Answer "2,5", "minus 3" or "etwa 0,333333"."""
        digits, whole = digits_of(number, exact, rounded)
        said = (f"minus {digits[1:]}" if digits.startswith("-") else digits).replace(".", ",")
        return said if whole else f"etwa {said}"

    def time(self, moment: datetime) -> str:
        """Answer "15 Uhr 9", or "15 Uhr" at the full hour."""
        return f"{moment.hour} Uhr {moment.minute}" if moment.minute else f"{moment.hour} Uhr"

    def date(self, moment: datetime) -> str:
        """Answer "Samstag, 14. März 2026"."""
        return f"{self.weekday(moment)}, {_day_of_month(moment)} {moment.year}"

    def weekday(self, moment: datetime) -> str:
        """Answer "Samstag"."""
        return WEEKDAYS[moment.weekday()]

    def day(self, moment: datetime, now: datetime) -> str:
        """Answer "heute", "gestern", "morgen", "am Dienstag" or "am 14. März"."""
        local, days = moment.astimezone(now.tzinfo), days_apart(moment, now)
        if days in NEAR_DAYS:
            return NEAR_DAYS[days]
        if abs(days) <= DAYS_BY_NAME_MAX:
            return f"am {self.weekday(local)}"
        return f"am {_day_of_month(local)}"

    def when(self, moment: datetime, now: datetime) -> str:
        """Answer "heute um 15 Uhr 9"."""
        return f"{self.day(moment, now)} um {self.time(moment.astimezone(now.tzinfo))}"


def _day_of_month(moment: datetime) -> str:
    return f"{moment.day}. {MONTHS[moment.month - 1]}"
