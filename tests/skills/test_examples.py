"""The example conversations of every skill, typed in two languages and spoken aloud."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.needs import need
from tests.satellites.rooms import said, said_to_wake
from tests.skills.conversation import SKILLS
from tests.skills.examples import ENGLISH, GERMAN, Line
from tests.skills.spoken_house import TRIES, Device, spoken_house
from tests.skills.test_home import LAMP, PATIENCE, appliances, broker
from unhear.house.voice import Ways
from unhear.household.scope import Scope
from unhear.household.words import PersonId

__all__ = ["broker"]

HOME = [
    Line("Turn on the kitchen light.", "home.turn_on", r"The kitchen light is on\."),
    Line("And turn it off again.", "home.again", r"The kitchen light is off\."),
]


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    with spoken_house(tmp_path_factory.mktemp("english")) as ways:
        yield ways


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    with spoken_house(tmp_path_factory.mktemp("german"), "de") as ways:
        yield ways


def ada(ways: Ways) -> PersonId:
    return ways.assistant.house.household.people[0].id


def test_every_skill_has_an_example_in_every_language_and_one_that_is_spoken() -> None:
    ours = {skill.name for skill in SKILLS.all()} - {"home"}
    assert ours <= ENGLISH.keys()
    assert ours - {"coffee"} <= GERMAN.keys()
    assert [name for name, lines in ENGLISH.items() if not any(line.spoken for line in lines)] == []


@pytest.mark.parametrize("skill", ENGLISH)
def test_a_conversation_in_writing(english: Ways, skill: str) -> None:
    _hold(english, skill, ENGLISH[skill], aloud=False)


@pytest.mark.parametrize("skill", GERMAN)
def test_a_conversation_in_written_german(german: Ways, skill: str) -> None:
    _hold(german, skill, GERMAN[skill], aloud=False)


@pytest.mark.speech
@pytest.mark.parametrize("skill", ENGLISH)
def test_a_conversation_aloud(english: Ways, skill: str) -> None:
    _hold(english, skill, ENGLISH[skill], aloud=True)


@pytest.mark.speech
@pytest.mark.parametrize(
    "skill", [name for name, lines in GERMAN.items() if any(line.spoken for line in lines)]
)
def test_a_conversation_aloud_in_german(german: Ways, skill: str) -> None:
    _hold(german, skill, GERMAN[skill], aloud=True)


@pytest.mark.speech
def test_a_request_after_the_wake_word_is_answered_aloud(english: Ways) -> None:
    with Device(english, "hall", ada(english), wake=True) as device:
        for _ in range(TRIES):
            turn = device.hear(said_to_wake(device.house, "What time is it in Tokyo?"))
            if turn is not None and turn.reply.text.startswith("In Tokyo it is"):
                break
        else:
            pytest.fail("the request was not understood")
        assert device.speaker.pieces


@pytest.mark.speech
def test_what_is_asked_back_is_answered_without_a_wake_word(english: Ways) -> None:
    with Device(english, "study", ada(english), wake=True) as device:
        for _ in range(TRIES):
            asked = device.hear(said_to_wake(device.house, "Set a timer."))
            if asked is None or asked.reply.question is None:
                continue
            turn = device.hear(said(device.house, "Ten minutes."))
            if turn is not None and turn.reply.text == "Timer set for 10 minutes.":
                break
        else:
            pytest.fail("the question or its answer was not understood")


@pytest.mark.speech
def test_what_rings_is_stopped_aloud(english: Ways) -> None:
    with Device(english, "pantry", ada(english)) as device:
        rooms = device.house.rooms
        for _ in range(TRIES):
            rooms.ring("Your egg timer is done.", device.name)
            turn = device.hear(said(device.house, "Stop it."))
            if turn is not None and turn.intent is not None and turn.intent.skill == "quiet":
                break
            rooms.quiet(device.name)
        else:
            pytest.fail("nobody was heard saying stop")
        assert turn.reply.text == ""
        assert not rooms.quiet(device.name)


@pytest.mark.speech
@pytest.mark.tools
def test_a_light_is_switched_aloud(tmp_path: Path, broker: int) -> None:
    home = {"mqtt": f"mqtt://127.0.0.1:{broker}"}
    with (
        appliances(broker) as told,
        spoken_house(tmp_path, home=home) as ways,
        Device(ways, "kitchen", ada(ways)) as device,
    ):
        device.converse(HOME, aloud=True)
        topic = str(LAMP["command_topic"])
        assert told.get(timeout=PATIENCE) == (topic, "ON")
        assert told.get(timeout=PATIENCE) == (topic, "OFF")


def _hold(ways: Ways, skill: str, lines: list[Line], *, aloud: bool) -> None:
    """Hold a conversation in a house where nobody has said anything yet."""
    if skill == "coffee":
        need("coffee" in {one.name for one in SKILLS.all()}, "the example skill unhear-coffee")
    house = ways.assistant.house
    house.forgetter.forget(house.household.id, Scope(person=ada(ways)))
    with ExitStack() as devices:
        device = devices.enter_context(Device(ways, skill, ada(ways)))
        other = Device(ways, "bedroom", ada(ways)) if skill == "intercom" else None
        if other is not None:
            devices.enter_context(other)
        device.converse(lines, aloud=aloud)
        assert other is None or other.speaker.heard.wait(PATIENCE)
