"""Numbers, lists and times are said as people say them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unhear.answer.languages import WORDINGS
from unhear.answer.wording import sentence

ENGLISH = WORDINGS["en"]

NOW = datetime(2026, 3, 14, 15, 9, tzinfo=UTC)


@given(st.decimals(-(10**8), 10**8, places=3))
def test_numbers_of_few_digits_are_said_whole(number: Decimal) -> None:
    said = ENGLISH.number(number)
    assert Decimal(said.replace("minus ", "-")) == number
    assert not said.endswith(".")
    assert "about" not in said


@given(st.fractions(max_denominator=10**6))
@example(Fraction(10**60 + 1))
def test_other_numbers_are_said_to_be_about_right(number: Fraction) -> None:
    said = ENGLISH.number(number)
    heard = Fraction(Decimal(said.removeprefix("about ").replace("minus ", "-")))
    assert (heard == number) != said.startswith("about ")
    assert abs(heard - number) <= abs(number) * Fraction(5, 10**6)


def test_no_digit_before_the_point_is_rounded_away() -> None:
    assert ENGLISH.number(Fraction(123_456_789, 7), rounded=2) == "about 17636684"


def test_lists_are_said_with_a_word_before_the_last() -> None:
    lists: tuple[list[str], ...] = ([], ["a"], ["a", "b"], ["a", "b", "c"])
    assert [ENGLISH.listed(parts) for parts in lists] == ["", "a", "a and b", "a, b and c"]
    assert ENGLISH.listed(["a", "b"], "or") == "a or b"


def test_a_sentence_of_nothing_is_nothing() -> None:
    assert sentence("") == ""


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (125, "2 minutes and 5 seconds"),
        (3661, "1 hour, 1 minute and 1 second"),
        (86_400, "24 hours"),
        (0.4, "0 seconds"),
        (-3, "0 seconds"),
    ],
)
def test_lengths_of_time(seconds: float, said: str) -> None:
    assert ENGLISH.duration(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(minutes=9), "today at 3:00 p.m."),
        (timedelta(hours=16), "yesterday at 11:09 p.m."),
        (timedelta(days=2), "the day before yesterday at 3:09 p.m."),
        (timedelta(days=6), "on Sunday at 3:09 p.m."),
        (timedelta(days=7), "on 7 March at 3:09 p.m."),
    ],
)
def test_times_past(ago: timedelta, said: str) -> None:
    assert ENGLISH.when(NOW - ago, NOW) == said
