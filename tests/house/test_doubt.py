"""Noise is nothing, half a sentence is asked about, and nothing is destroyed in doubt."""

import pytest

from tests.house.dictated import DOUBTFUL, NOISE, SURE, Room
from unhear.household.consent import Choice
from unhear.household.limits import Limit
from unhear.household.methods import Verified
from unhear.household.speech import Transcript
from unhear.household.words import UNKNOWN_PERSON, PersonKind, Purpose


@pytest.mark.parametrize("words", ["you", "Thank you for watching!", ""])
def test_what_nobody_said_is_answered_with_silence(room: Room, words: str) -> None:
    turn = room.turn(words)
    assert (turn.intent, turn.reply.text, room.spoken, room.kept) == (None, "", [], 0)
    assert "noise" in turn.decision.reasons[0]


@pytest.mark.parametrize("words", ["delete everything", "stop", "add milk to my shopping list"])
def test_words_that_came_of_a_noise_do_nothing(room: Room, words: str) -> None:
    room.say("set a timer for ten minutes")
    turn = room.turn(words, NOISE)
    assert (turn.intent, turn.reply.text, turn.kept) == (None, "", None)
    assert room.kept == 1
    assert room.say("why did you do that").startswith("I understood a request about timers.")


def test_a_noise_is_no_answer_to_a_question(room: Room) -> None:
    assert room.say("set a timer") == "For how long?"
    assert room.say("ten minutes", NOISE) == ""
    assert room.say("five minutes") == "Timer set for 5 minutes."


def test_other_programs_get_no_words_of_a_noise(room: Room) -> None:
    room.ears.next = Transcript("turn off the oven", *NOISE)
    assert room.assistant.take(room.capture(), UNKNOWN_PERSON).text == ""
    assert room.kept == 0


def test_talk_gets_a_short_answer(room: Room) -> None:
    assert room.say("he was not an ill disposed young man") == "Sorry, I did not understand that."


def test_half_a_sentence_gets_a_short_question_and_is_completed(room: Room) -> None:
    turn = room.turn("set a timer for")
    assert turn.reply.text == "For how long?"
    assert turn.reply.question is not None
    assert room.say("ten minutes") == "Timer set for 10 minutes."
    assert room.say("what is three plus") == "I heard only the beginning. What comes next?"
    assert room.say("four") == "That is 7."
    assert room.say("turn on the") == "Which one?"


def test_half_a_request_is_not_offered_to_who_may_not_make_it(room: Room) -> None:
    child = room.house.family.add("Kim", PersonKind.CHILD).id
    room.house.household = room.house.family.set_limit(
        Limit(PersonKind.CHILD, frozenset({"stories"}))
    )
    assert room.say("set a timer for", SURE, child).startswith("I may not do that for you")


def test_everything_is_deleted_at_once_where_it_was_surely_heard(room: Room) -> None:
    room.say("set a timer for ten minutes")
    assert room.say("delete everything").startswith("Done. I deleted 1 recording")
    assert room.kept == 0


@pytest.mark.parametrize(
    ("words", "how", "asked", "done"),
    [
        ("delete everything", DOUBTFUL, "delete everything you said today?", "Done. I deleted 2"),
        ("delete everything I ever said", DOUBTFUL, "everything you ever said?", "Done. I deleted"),
        ("erase everything in this room", DOUBTFUL, "was said in this room?", "Done. I deleted 2"),
        ("forget the last hour", DOUBTFUL, "said in the last hour?", "Done. I deleted 2"),
    ],
)
def test_in_doubt_it_is_asked_and_a_yes_is_waited_for(
    room: Room, words: str, how: tuple[float, float], asked: str, done: str
) -> None:
    room.say("set a timer for ten minutes")
    room.say("what is two plus two")
    turn = room.turn(words, how)
    assert turn.reply.text.startswith("Do you want me to")
    assert turn.reply.text.endswith(asked)
    assert (room.kept, turn.kept) == (2, None)
    assert room.say("Yes, please.", DOUBTFUL).startswith(done)
    assert room.kept == 0


@pytest.mark.parametrize("answer", ["no", "Don't do that.", "No, stop it."])
def test_after_a_no_nothing_was_deleted(room: Room, answer: str) -> None:
    room.say("set a timer for ten minutes")
    room.say("delete everything", DOUBTFUL)
    assert room.say(answer) == "All right. I have deleted nothing."
    assert room.say("yes") == "Sorry, I did not understand that."
    assert room.kept == 2, "the timer's, and the yes that meant nothing"


@pytest.mark.parametrize("other", ["what time is it", "he was an amiable young man"])
def test_anything_else_is_no_yes(room: Room, other: str) -> None:
    room.say("set a timer for ten minutes")
    room.say("delete everything", DOUBTFUL)
    room.say(other)
    room.say("yes")
    assert room.kept == 3


def test_a_yes_of_somebody_else_is_none(room: Room) -> None:
    ada = room.house.household.people[0].id
    choice = Choice(ada, (Purpose.KEEP,), ada)
    room.house.household = room.house.consents.give(choice, Verified("terminal", "verified"))
    room.say("set a timer for ten minutes", SURE, ada)
    assert room.say("delete everything", DOUBTFUL, ada).startswith("Do you want me to")
    sam = room.house.family.add("Sam", PersonKind.ADULT).id
    assert room.say("yes", SURE, sam) == "Sorry, I did not understand that."
    assert room.kept == 1


def test_a_yes_that_came_of_a_noise_is_none(room: Room) -> None:
    room.say("set a timer for ten minutes")
    room.say("delete everything", DOUBTFUL)
    assert room.say("yes", NOISE) == ""
    assert room.kept == 1


def test_what_was_just_said_is_forgotten_without_a_question(room: Room) -> None:
    room.say("set a timer for ten minutes")
    assert room.say("forget what I just said", DOUBTFUL).startswith("Done.")
    assert room.kept == 0


CLEARED = [
    (
        "add milk and eggs to my shopping list",
        "clear my shopping list",
        "Do you want me to clear the whole shopping list?",
        "read my shopping list",
        "On your shopping list: milk and eggs.",
    ),
    (
        "remind me in an hour to feed the cat",
        "delete all reminders",
        "Do you want me to delete your reminder?",
        "do i have any reminders",
        "Your reminders: feed the cat",
    ),
    (
        "wake me up at seven",
        "cancel all alarms",
        "Do you want me to cancel your alarm?",
        "what alarms do i have",
        "You have an alarm",
    ),
    (
        "remember that the key is in the shed",
        "forget what I told you about the key",
        "Do you want me to forget that the key is in the shed?",
        "what do you know about the key",
        "You told me that the key is in the shed.",
    ),
]
"""What was said before, how it is cleared, what is asked, and how to find out what is left."""


@pytest.mark.parametrize("story", CLEARED, ids=lambda story: story[1])
def test_a_whole_list_is_cleared_on_a_yes_where_it_was_heard_in_doubt(
    room: Room, story: tuple[str, str, str, str, str]
) -> None:
    before, clear, question, read, left = story
    room.say(before)
    assert room.say(clear, DOUBTFUL) == question
    room.say("no")
    assert room.say(read).startswith(left)
    assert room.say(clear, DOUBTFUL) == question
    room.say("yes")
    assert not room.say(read).startswith(left)
