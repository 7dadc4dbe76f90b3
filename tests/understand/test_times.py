"""English times and days, and the moments they mean."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhear.answer.languages import WORDINGS
from unhear.understand.english.times import date_from, time_from
from unhear.understand.english.wording import plain
from unhear.understand.values import date_of, moment_of

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)  # a Saturday


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_time_of_day_said_is_read_back(hour: int, minute: int) -> None:
    at = NOW.replace(hour=hour, minute=minute)
    said = time_from(plain(WORDINGS["en"].time(at)))
    assert said is not None
    meant = moment_of(said, "+1", NOW)
    assert meant is not None
    assert (meant.hour, meant.minute) == (hour, minute)


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("half past seven", "7:30"),
        ("7:30 pm", "7:30 pm"),
        ("at quarter to six in the evening", "5:45 pm"),
        ("ten past one", "1:10"),
        ("a quarter to one", "12:45"),
        ("7 o'clock", "7:00"),
        ("six forty five a.m.", "6:45 am"),
        ("6.45 AM", "6:45 am"),
        ("19:30", "19:30"),
        ("noon", "12:00 pm"),
        ("seven tonight", "7:00 pm"),
        ("25:00", None),
        ("soon", None),
    ],
)
def test_times_as_people_say_them(said: str, time: str | None) -> None:
    assert time_from(plain(said)) == time


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("tomorrow", "+1"),
        ("on Friday", "fri"),
        ("next friday", "fri"),
        ("the third of May", "05-03"),
        ("May 3rd", "05-03"),
        ("on the twenty first of June 2027", "2027-06-21"),
        ("in three days", "+3"),
        ("the 45th of May", None),
        ("someday", None),
    ],
)
def test_days_as_people_say_them(said: str, day: str | None) -> None:
    assert date_from(plain(said)) == day


@pytest.mark.parametrize(
    ("time", "day", "meant"),
    [
        ("7:30", None, "2026-03-14T19:30"),  # the next half past seven is this evening's
        ("3:05", None, "2026-03-15T03:05"),
        ("7:30 am", None, "2026-03-15T07:30"),
        ("7:30", "+1", "2026-03-15T07:30"),
        ("12:30 am", None, "2026-03-15T00:30"),
        ("9:00 am", "+0", None),
        ("9:00", "sat", "2026-03-21T09:00"),
        ("9:00", "02-29", "2028-02-29T09:00"),
        ("9:00", "03-13", "2027-03-13T09:00"),
    ],
)
def test_the_moments_that_times_mean(time: str, day: str | None, meant: str | None) -> None:
    at = moment_of(time, day, NOW)
    assert (None if at is None else f"{at:%Y-%m-%dT%H:%M}") == meant


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - aware below
    st.integers(0, 23),
    st.integers(0, 59),
)
def test_a_time_without_a_day_is_within_a_day(now: datetime, hour: int, minute: int) -> None:
    here = now.replace(tzinfo=ZoneInfo("Europe/Berlin"))
    at = moment_of(f"{hour}:{minute:02d}", None, here)
    assert at is not None
    assert here < at <= here + timedelta(days=1)


@given(st.dates())
def test_a_date_is_today_or_later(day: object) -> None:
    found = date_of(f"{day:%m-%d}", NOW)
    assert found is not None
    assert found.date() >= NOW.date()
