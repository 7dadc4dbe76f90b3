"""German numbers, lengths of time, times and days mean what people mean by them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhear.answer.languages import WORDINGS
from unhear.understand.german.times import date_from, time_from
from unhear.understand.german.values import duration_from, number_from
from unhear.understand.german.wording import plain, plain_template

ONES = [
    "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn",
    "elf", "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn",
    "neunzehn",
]  # fmt: skip
TENS = [
    "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig",
]  # fmt: skip


def spelled(number: int, one: str = "eins") -> str:
    """Spell a number below a million, as German does."""
    if number < 20:
        return one if number == 1 else ONES[number]
    if number < 100:
        tens, ones = TENS[number // 10 - 2], number % 10
        return f"{spelled(ones, 'ein')}und{tens}" if ones else tens
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{spelled(hundreds, 'ein')}hundert{spelled(rest) if rest else ''}"
    thousands, rest = divmod(number, 1000)
    return f"{spelled(thousands, 'ein')}tausend{spelled(rest) if rest else ''}"


@given(st.integers(0, 999_999))
def test_every_number_said_is_read_back(number: int) -> None:
    assert number_from(plain(spelled(number))) == number


@given(st.integers(1, 86_399))
def test_every_length_of_time_said_is_read_back(seconds: int) -> None:
    said = WORDINGS["de"].duration(timedelta(seconds=seconds))
    assert duration_from(plain(said)) == seconds


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_time_of_day_said_is_read_back(hour: int, minute: int) -> None:
    for said in (f"{hour} Uhr {minute}", f"{hour}:{minute:02d} Uhr", f"um {hour}:{minute:02d}"):
        assert time_from(plain(said)) == f"{hour}:{minute:02d}"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("eine halbe Stunde", 1800),
        ("anderthalb Stunden", 5400),
        ("zweieinhalb Stunden", 9000),
        ("eine Viertelstunde", 900),
        ("eine Dreiviertelstunde", 2700),
        ("zwei Minuten und dreißig Sekunden", 150),
        ("eine Stunde zehn", 4200),
        ("90 sek", 90),
    ],
)
def test_lengths_of_time_as_people_say_them(said: str, seconds: int) -> None:
    assert duration_from(plain(said)) == seconds


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("um halb acht", "7:30"),
        ("halb eins", "12:30"),
        ("Viertel nach sieben", "7:15"),
        ("Viertel vor sechs abends", "5:45 pm"),
        ("dreiviertel neun", "8:45"),
        ("zehn vor drei", "2:50"),
        ("neunzehn Uhr dreißig", "19:30"),
        ("sieben Uhr morgens", "7:00 am"),
        ("um ein Uhr", "1:00"),
        ("Mittag", "12:00 pm"),
        ("fünfundzwanzig Uhr", None),
        ("bald", None),
    ],
)
def test_times_as_people_say_them(said: str, time: str | None) -> None:
    assert time_from(plain(said)) == time


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("morgen", "+1"),
        ("übermorgen", "+2"),
        ("am Freitag", "fri"),
        ("nächsten Montag", "mon"),
        ("am dritten Mai", "05-03"),
        ("am 3. Mai 2027", "2027-05-03"),
        ("am einunddreißigsten Dezember", "12-31"),
        ("in drei Tagen", "+3"),
        ("am 32. Mai", None),
        ("irgendwann", None),
    ],
)
def test_days_as_people_say_them(said: str, day: str | None) -> None:
    assert date_from(plain(said)) == day


@given(st.text("abcäöüßAB 0123456789,.:-+!?", max_size=40))
def test_whatever_is_heard_becomes_words_with_single_spaces(text: str) -> None:
    assert "  " not in plain(text)
    assert not set(plain(text)) & set(",:!?+-ABß")


def test_articles_and_politeness() -> None:
    assert plain("Alexa, könntest du bitte eine Pizza bestellen? Danke!") == "eine pizza bestellen"
    assert plain("Setz Milch, Eier und Brot drauf.") == "setz milch und eier und brot drauf"
    assert plain("Was ist 2,5 mal drei?") == "was ist 2.5 mal 3"
    assert plain_template("(einundzwanzig|groß) {ein}") == "(21|gross) {ein}"
