"""What sounds like a phrase is taken for it; what is clear, or means nothing, stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.skills.conversation import GRAMMAR, SKILLS
from unhear.engines.phonemes import EspeakPhonemes
from unhear.understand.grammar import Grammar
from unhear.understand.sounds import COST_MAX, Sounds, distance

PHONEMES = EspeakPhonemes("en")

SOUNDING = Grammar(SKILLS.all(), sounds=Sounds(PHONEMES))
SPELLINGS = st.text("abdefiklmnoprstuwzæəɛŋʃʒʌʊð", max_size=12)

TALK = (
    "The weather in my book was terrible and then the captain laughed at the sailors",
    "And so they went down to the river where nobody had been for a very long time",
    "Up next, the evening news, brought to you by your local furniture store",
    "I told him that he should never have sold the house in the first place",
    "No, not that one, the other one, over there, behind the curtains",
    "Chapter seven, in which our hero meets a stranger with a wooden leg",
    "um, well, I was going to say",
    "the thing is that",
    "two hundred and fifty thousand people watched the match at home",
    "you have no messages, press one to return to the main menu",
    "please enter your password followed by the pound key",
)


@pytest.mark.parametrize(
    ("heard", "drink", "more"),
    [
        ("can I have a nice coffee", "iced coffee", {}),
        ("get me a cappuccino with skin milk", "cappuccino", {"milkAmount": "skim milk"}),
        (
            "I want a twelve ounce house copy with brown sugar",
            "house coffee",
            {"size": "twelve ounce"},
        ),
        ("a small latte with a little bit of so milk", "latte", {"size": "small"}),
    ],
)
def test_what_recognisers_really_write(heard: str, drink: str, more: dict[str, str]) -> None:
    intent = SOUNDING.interpret(heard)
    assert intent is not None
    assert intent.slots["coffeeDrink"] == drink
    assert more.items() <= dict(intent.slots).items()
    assert not SOUNDING.understand(heard).as_written
    assert SOUNDING.understand("can I have an iced coffee").as_written


@pytest.mark.parametrize("talk", TALK)
def test_talk_that_is_no_request_stays_none(talk: str) -> None:
    assert SOUNDING.interpret(talk) == GRAMMAR.interpret(talk)


@pytest.mark.parametrize(
    "said",
    [
        "set a timer for ten minutes",
        "add milk and eggs to my shopping list",
        "delete what I just said",
        "convert five kilometers to miles",
        "what time is it in Tokyo",
        "can I have a small dark roast latte with some soy milk",
        "forget everything I said today",
    ],
)
def test_what_is_clear_is_understood_as_it_was(said: str) -> None:
    assert SOUNDING.interpret(said) == GRAMMAR.interpret(said)
    assert SOUNDING.interpret(said) is not None


def test_what_is_written_twice_is_understood_once() -> None:
    said = "make me an eight ounce coffee make me an 8 ounce coffee make me"
    assert SOUNDING.interpret(said) == SOUNDING.interpret("make me an eight ounce coffee")
    cut = "forget what I just said forget what I"
    assert SOUNDING.interpret(cut) == SOUNDING.interpret("forget what I just said")
    assert SOUNDING.interpret(cut) is not None
    (stop,) = SOUNDING.understand("stop stop").intents
    assert SOUNDING.understand("Stop, stop!").intents == [stop]


@given(SPELLINGS, SPELLINGS)
def test_the_distance_is_one(one: str, other: str) -> None:
    assert distance(one, one) == 0
    assert distance(one, other) == pytest.approx(distance(other, one))
    assert distance(one, other) >= 0
    assert (distance(one, other) == 0) == (one == other)


def test_nothing_that_was_said_is_remembered() -> None:
    phonemes = EspeakPhonemes("en")
    Sounds(phonemes).alike("a secret walnut", {"secret garden"}, set(), {})
    assert phonemes._spelled.cache_info().currsize == 1
    assert 0 < COST_MAX < 1
