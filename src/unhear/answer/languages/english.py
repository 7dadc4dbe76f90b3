"""Say numbers, lists, times and lengths of time as people do in English."""

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

NOON_HOUR = 12
NEAR_DAYS = {
    -2: "the day before yesterday",
    -1: "yesterday",
    0: "today",
    1: "tomorrow",
    2: "the day after tomorrow",
}


class English:
    """English as it is spoken in most places: 3:09 p.m., 14 March, 2.5."""

    def listed(self, parts: Sequence[str], last: str = "and") -> str:
        """Answer "a, b and c"."""
        return listed(parts, last)

    def duration(self, duration: timedelta) -> str:
        """Answer "1 hour, 2 minutes and 5 seconds"."""
        parts = duration_parts(duration)
        return self.listed([f"{n} {unit}" if n == 1 else f"{n} {unit}s" for n, unit in parts])

    def number(
        self,
        number: Decimal | Fraction | float,
        *,
        exact: int = DIGITS_EXACT,
        rounded: int = DIGITS_ROUNDED,
    ) -> str:
        """Answer "2.5", "minus 3" or "about 0.333333"."""
        digits, whole = digits_of(number, exact, rounded)
        said = f"minus {digits[1:]}" if digits.startswith("-") else digits
        return said if whole else f"about {said}"

    def time(self, moment: datetime) -> str:
        """Answer "3:09 p.m."."""
        half = "a.m." if moment.hour < NOON_HOUR else "p.m."
        return f"{moment.hour % NOON_HOUR or NOON_HOUR}:{moment.minute:02d} {half}"

    def date(self, moment: datetime) -> str:
        """Answer "Saturday, 14 March 2026"."""
        return f"{moment:%A}, {moment.day} {moment:%B} {moment.year}"

    def weekday(self, moment: datetime) -> str:
        """Answer "Saturday"."""
        return f"{moment:%A}"

    def day(self, moment: datetime, now: datetime) -> str:
        """Answer "today", "yesterday", "tomorrow", "on Tuesday" or "on 14 March"."""
        local, days = moment.astimezone(now.tzinfo), days_apart(moment, now)
        if days in NEAR_DAYS:
            return NEAR_DAYS[days]
        if abs(days) <= DAYS_BY_NAME_MAX:
            return f"on {local:%A}"
        return f"on {local.day} {local:%B}"

    def when(self, moment: datetime, now: datetime) -> str:
        """Answer "today at 3:09 p.m."."""
        return f"{self.day(moment, now)} at {self.time(moment.astimezone(now.tzinfo))}"
