"""Spoken numbers become digits, and words come into one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhear.understand.english.numbers import SMALL, TENS, numbers_as_digits
from unhear.understand.english.wording import plain, plain_template

SMALL_SAID = {number: word for word, number in SMALL.items()}
TENS_SAID = {number: word for word, number in TENS.items()}
SCALES = ((10**9, "billion"), (10**6, "million"), (1_000, "thousand"))


def in_words(number: int, *, with_and: bool = True) -> str:
    """Say a number below a trillion."""
    for scale, name in SCALES:
        if number >= scale:
            rest = number % scale
            joined = " and " if with_and and 0 < rest < 100 else " "
            said = f"{in_words(number // scale, with_and=with_and)} {name}"
            return f"{said}{joined}{in_words(rest, with_and=with_and)}" if rest else said
    if number >= 100:
        said = f"{SMALL_SAID[number // 100]} hundred"
        joined = " and " if with_and else " "
        return f"{said}{joined}{in_words(number % 100)}" if number % 100 else said
    if number in SMALL_SAID:
        return SMALL_SAID[number]
    ones = f" {SMALL_SAID[number % 10]}" if number % 10 else ""
    return f"{TENS_SAID[number // 10 * 10]}{ones}"


@given(st.one_of(st.integers(0, 1_000), st.integers(0, 10**12 - 1)), st.booleans())
def test_every_number_in_words_becomes_its_digits(
    number: int,
    with_and: bool,  # noqa: FBT001 - hypothesis passes it by place
) -> None:
    said = in_words(number, with_and=with_and)
    assert numbers_as_digits(said) == str(number)
    assert plain(f"Add {said} eggs.") == f"add {number} eggs"


@given(st.integers(0, 10**6), st.integers(0, 999))
def test_decimals(whole: int, places: int) -> None:
    digits = f"{places:03d}"
    spoken = " ".join(SMALL_SAID[int(digit)] for digit in digits)
    assert plain(f"{in_words(whole)} point {spoken}") == f"{whole}.{digits}"
    assert plain(f"{whole}.{digits}") == f"{whole}.{digits}"


@pytest.mark.parametrize(
    ("heard", "read"),
    [
        ("Alexa, set a timer for ten minutes, please.", "set a timer for 10 minutes"),
        ("What's the time, Alexa?", "what's the time"),
        ("OK Nabu, um, could you add milk, eggs, and bread!", "add milk and eggs and bread"),
        ("Put the Alexa doll on the list", "put the alexa doll on the list"),
        ("a hundred and fifty", "150"),
        ("5 million", "5000000"),
        ("1,500,000 apples", "1500000 apples"),
        ("twenty-five and thirty", "25 and 30"),
        ("two thousand three thousand", "2000 3000"),
        ("nineteen fifty", "19 50"),
        ("one two three", "1 2 3"),
        ("a quarter past ten", "a quarter past 10"),
        ("two and a half", "2.5"),
        ("seven and three quarters", "7.75"),
        ("an hour and a half", "an hour and a half"),
        ("2½ cups", "2.5 cups"),
        ("1/2 cup", "0.5 cup"),
        ("point five", "0.5"),
        ("12-ounce latte", "12 ounce latte"),
        ("5km", "5 km"),
        ("the 2nd", "the 2nd"),
        ("20°C", "20 degrees c"),
        ("15%", "15 percent"),
        ("3 + 4", "3 plus 4"),
        ("5x5", "5 times 5"),
        ("10÷4", "10 divided by 4"),
        ("12-7", "12 minus 7"),
        ("-5", "minus 5"),
        ("What\u2019s up?", "what's up"),
        ("3.5.", "3.5"),
        ("Alexa!", ""),
        ("?!", ""),
    ],
)
def test_words_as_they_are_heard(heard: str, read: str) -> None:
    assert plain(heard) == read


@given(st.text())
def test_anything_heard_comes_into_a_bare_form(text: str) -> None:
    words = plain(text)
    assert words == " ".join(words.split())
    assert words == words.casefold()
    assert not set(words) & set(",!?;:/*=+-%\n")


@given(st.lists(st.sampled_from(["set", "a", "timer", "twenty", "five", "and", "milk"])))
def test_what_is_plain_stays_so(words: list[str]) -> None:
    once = plain(" ".join(words))
    assert plain(once) == once


def test_templates_meet_what_is_said_in_the_same_form() -> None:
    assert plain_template("(eight|twenty two) {two} <one> [ounce]") == "(8|22) {two} <one> [ounce]"
