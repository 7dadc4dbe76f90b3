"""What people say about time, units and shopping, and what they are answered."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.skills.conversation import SKILLS, Talk
from unhear.skills.units.names import UNITS


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Alexa, what time is it?", "It is 3:09 p.m."),
        ("What's the date today?", "Today is Saturday, 14 March 2026."),
        ("What is the date tomorrow?", "Tomorrow is Sunday, 15 March 2026."),
        ("What day is it?", "Today is Saturday."),
        ("What day was yesterday?", "Yesterday was Friday."),
        ("Which year is it?", "It is 2026."),
        ("Convert five kilometers to miles.", "5 kilometers is about 3.107 miles."),
        ("What's 20°C in Fahrenheit?", "20 degrees Celsius is 68 degrees Fahrenheit."),
        ("what is minus 40 f in c", "Minus 40 degrees Fahrenheit is minus 40 degrees Celsius."),
        (
            "what is 68 degrees fahrenheit in celsius",
            "68 degrees Fahrenheit is 20 degrees Celsius.",
        ),
        ("how many grams are in 2 pounds", "2 pounds is about 907.2 grams."),
        ("how many feet are there in a mile", "1 mile is 5280 feet."),
        ("convert 100 centimetres to metres", "100 centimeters is 1 meter."),
        ("how tall is six feet in centimeters", "6 feet is 182.88 centimeters."),
        ("convert 60 mph to kilometers per hour", "60 miles per hour is about 96.56 kilometers "),
        ("how many ounces in a cup", "1 cup is 8 fluid ounces."),
        ("how many ounces in a pound", "1 pound is 16 ounces."),
        ("what is 2½ cups in ml", "2.5 cups is about 591.5 milliliters."),
        ("convert half a liter to milliliters", "0.5 liters is 500 milliliters."),
        ("convert 3 miles to kilograms", "Miles cannot be converted to kilograms."),
        ("convert 3 smoots to miles", "I do not know one of those units."),
        ("convert 100000000000 miles to millimeters", "That is too large a number to say."),
        ("convert 0.000001 millimeters to miles", "That is very close to zero."),
    ],
)
def test_questions_and_answers(said: str, answer: str) -> None:
    assert Talk().say(said).startswith(answer)


@pytest.mark.parametrize(
    ("hour", "said"),
    [(0, "12:05 a.m."), (11, "11:05 a.m."), (12, "12:05 p.m."), (23, "11:05 p.m.")],
)
def test_the_time_is_the_houses_own(hour: int, said: str) -> None:
    berlin = datetime(2026, 7, 1, hour, 5, tzinfo=ZoneInfo("Europe/Berlin"))
    assert Talk(now=berlin).say("what time is it") == f"It is {said}"


@settings(deadline=None)  # the first one loads every unit
@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)), st.integers(0, 10**6))
def test_any_two_units_are_converted_or_it_is_said_why_not(
    source: str, target: str, amount: int
) -> None:
    answer = Talk().say(f"convert {amount} {_called(source, 2)} to {_called(target, 2)}")
    assert answer.endswith("." if source != target else f"is {amount} {_called(source, amount)}.")
    assert "Sorry" not in answer


def _called(unit: str, amount: int) -> str:
    return SKILLS.replies("units")(f"unit {unit}", count=amount)


def test_a_shopping_list_grows_and_shrinks() -> None:
    talk = Talk()
    assert talk.say("what's on my shopping list") == "Your shopping list is empty."
    assert talk.say("Add milk, eggs, and some bread to my shopping list.") == (
        "I put milk, eggs and bread on your shopping list."
    )
    assert talk.say("put milk and jam on the list") == (
        "I put jam on your shopping list. Milk is on your shopping list already."
    )
    assert talk.say("read my shopping list") == "On your shopping list: milk, eggs, bread and jam."
    assert talk.say("remove eggs and caviar from my shopping list") == (
        "I took eggs off your shopping list. There is no caviar on your shopping list."
    )
    assert talk.say("take the jam off the list") == "I took jam off your shopping list."
    assert talk.say("clear my shopping list") == "Your shopping list is empty now."
    assert talk.say("what is on my shopping list") == "Your shopping list is empty."


@given(
    st.lists(
        st.text("bcdfghjklmnpqrtvwxyz", min_size=3, max_size=8), min_size=1, max_size=6, unique=True
    )
)
def test_whatever_is_put_on_the_list_is_read_from_it_and_taken_off(things: list[str]) -> None:
    talk = Talk()
    talk.say(f"Add {', '.join(things)} to the shopping list.")
    assert [item.data["item"] for item in talk.memories["shopping_list"].items()] == things
    assert all(thing in talk.say("what's on the shopping list") for thing in things)
    talk.say(f"take {' and '.join(things)} off my shopping list")
    assert talk.memories["shopping_list"].items() == []


def test_an_empty_request_is_asked_back() -> None:
    assert Talk().say("add some and the to my list") != ""
    assert Talk().say("add and and to my list") == "What should I put on the list?"


@pytest.mark.parametrize(
    "said", ["", "flurb the gonkulator", "sing like a whale", "?!", "the", "I said that over lunch"]
)
def test_what_is_not_understood_is_said_honestly(said: str) -> None:
    reply = Talk().reply(said)
    assert reply.text.startswith("Sorry, I did not understand")
    assert reply.keep


def test_every_skill_ticks_quietly_when_nothing_is_due() -> None:
    assert Talk().wait(seconds=1) == []
    assert {skill.name for skill in SKILLS.all()} >= {
        "arithmetic", "privacy", "shopping_list", "time_and_date", "timers", "units",
    }  # fmt: skip
