"""Who refuses everything optional is answered like who allows it all (16 CFR 312.7)."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from tests.cli.program import PASSPHRASE
from tests.home import NOON, SetClock
from unhear import clock
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant
from unhear.household.consent import Choice
from unhear.household.methods import Verified
from unhear.household.words import OPTIONAL, DeviceId, PersonId, PersonKind
from unhear.settings import Settings
from unhear.skills import chance, music, stories

NURSERY = DeviceId("nursery")
ASKS_ELSEWHERE = "ask"
"""The one skill that is nothing but a disclosure: it is off without consent, and is no core one."""

SCRIPTS = {
    "en": (
        "what time is it",
        "what is the date tomorrow",
        "that was only the television",
        "what time is it in Tokyo",
        "set a pizza timer for ten minutes",
        "set a pizza timer",
        "ten minutes",
        "how much time is left",
        "cancel the pizza timer",
        "wake me up at seven",
        "what alarms are set",
        "cancel my alarm",
        "remind me in ten minutes to feed the cat",
        "what are my reminders",
        "add milk, eggs and bread to my shopping list",
        "what is on my shopping list",
        "take the eggs off my shopping list",
        "add homework to my to-do list",
        "what is on my to-do list",
        "remember that I am allergic to walnuts",
        "what do you know about walnuts",
        "forget what you know about walnuts",
        "what do you know about walnuts",
        "what is two plus two",
        "convert five kilometers to miles",
        "how many days until Christmas",
        "flip a coin",
        "roll two dice",
        "tell me a joke",
        "tell me a story",
        "set a timer for five minutes and what is three times four",
        "tell everyone that dinner is ready",
        "set the volume to fifty",
        "turn on the lamp",
        "play some music",
        "what is the weather",
        "who rang today",
        "say that again",
        "stop",
        "flurb the gonkulator",
        "what did you hear",
        "why did you do that",
        "delete what I just said",
        "delete everything I said",
        "what is on my shopping list",
        "stop listening",
        "what time is it",
        "start listening",
    ),
    "de": (
        "Wie spät ist es?",
        "Stelle einen Timer auf zehn Minuten.",
        "Setze Milch, Eier auf die Einkaufsliste",
        "Was steht auf der Einkaufsliste?",
        "Schreib Fenster putzen auf die Aufgabenliste",
        "Weck mich morgen um halb sieben",
        "Erinnere mich in zehn Minuten an die Pizza",
        "Merk dir, dass der Schlüssel hier liegt",
        "Was ist zwölf plus sieben?",
        "Wirf eine Münze",
        "Wie viele Tage sind es bis Weihnachten?",
        "Erzähl mir einen Witz",
        "Wer hat heute geklingelt?",
        "Lauter!",
        "Wie wird das Wetter morgen?",
        "Lösche alles, was ich heute gesagt habe.",
        "Stopp",
    ),
}


@pytest.fixture(autouse=True)
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    set_clock = SetClock(NOON)
    monkeypatch.setattr(clock, "now", set_clock)
    return set_clock


def same_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chance decide the same again, from now on."""
    drawn = count()

    def draw(length_bytes: int) -> bytes:
        return sha256(str(next(drawn)).encode()).digest()[:length_bytes]

    for skill in (chance, stories, music):
        monkeypatch.setattr(skill, "random_bytes", draw)


def opened(folder: Path, language: str, *, allowed: bool) -> tuple[House, dict[str, PersonId]]:
    """Answer a house in which a child and a guest allow everything, or nothing."""
    settings = Settings(house=folder, language=language)  # type: ignore[arg-type] # one of both
    set_up(settings, SetupPlan("Testers", "Ada", children=("Mia",)), PASSPHRASE)
    house = House(settings)
    house.family.add("Sam", PersonKind.GUEST)
    people = {person.name: person.id for person in house.family.read().people}
    for name in ("Mia", "Sam") if allowed else ():
        choice = Choice(people[name], OPTIONAL, people["Ada"])
        house.consents.give(choice, Verified("terminal"))
    house.household = house.family.read()
    return house, people


def said(house: House, person: PersonId, script: tuple[str, ...], time: SetClock) -> Iterator[str]:
    assistant = Assistant(house)
    for line in script:
        time.pass_time(seconds=40)
        assistant.tick()
        yield assistant.read(line, NURSERY, person, None).reply.text


@pytest.mark.parametrize("name", ["Mia", "Sam"])
@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_every_reply_is_the_same_with_everything_optional_on_and_off(
    language: str,
    name: str,
    tmp_path: Path,
    set_clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replies = {}
    for allowed in (False, True):
        set_clock.at = NOON
        same_chance(monkeypatch)
        house, people = opened(tmp_path / str(allowed), language, allowed=allowed)
        assert (house.household.allows_anything(people[name], NOON)) is allowed
        script = SCRIPTS[language]
        replies[allowed] = list(
            zip(script, said(house, people[name], script, set_clock), strict=True)
        )
        house.close()
    assert replies[False] == replies[True]


def test_the_script_asks_something_of_every_core_skill(tmp_path: Path) -> None:
    house, _ = opened(tmp_path / "house", "en", allowed=False)
    asked = [house.grammar.understand(line) for line in SCRIPTS["en"]]
    used = {intent.skill for one in asked for intent in one.intents}
    ours = {
        skill.name
        for skill in house.skills.all()
        if type(skill).__module__.startswith("unhear.skills.")
    }
    house.close()
    assert used == ours - {ASKS_ELSEWHERE}
