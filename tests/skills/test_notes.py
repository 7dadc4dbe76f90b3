"""What people tell the assistant to remember, and what it says when they ask."""

import pytest

from tests.skills.conversation import GRAMMAR, Talk


def test_a_note_is_said_back_to_who_told_it() -> None:
    talk = Talk()
    assert talk.say("Remember that I'm allergic to walnuts.") == (
        "I will remember that you are allergic to walnuts."
    )
    for question in (
        "What do you know about walnuts?",
        "Do you remember anything about my walnut allergic?",
        "What am I allergic to?",
        "Am I allergic to walnuts?",
    ):
        assert talk.say(question) == "You told me that you are allergic to walnuts.", question
    assert talk.say("What do you remember?").startswith("You told me that you are allergic")


def test_what_was_never_told_is_not_known() -> None:
    talk = Talk()
    talk.say("remember the bins go out on tuesday")
    assert talk.say("what do you know about walnuts") == "I don't know anything about that."
    assert talk.say("am i the one") == "I don't know anything about that."
    assert talk.say("what do you know about the bins") == (
        "You told me that the bins go out on tuesday."
    )


def test_notes_can_be_dropped_and_are_kept_once() -> None:
    talk = Talk()
    assert talk.say("what do you remember") == "You have not asked me to remember anything."
    talk.say("don't forget that my shoe size is 38")
    assert talk.say("don't forget that my shoe size is 38") == "I remember that already."
    assert talk.say("forget what I told you about my shoe size") == (
        "I no longer remember that your shoe size is 38."
    )
    assert talk.say("what do you know about my shoe size") == "I don't know anything about that."


@pytest.mark.parametrize(
    ("said", "skill"),
    [
        ("forget what I just said", "privacy"),
        ("forget everything I said today", "privacy"),
        ("what did you hear today", "privacy"),
        ("delete everything I said", "privacy"),
        ("what is on my shopping list", "shopping_list"),
        ("what is five plus five", "arithmetic"),
        ("how much time is left", "timers"),
        ("remind me about walnuts", "notes"),
    ],
)
def test_other_skills_are_not_robbed_of_their_sentences(said: str, skill: str) -> None:
    intent = GRAMMAR.interpret(said)
    assert intent is not None
    assert intent.skill == skill
