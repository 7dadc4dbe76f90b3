"""Timers ring when they should, once, and say so."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.skills.conversation import NOW, ListMemory, Talk
from unhear.answer.languages import WORDINGS

NEW_YORK = ZoneInfo("America/New_York")


def test_a_timer_is_set_asked_for_and_rings_once() -> None:
    talk = Talk()
    assert talk.say("Set a timer for ten minutes.") == "Timer set for 10 minutes."
    assert talk.say("Set a pizza timer for an hour and a half") == (
        "Your pizza timer is set for 1 hour and 30 minutes."
    )
    assert talk.wait(minutes=4) == []
    assert talk.say("How much time is left?") == (
        "6 minutes left on your timer of 10 minutes and "
        "1 hour and 26 minutes left on your pizza timer."
    )
    assert talk.wait(minutes=6) == ["Your timer of 10 minutes is done."]
    assert talk.wait(minutes=6) == []
    assert talk.say("cancel the pizza timer") == "I cancelled your pizza timer."
    assert talk.wait(hours=5) == []
    assert talk.say("cancel the timer") == "You have no timer."


@pytest.mark.parametrize(
    ("said", "timers"),
    [
        ("set a ten minute timer", [(600, "")]),
        ("set a ten minute pizza timer", [(600, "pizza")]),
        ("Set a timer for half an hour for the roast.", [(1800, "roast")]),
        ("set a timer called green tea for 3 minutes", [(180, "green tea")]),
        ("20 minute timer", [(1200, "")]),
        ("set a timer for five minutes and another for ten minutes", [(300, ""), (600, "")]),
        ("set two timers for 5 minutes and 10 minutes", [(300, ""), (600, "")]),
        ("set timers for 1 minute, 2 minutes and 3 minutes", [(60, ""), (120, ""), (180, "")]),
        (
            "set a timer for 3 minutes called tea and a second one for 4 minutes called eggs",
            [(180, "tea"), (240, "eggs")],
        ),
    ],
)
def test_timers_as_people_ask_for_them(said: str, timers: list[tuple[int, str]]) -> None:
    talk = Talk()
    talk.say(said)
    kept = [(int(i.data["seconds"]), i.data["name"]) for i in talk.memories["timers"].items()]
    assert kept == timers


@pytest.mark.parametrize("said", ["set a timer", "set a pizza timer", "set a timer for 0 minutes"])
def test_a_timer_without_a_length_is_asked_back(said: str) -> None:
    talk = Talk()
    assert talk.say(said).startswith("For how long?")
    assert talk.memories["timers"].items() == []


def test_a_timer_of_days_is_refused() -> None:
    assert Talk().say("set a timer for 25 hours") == "I can set timers for up to a day."
    assert Talk().say("set a timer for 99999999999999999999 hours").startswith("I can set")


def test_of_several_timers_the_right_one_is_cancelled() -> None:
    talk = Talk()
    for words in ("set a tea timer for 3 minutes", "set an egg timer for 5 minutes"):
        talk.say(words)
    assert talk.say("cancel the timer") == (
        "Which one, your tea timer or your egg timer? You can also say cancel all timers."
    )
    assert talk.say("cancel the five minute timer") == "I cancelled your egg timer."
    assert talk.say("how long is left on the egg timer") == "You have no egg timer."
    assert talk.say("how long is left on the tea timer") == "3 minutes left on your tea timer."
    talk.say("set a timer for 3 minutes")
    assert talk.say("cancel the 3 minute timer") == "I cancelled your timer of 3 minutes."
    talk.say("set timers for 4 minutes, 5 minutes and 6 minutes")
    assert talk.say("cancel all timers") == "I cancelled 4 timers."
    assert talk.memories["timers"].items() == []


def test_timers_ring_after_a_restart_and_say_that_they_are_late() -> None:
    talk = Talk()
    talk.say("set a timer for 10 minutes")
    talk.say("set a tea timer for 3 minutes")
    later = Talk(now=NOW + timedelta(minutes=10), memories={"timers": ListMemory(NOW)})
    later.memories["timers"].kept = talk.memories["timers"].kept
    assert later.wait(seconds=1) == [
        "Your tea timer ended 7 minutes and 1 second ago.",
        "Your timer of 10 minutes is done.",
    ]
    assert later.wait(seconds=1) == []


@pytest.mark.parametrize("month", [3, 11])
def test_a_clock_change_makes_no_timer_longer_or_shorter(month: int) -> None:
    change = datetime(2026, month, 8 if month == 3 else 1, 1, 30, tzinfo=NEW_YORK)
    talk = Talk(now=change)
    talk.say("set a timer for one hour")
    talk.now = (change.astimezone(UTC) + timedelta(minutes=59)).astimezone(NEW_YORK)
    assert talk.say("how much time is left").startswith("1 minute left")
    talk.now = (change.astimezone(UTC) + timedelta(minutes=60)).astimezone(NEW_YORK)
    assert talk.wait() == ["Your timer of 1 hour is done."]


@given(st.integers(1, 86_400))
def test_a_timer_rings_on_its_second(seconds: int) -> None:
    talk = Talk()
    said = WORDINGS["en"].duration(timedelta(seconds=seconds))
    assert talk.say(f"set a timer for {said}") == f"Timer set for {said}."
    assert talk.wait(seconds=seconds - 1) == []
    assert talk.wait(seconds=1) == [f"Your timer of {said} is done."]
