"""Alarms, reminders, lists, calendar, chance, rooms: what people say and what they are answered."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.skills.conversation import GRAMMAR, SKILLS, ListRooms, Talk
from unhear.household.speech import Question
from unhear.skills.chance import below


def answer(talk: Talk, question: Question | None, words: str) -> str:
    """Answer what was asked back."""
    assert question is not None
    intent = GRAMMAR.fill(question, words)
    assert intent is not None
    return SKILLS.answer(intent, talk._context(intent.skill)).text


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("wake me up at seven tomorrow", "Alarm set: tomorrow at 7:00 a.m."),
        ("wake me up tomorrow at half past six", "Alarm set: tomorrow at 6:30 a.m."),
        ("set an alarm for 7:30 pm", "Alarm set: today at 7:30 p.m."),
        ("set an alarm for six in the morning", "Alarm set: tomorrow at 6:00 a.m."),
        ("set an alarm for 7 am every weekday", "Alarm set for 7:00 a.m. on weekdays."),
        ("remind me to call my mum in two hours", "I will remind you: call your mum, today at 5:0"),
        (
            "remind me tomorrow at noon to water the plants",
            "I will remind you: water the plants, t",
        ),
        ("add buy stamps to my to-do list", "I put buy stamps on your to-do list."),
        ("what time is it in Tokyo", "In Tokyo it is 12:09 a.m. tomorrow."),
        ("is 2028 a leap year", "2028 is a leap year."),
        ("is 2100 a leap year", "2100 is not a leap year."),
        ("what day of the week is the third of May", "It is on Sunday, 3 May 2026."),
        ("how many days until Christmas", "There are 286 days until Friday, 25 December 2026."),
        ("when is Easter", "There are 22 days until Sunday, 5 April 2026."),
        ("which week is it", "It is week 11."),
        ("how many days are in February", "It has 28 days this year."),
        ("volume five", "The volume is at 50 percent."),
        ("set the volume to 80 percent", "The volume is at 80 percent."),
        ("stop", "Nothing is playing."),
        ("say that again", "I have not said anything in the last few minutes."),
        ("tell everyone dinner is ready", "I said it in the bedroom and living room."),
        ("tell the bedroom to come down", "I said it in the bedroom."),
        (
            "announce lunch in the garage",
            "I cannot be heard in the garage. I can in the bedroom or",
        ),
        ("play some music", "I have been told of no folder with music."),
        ("what is the weather", "I do not know where this house is."),
        ("turn on the kitchen light", "I have been connected to no appliances."),
        ("ask the model why the sky is blue", "I have nobody else to ask."),
        ("what alarms do i have", "You have no such alarm."),
        ("what reminders do i have", "There is no such reminder."),
    ],
)
def test_what_is_said_and_answered(said: str, reply: str) -> None:
    assert Talk().say(said).startswith(reply)


def test_an_alarm_rings_where_it_was_set_until_somebody_says_stop() -> None:
    talk = Talk()
    talk.say("set an alarm for 4 pm")
    assert talk.wait(minutes=50) == []
    assert talk.wait(minutes=1) == ["It is 4:00 p.m. This is your alarm."]
    assert talk.rooms.ringing
    assert talk.say("snooze") == "I will wake you again in 9 minutes."
    assert talk.wait(minutes=9) == ["It is 4:09 p.m. This is your alarm."]
    assert talk.say("stop") == ""
    assert not talk.rooms.ringing
    assert talk.wait(hours=30) == []


def test_an_alarm_that_recurs_rings_on_its_days_once() -> None:
    talk = Talk(now=datetime(2026, 3, 13, 6, 59, 50, tzinfo=UTC))  # a Friday
    talk.say("set an alarm for 7 am every weekday")
    assert len(talk.wait(seconds=10)) == 1
    assert talk.wait(seconds=1) == []
    assert talk.wait(days=1, seconds=-11) == []
    assert talk.wait(days=2) == []
    assert len(talk.wait(seconds=10)) == 1
    assert talk.say("cancel all alarms").startswith("I cancelled your alarm at 7:00 a.m. on week")


def test_an_alarm_and_a_reminder_and_a_timer_ask_back() -> None:
    talk = Talk()
    question = talk.reply("set an alarm").question
    assert answer(talk, question, "half past seven") == "Alarm set: today at 7:30 p.m."
    question = talk.reply("remind me to feed the cat").question
    assert answer(talk, question, "at six") == "I will remind you: feed the cat, today at 6:00 p.m."
    question = talk.reply("set a timer").question
    assert answer(talk, question, "ten minutes") == "Timer set for 10 minutes."


def test_a_reminder_is_said_once_when_it_is_due() -> None:
    talk = Talk()
    talk.say("remind me in ten minutes to turn off my oven")
    assert talk.say("what reminders do i have") == (
        "Your reminders: turn off your oven, today at 3:19 p.m."
    )
    assert talk.wait(minutes=10) == ["A reminder: turn off your oven."]
    assert talk.wait(days=1) == []


def test_reminders_are_deleted_by_what_they_are_about() -> None:
    talk = Talk()
    talk.say("remind me in ten minutes to feed the cat")
    talk.say("remind me in ten minutes to feed the dog")
    assert talk.say("delete the reminder to feed").startswith("Which one: feed the cat")
    assert talk.say("delete the reminder about cat") == "I deleted the reminder."
    assert talk.say("delete all reminders") == "I deleted the reminder."


@given(st.integers(1, 300))
def test_chance_gives_every_outcome_and_no_other(bound: int) -> None:
    assert {below(bound) for _ in range(bound * 2)} <= set(range(bound))


def test_coins_dice_and_numbers() -> None:
    talk = Talk()
    assert {talk.say("flip a coin") for _ in range(60)} == {"Heads.", "Tails."}
    assert {talk.say("roll a die") for _ in range(200)} == {f"You rolled {n}." for n in range(1, 7)}
    assert talk.say("roll 2 dice").startswith("You rolled ")
    assert talk.say("roll 99 dice") == "I have 20 dice at most."
    assert talk.say("pick a number between 3 and 3") == "3."
    assert talk.say("choose between red or blue") in ("I choose red.", "I choose blue.")


def test_a_joke_is_not_told_twice_in_a_row() -> None:
    talk = Talk()
    jokes = SKILLS.replies("stories").choices("joke")
    assert talk.say("tell me a joke") in jokes
    assert len(talk.say("tell me a bedtime story")) > 300


def test_announcements_are_heard_in_the_other_rooms() -> None:
    talk = Talk()
    talk.say("tell everyone that dinner is ready")
    assert talk.rooms.announced == [
        ("bedroom", "Dinner is ready"),
        ("living room", "Dinner is ready"),
    ]


def test_a_room_may_be_called_anything() -> None:
    talk = Talk(rooms=ListRooms(others=("mias den", "mias den upstairs")))
    assert talk.say("tell the mia's den that dinner is ready").startswith("I do not know that room")
    assert talk.rooms.announced == []
    assert talk.say("tell the mias den that dinner is ready") == "I said it in the mias den."
    upstairs = talk.say("tell the mias den upstairs to be quiet")
    assert upstairs == "I said it in the mias den upstairs."
    assert talk.rooms.announced == [
        ("mias den", "Dinner is ready"),
        ("mias den upstairs", "To be quiet"),
    ]
    reply = talk.reply("tell the mias den")
    assert reply.text == "What should I say?"
    assert answer(talk, reply.question, "good night") == "I said it in the mias den."


def test_a_place_whose_time_is_unknown_is_told_so() -> None:
    assert Talk().say("what time is it in Atlantis") == "I do not know what time it is there."


def test_an_alarm_may_be_set_for_a_day_by_its_name_or_date() -> None:
    assert Talk().say("set an alarm for friday at 7").startswith("Alarm set: on Friday at 7:00")
    assert Talk().say("wake me up on the third of May at 7") == "Alarm set: on 3 May at 7:00 a.m."
