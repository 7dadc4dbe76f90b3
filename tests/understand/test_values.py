"""Typed slots: numbers and lengths of time."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.understand.test_numbers import in_words
from unhear.answer.languages import WORDINGS
from unhear.understand.english.values import duration_from, leading_duration, number_from
from unhear.understand.english.wording import plain


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("ten minutes", 600),
        ("an hour", 3600),
        ("half an hour", 1800),
        ("a half hour", 1800),
        ("a quarter of an hour", 900),
        ("three quarters of an hour", 2700),
        ("an hour and a half", 5400),
        ("two hours and a quarter", 8100),
        ("two and a half hours", 9000),
        ("one hour and thirty minutes", 5400),
        ("one hour thirty", 5400),
        ("1 hour, 2 minutes and 5 seconds", 3725),
        ("a couple of minutes", 120),
        ("90 sec", 90),
        ("0.5 seconds", 1),
        ("a day", 86_400),
    ],
)
def test_lengths_of_time_as_people_say_them(said: str, seconds: int) -> None:
    assert duration_from(plain(said)) == seconds


@pytest.mark.parametrize(
    "said",
    ["", "ten", "minutes", "pizza", "ten minutes pizza", "5 minutes and 10 minutes", "a half"],
)
def test_what_is_no_length_of_time(said: str) -> None:
    assert duration_from(plain(said)) is None


@given(st.integers(1, 86_399))
def test_lengths_of_time_are_read_as_they_are_said(seconds: int) -> None:
    said = WORDINGS["en"].duration(timedelta(seconds=seconds))
    assert duration_from(plain(said)) == seconds
    assert leading_duration(plain(f"{said} pizza")) == (seconds, "pizza")


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_lengths_of_time_in_words(hours: int, minutes: int, seconds: int) -> None:
    said = f"{in_words(hours)} hours, {in_words(minutes)} minutes and {in_words(seconds)} seconds"
    assert duration_from(plain(said)) == hours * 3600 + minutes * 60 + seconds


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers(number: int) -> None:
    read = number_from(plain(str(number)))
    assert read == number
    assert isinstance(read, int)


@pytest.mark.parametrize(
    ("said", "number"),
    [("minus two point five", -2.5), ("negative 3", -3), ("half a", 0.5), ("1.10", 1.1)],
)
def test_other_numbers(said: str, number: float) -> None:
    assert number_from(plain(said)) == number


@pytest.mark.parametrize("said", ["", "two apples", "love", "1" * 31, "1 2"])
def test_what_is_no_number(said: str) -> None:
    assert number_from(plain(said)) is None
