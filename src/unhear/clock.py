"""The only reader of time, randomness and identifiers.

Everything that depends on *now* or on chance takes it from here, so that a test can set the
clock and a reader can find every place where the outside world comes in.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

Clock = Callable[[], datetime]
"""Answers the present moment as an aware UTC datetime."""

EPOCH = date(1970, 1, 1)
MONTHS_A_YEAR = 12


def now() -> datetime:
    """Answer the present moment, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one place


def random_bytes(length_bytes: int) -> bytes:
    """Answer `length_bytes` unpredictable bytes from the operating system."""
    return secrets.token_bytes(length_bytes)  # noqa: TID251 - this is the one place


def day_number(moment: datetime) -> int:
    """Answer the UTC day of an aware moment, counted from 1970-01-01."""
    return (moment.astimezone(UTC).date() - EPOCH).days


def day_start(day: int) -> datetime:
    """Answer the first moment of a day counted from 1970-01-01."""
    return datetime.combine(EPOCH, datetime.min.time(), UTC) + timedelta(days=day)


def month_number(moment: datetime) -> int:
    """Answer the UTC month of an aware moment, counted from 1970-01."""
    day = moment.astimezone(UTC)
    return (day.year - EPOCH.year) * MONTHS_A_YEAR + day.month - 1


def month_start(month: int) -> datetime:
    """Answer the first moment of a month counted from 1970-01."""
    year, index = divmod(month, MONTHS_A_YEAR)
    return datetime(EPOCH.year + year, index + 1, 1, tzinfo=UTC)
