"""Of half a sentence it is known what is missing; whole ones and talk are not taken for halves."""

import pytest

from tests.needs import need
from unhear.answer.registry import find_skills
from unhear.household.speech import Question
from unhear.understand.grammar import Grammar

GRAMMARS = {
    language: Grammar(find_skills(language).all(), language=language) for language in ("en", "de")
}


@pytest.mark.parametrize(
    ("language", "said", "intent", "slots", "missing"),
    [
        ("en", "Turn on the", "home.turn_on", {}, "name"),
        ("en", "turn off", "home.turn_off", {}, "name"),
        ("en", "set the kitchen light to", "home.set_level", {"name": "kitchen light"}, "level"),
        ("en", "Set a timer for", "timers.set", {}, "duration"),
        ("en", "wake me up at", "alarms.set", {}, "time"),
        ("en", "remind me to", "reminders.set", {}, "what"),
        ("en", "remind me to call Jo at", "reminders.set", {"what": "call jo"}, "time"),
        ("en", "what time is it in", "time_and_date.time_in", {}, "place"),
        (
            "en",
            "what is three plus",
            "arithmetic.calculate",
            {"a": 3, "operator": "plus"},
            "b",
        ),
        ("en", "convert 5 miles to", "units.convert", {"amount": 5, "source": "mile"}, "target"),
        ("en", "set the volume to", "volume.set", {}, "level"),
        ("en", "tell everyone that", "intercom.announce", {}, "message"),
        ("en", "play", "music.play_this", {}, "what"),
        ("en", "remember that", "notes.remember", {}, "note"),
        ("en", "choose between", "chance.choose", {}, "things"),
        ("en", "how many days until", "calendar_facts.days_until", {}, "date"),
        ("de", "Stelle einen Timer auf", "timers.set", {}, "duration"),
        ("de", "Weck mich um", "alarms.set", {}, "time"),
        ("de", "Erinnere mich an", "reminders.set", {}, "what"),
        ("de", "Sag allen", "intercom.announce", {}, "message"),
        ("de", "Was ist sieben plus", "arithmetic.calculate", {"a": 7, "operator": "plus"}, "b"),
        ("de", "Wie spät ist es in", "time_and_date.time_in", {}, "place"),
    ],
)
def test_what_is_missing_is_known(
    language: str, said: str, intent: str, slots: dict[str, object], missing: str
) -> None:
    understood = GRAMMARS[language].understand(said)
    assert understood.intents == ()
    half = understood.half
    assert half is not None
    assert (f"{half.intent.skill}.{half.intent.name}", half.slot) == (intent, missing)
    assert dict(half.intent.slots) == slots


@pytest.mark.parametrize(
    "said",
    [
        "turn the light on", "set a timer for ten minutes", "play some music", "what time is it",
        "remind me to look at it in an hour", "what do you know about", "delete everything",
    ],
)  # fmt: skip
def test_a_whole_sentence_is_no_half(said: str) -> None:
    understood = GRAMMARS["en"].understand(said)
    assert understood.half is None or not understood.intents
    if said != "what do you know about":
        assert understood.intents


@pytest.mark.parametrize(
    "said",
    [
        "", "the", "he was not an ill disposed young man", "and took the train to", "small",
        "unless to be rather cold hearted and", "I told you that we would play it all day long and",
    ],
)  # fmt: skip
def test_talk_is_neither_a_request_nor_half_of_one(said: str) -> None:
    understood = GRAMMARS["en"].understand(said)
    assert (understood.intents, understood.half) == ((), None)


@pytest.mark.parametrize(
    ("said", "answer", "slots"),
    [
        ("turn on the", "the kitchen light", {"name": "the kitchen light"}),
        ("set a timer for", "Ten minutes.", {"duration": 600}),
        ("remind me to call Jo at", "half past six", {"what": "call jo", "time": "6:30"}),
        ("what time is it in", "Tokyo", {"place": "Asia/Tokyo"}),
        ("what is three plus", "four", {"a": 3, "operator": "plus", "b": 4}),
    ],
)
def test_the_rest_completes_it(said: str, answer: str, slots: dict[str, object]) -> None:
    half = GRAMMARS["en"].understand(said).half
    assert half is not None
    whole = GRAMMARS["en"].fill(half, answer)
    assert whole is not None
    assert dict(whole.slots) == slots
    assert GRAMMARS["en"].fill(half, "the") is None


def test_an_order_without_a_drink_is_half_of_one() -> None:
    need("coffee" in {skill.name for skill in find_skills().all()}, "the example unhear-coffee")
    half = GRAMMARS["en"].understand("can I have a small").half
    assert half is not None
    filled = GRAMMARS["en"].fill(half, "latte")
    assert filled is not None
    assert dict(filled.slots) == {"size": "small", "coffeeDrink": "latte"}


@pytest.mark.parametrize(
    ("answer", "slots"),
    [
        ("at six", {"time": "6:00"}),
        ("in ten minutes", {"after": 600}),
        ("tomorrow", {"date": "+1"}),
        ("tomorrow at six", {"date": "+1", "time": "6:00"}),
        ("at six on Friday", {"time": "6:00", "date": "fri"}),
        ("on the third of May at noon", {"date": "05-03", "time": "12:00 pm"}),
    ],
)
def test_a_question_about_a_moment_takes_what_people_answer(
    answer: str, slots: dict[str, object]
) -> None:
    (asked,) = GRAMMARS["en"].understand("remind me to feed the cat").intents
    filled = GRAMMARS["en"].fill(Question(asked, "time", ("after", "date")), answer)
    assert filled is not None
    assert dict(filled.slots) == {"what": "feed the cat", **slots}
