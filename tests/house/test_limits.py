"""Guests and children get what a guardian allows, and are always forgotten when they ask."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.program import PASSPHRASE, unhear
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant
from unhear.household.limits import ALWAYS, MINUTES_A_DAY, Bedtime, Limit, Refusal
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId, PersonKind
from unhear.settings import Settings

MIDNIGHT = datetime(2026, 3, 14, tzinfo=UTC)
MINUTES = st.integers(0, MINUTES_A_DAY - 1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = Settings(house=tmp_path / "house")
    set_up(settings, SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    house = House(settings)
    yield house
    house.close()


def ask(house: House, words: str, person: PersonId) -> str:
    house.household = house.family.read()
    return Assistant(house).read(words, DeviceId("kitchen"), person, None).reply.text


def test_a_guest_gets_the_skills_that_are_allowed(house: House) -> None:
    house.family.set_limit(Limit(PersonKind.GUEST, frozenset({"timers"})))
    guest = house.family.add("Sam", PersonKind.GUEST).id
    for person in (guest, UNKNOWN_PERSON):
        assert ask(house, "set a timer for ten minutes", person) == "Timer set for 10 minutes."
        assert ask(house, "tell me a joke", person).startswith("I may not do that for you")
        assert "receipt" in ask(house, "delete everything I said today", person)
    ada = house.family.read().people[0].id
    assert not ask(house, "tell me a joke", ada).startswith("I may not")
    house.family.clear_limit(PersonKind.GUEST)
    assert not ask(house, "tell me a joke", guest).startswith("I may not")


def test_a_child_is_sent_to_bed_and_the_limit_goes_with_the_child(house: House) -> None:
    child = house.family.add("Kim", PersonKind.CHILD).id
    now = house.clock().astimezone(house.settings.zone)
    minute = now.hour * 60 + now.minute
    bedtime = Bedtime((minute - 5) % MINUTES_A_DAY, (minute + 600) % MINUTES_A_DAY)
    house.family.set_limit(Limit(child, bedtime=bedtime))
    assert ask(house, "tell me a joke", child).startswith("It is bedtime.")
    assert "Nothing is playing" in ask(house, "stop", child)
    house.family.remove(child)
    assert house.family.read().limits == ()


def test_limits_are_set_from_the_command_line(tmp_path: Path) -> None:
    home = tmp_path / "house"
    unhear(home, "setup", "--name", "Home", "--guardian", "Ada")
    unhear(home, "people", "add", "Kim", "--kind", "child")
    unhear(home, "limits", "set", "Kim", "--bedtime", "20:00-07:00")
    unhear(home, "limits", "set", "guest", "--skills", "timers,music")
    assert unhear(home, "limits", "list")["limits"] == [
        {"who": "Kim", "skills": None, "bedtime": "20:00-07:00"},
        {"who": "guest", "skills": ["music", "timers"], "bedtime": None},
    ]
    assert "no skill" in unhear(home, "limits", "set", "guest", "--skills", "x", code=2)["error"]
    unhear(home, "limits", "set", "guest", "--bedtime", "25:00-07:00", code=2)
    assert len(unhear(home, "limits", "clear", "Kim")["limits"]) == 1


@given(MINUTES, MINUTES, MINUTES)
def test_a_bedtime_covers_what_is_between(since: int, until: int, minute: int) -> None:
    if since == until:
        with pytest.raises(ValueError, match="bedtime"):
            Bedtime(since, until)
        return
    inside = (minute - since) % MINUTES_A_DAY < (until - since) % MINUTES_A_DAY
    assert Bedtime(since, until).covers(MIDNIGHT + timedelta(minutes=minute)) == inside


@given(st.sampled_from(sorted(ALWAYS)), MINUTES)
def test_nothing_keeps_anybody_from_being_forgotten(skill: str, minute: int) -> None:
    limit = Limit(PersonKind.CHILD, frozenset(), Bedtime(0, MINUTES_A_DAY - 1))
    assert limit.refuses(skill, MIDNIGHT + timedelta(minutes=minute)) is None
    assert limit.refuses("music", MIDNIGHT) is Refusal.BEDTIME
