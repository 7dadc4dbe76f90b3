"""Sums come out exactly, against Python's own fractions and decimals."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.skills.conversation import Talk

NUMBERS = st.decimals(-(10**6), 10**6, places=2)
ROUNDED = Fraction(5, 10**6)
"""Six digits are said: this is how far off, at most, in parts of the number."""


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("What is twelve times seven?", "That is 84."),
        ("What's 0.1 plus 0.2?", "That is 0.3."),
        ("what is fifteen percent of eighty", "That is 12."),
        ("What's 20% of 50?", "That is 10."),
        ("How much is 10 divided by 4?", "That is 2.5."),
        ("what is 12 ÷ 5", "That is 2.4."),
        ("what is two and a half times two", "That is 5."),
        ("what is one divided by three", "That is about 0.333333."),
        ("what is five divided by zero", "Nothing can be divided by zero."),
        ("What is three minus five?", "That is minus 2."),
        ("what is minus three times minus four", "That is 12."),
        ("what is 2 plus 3 times 4", "That is 14."),
        ("what is 10 minus 3 minus 2", "That is 5."),
        ("what is 2 times 3 to the power of 2", "That is 18."),
        ("what is 1 plus 1 over 0", "Nothing can be divided by zero."),
        ("what is the square root of 144", "That is 12."),
        ("what is the square root of two", "That is about 1.41421."),
        ("the square root of minus four", "A negative number has no real square root."),
        ("what is seven cubed", "That is 343."),
        ("what's half of nine", "That is 4.5."),
        ("add five and six", "That is 11."),
        ("what is 2 to the power of 10", "That is 1024."),
        ("what is 2 to the power of 0.5", "That is about 1.41421."),
        ("what is 2 to the power of minus 2", "That is 0.25."),
        ("what is minus 8 to the power of 0.5", "That power has no real result."),
        ("what is 0 to the power of minus 1", "That power is too much for me."),
        ("what is 2 to the power of 99999", "That power is too much for me."),
        ("what is 9 to the power of 999", "That is too large a number to say."),
        ("what is 9 to the power of minus 999", "That is very close to zero."),
        ("what is love plus hate", "Sorry, I did not understand that."),
    ],
)
def test_sums(said: str, answer: str) -> None:
    assert Talk().say(said).startswith(answer)


def _said(said: str) -> Fraction:
    answer = Talk().say(said)
    number = answer.removeprefix("That is ").removeprefix("about ").removesuffix(".")
    return Fraction(Decimal(number.replace("minus ", "-")))


@given(NUMBERS, NUMBERS, st.sampled_from(["plus", "minus", "times", "divided by"]))
def test_two_numbers(a: Decimal, b: Decimal, operator: str) -> None:
    assume(operator != "divided by" or b != 0)
    x, y = Fraction(a), Fraction(b)
    wanted = {"plus": x + y, "minus": x - y, "times": x * y}.get(operator)
    wanted = x / y if wanted is None else wanted
    assert abs(_said(f"what is {a} {operator} {b}") - wanted) <= abs(wanted) * ROUNDED


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(["plus", "minus", "times"]))
def test_whole_numbers_come_out_exactly(a: int, b: int, operator: str) -> None:
    wanted = {"plus": a + b, "minus": a - b, "times": a * b}[operator]
    assert _said(f"what is {a} {operator} {b}") == wanted


@given(st.integers(0, 10**6))
def test_the_root_of_a_square_is_its_side(side: int) -> None:
    assert _said(f"what is the square root of {side * side}") == side
