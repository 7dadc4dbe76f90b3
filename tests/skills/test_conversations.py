"""What people say, and what they are answered."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.skills.conversation import GRAMMAR, SKILLS, Talk
from unhear.answer.wording import duration_from, spoken_duration, spoken_list, spoken_number
from unhear.household.words import PersonId
from unhear.understand.wording import numbers_as_digits, plain


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Alexa, what time is it?", "It is 3:09 p.m."),
        ("What's the date today?", "Today is Saturday, 14 March 2026."),
        ("What day is it?", "Today is Saturday."),
        ("What is twelve times seven?", "That is 84."),
        ("What's 0.1 plus 0.2?", "That is 0.3."),
        ("what is fifteen percent of eighty", "That is 12."),
        ("How much is 10 divided by 4?", "That is 2.5."),
        ("what is five divided by zero", "Nothing can be divided by zero."),
        ("What is three minus five?", "That is minus 2."),
        ("what is the square root of 144", "That is 12."),
        ("what is 2 to the power of 10", "That is 1024."),
        ("what is 9 to the power of 999", "That is too large a number to say."),
        ("what is love plus hate", "I can only count with numbers."),
        ("Convert five kilometers to miles.", "5 kilometers is 3.10686 miles."),
        ("what is 20 degrees celsius in fahrenheit", "20 degrees celsius is 68 fahrenheit."),
        ("how many grams are in 2 pounds", "2 pounds is 907.185 grams."),
        ("convert 3 miles to kilograms", "3 miles cannot be converted to kilograms."),
        ("convert 3 smoots to miles", "I do not know one of those units."),
    ],
)
def test_questions_and_answers(said: str, answer: str) -> None:
    answers = Talk().say(said)
    assert answers == answer.replace("3 miles cannot", "Miles cannot")


def test_a_timer_is_set_asked_for_and_rings_once() -> None:
    talk = Talk()
    assert talk.say("Set a timer for ten minutes.") == "Timer set for 10 minutes."
    assert talk.say("Set a pizza timer for an hour and a half") == (
        "Your pizza timer is set for 1 hour and 30 minutes."
    )
    assert talk.wait(minutes=4) == []
    assert talk.say("How much time is left?") == (
        "There is 6 minutes on your timer of 10 minutes and "
        "1 hour and 26 minutes on your pizza timer."
    )
    assert talk.wait(minutes=6) == ["Your timer of 10 minutes is done."]
    assert talk.wait(minutes=6) == []
    assert talk.say("cancel the pizza timer") == "1 timer cancelled."
    assert talk.wait(hours=5) == []
    assert talk.say("cancel the timer") == "You have no timer."


def test_a_shopping_list_grows_and_shrinks() -> None:
    talk = Talk()
    assert talk.say("what's on my shopping list") == "Your shopping list is empty."
    talk.say("Add milk, eggs, and some bread to my shopping list.")
    talk.say("put milk on the shopping list")
    assert talk.say("read my shopping list") == "On your shopping list: milk, eggs and bread."
    assert talk.say("remove eggs from my shopping list") == "I took eggs off your shopping list."
    assert talk.say("take caviar off the shopping list") == (
        "There is no caviar on your shopping list."
    )
    talk.say("clear my shopping list")
    assert talk.say("what is on my shopping list") == "Your shopping list is empty."


def test_privacy_by_voice_says_what_happened() -> None:
    talk = Talk()
    assert "nothing" in talk.say("delete what I just said")
    talk.kept_recording(days=1)
    talk.kept_recording(hours=2)
    talk.kept_recording(minutes=1)
    assert talk.say("tell me what you heard").startswith("I have kept 3 recordings. The newest:")
    assert "receipt" in talk.say("Delete what I just said.")
    assert len(talk.privacy.kept) == 2
    assert "1 recording from today" in talk.say("delete everything I said today")
    assert len(talk.privacy.kept) == 1
    assert "1 recording on this device" in talk.say("delete everything")
    assert talk.privacy.kept == []


def test_a_known_person_deletes_their_own_words_only() -> None:
    talk = Talk(person=PersonId("mia"))
    talk.kept_recording(minutes=3)
    talk.person = PersonId("sam")
    talk.kept_recording(minutes=2)
    talk.say("delete everything I said today")
    assert [one.person for one in talk.privacy.kept] == ["mia"]


def test_stop_and_start_listening() -> None:
    talk = Talk()
    talk.say("stop listening")
    assert not talk.privacy.listening
    talk.say("start listening")
    assert talk.privacy.listening
    assert "do not remember" in talk.say("why did you do that")


@pytest.mark.parametrize("said", ["", "flurb the gonkulator", "sing like a whale", "?!", "the"])
def test_what_is_not_understood_is_said_honestly(said: str) -> None:
    assert Talk().say(said).startswith("Sorry, I did not understand")


def test_requests_about_privacy_are_never_kept() -> None:
    for words in ("delete what I just said", "stop listening", "tell me what you heard"):
        intent = GRAMMAR.interpret(words)
        assert intent is not None
        assert not SKILLS.answer(intent, Talk()._context("privacy")).keep


@given(st.integers(1, 86_400))
def test_durations_are_understood_as_they_are_said(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert duration_from(plain(spoken_duration(duration))) == duration


@given(st.integers(0, 99), st.integers(0, 9))
def test_spoken_numbers_become_digits(tens: int, hundreds: int) -> None:
    ones = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    ones += "fifteen sixteen seventeen eighteen nineteen"
    decades = "- - twenty thirty forty fifty sixty seventy eighty ninety"
    small = ones.split()
    if tens < 20:
        said = small[tens]
    else:
        said = decades.split()[tens // 10] + (f" {small[tens % 10]}" if tens % 10 else "")
    assert numbers_as_digits(said) == str(tens)
    if hundreds and tens:
        assert numbers_as_digits(f"{small[hundreds]} hundred and {said}") == str(
            hundreds * 100 + tens
        )


@given(st.decimals(-(10**9), 10**9, places=3))
def test_numbers_are_said_without_noise(number: Decimal) -> None:
    said = spoken_number(number).replace("minus ", "-")
    assert Decimal(said) == number
    assert not said.endswith(".")


def test_lists_are_said_with_an_and() -> None:
    assert [spoken_list(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
