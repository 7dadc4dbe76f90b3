"""Guests and children get what a guardian allows, and are always forgotten when they ask."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.program import PASSPHRASE, unhear
from tests.ports import free_port
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant
from unhear.household.consent import Choice
from unhear.household.limits import ALWAYS, MINUTES_A_DAY, Bedtime, Limit, Refusal
from unhear.household.methods import Verified
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId, PersonKind, Purpose
from unhear.keep.profile import _limit
from unhear.settings import Settings

MIDNIGHT = datetime(2026, 3, 14, tzinfo=UTC)
MINUTES = st.integers(0, MINUTES_A_DAY - 1)


@contextmanager
def made(folder: Path, **skills: dict[str, object]) -> Iterator[House]:
    settings = Settings(house=folder / "house", skills=skills)
    set_up(settings, SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    with closing(House(settings)) as house:
        yield house


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
        {"who": "Kim", "skills": None, "bedtime": "20:00-07:00", "for_children": False},
        {"who": "guest", "skills": ["music", "timers"], "bedtime": None, "for_children": False},
    ]
    (child, *_) = unhear(home, "limits", "set", "child", "--for-children")["limits"][-1:]
    assert child == {"who": "child", "skills": None, "bedtime": None, "for_children": True}
    unhear(home, "limits", "set", "child", code=2)
    assert "no skill" in unhear(home, "limits", "set", "guest", "--skills", "x", code=2)["error"]
    unhear(home, "limits", "set", "guest", "--bedtime", "25:00-07:00", code=2)
    assert len(unhear(home, "limits", "clear", "Kim")["limits"]) == 2


FOR_CHILDREN = Limit(PersonKind.CHILD, for_children=True)


def test_children_get_the_music_that_is_for_them(tmp_path: Path) -> None:
    folder = tmp_path / "music"
    for name in ("Late Night/dusk.wav", "The Larks/dawn.wav", "The Larks/storm (Explicit).wav"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    with made(tmp_path, music={"folder": str(folder), "adults": ["late night"]}) as house:
        ada = house.household.people[0].id
        child = house.family.add("Kim", PersonKind.CHILD).id
        assert ask(house, "play the song dusk", child) == "Here is dusk."
        house.family.set_limit(FOR_CHILDREN)
        for song in ("dusk", "storm"):
            assert ask(house, f"play the song {song}", child) == "I have no music like that."
            assert ask(house, f"play the song {song}", UNKNOWN_PERSON).startswith("I have no music")
            assert ask(house, f"play the song {song}", ada).startswith(f"Here is {song}")
        assert ask(house, "play the song dawn", child) == "Here is dawn."
        assert ask(house, "play some music", child) == "Here is dawn."


def test_nobody_else_is_asked_for_children_unless_a_guardian_says_so(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    with made(tmp_path, ask={"url": nowhere}) as house:
        child = house.family.add("Kim", PersonKind.CHILD).id
        choice = Choice(child, (Purpose.SHARE,), house.household.people[0].id)
        house.household = house.consents.give(choice, Verified("terminal"))
        question = "why is the sky blue"
        assert ask(house, question, child) == "I asked, and got no answer."
        house.family.set_limit(FOR_CHILDREN)
        assert ask(house, question, child) == "Sorry, I did not understand that."
        assert ask(house, f"ask the internet {question}", child).startswith("I may not ask others")
    again = house.settings.model_copy(
        update={"skills": {"ask": {"url": nowhere, "for_children": True}}}
    )
    with closing(House(again)) as house:
        assert ask(house, question, child) == "I asked, and got no answer."


def test_an_unknown_voice_may_be_a_childs_only_where_children_live(house: House) -> None:
    house.family.set_limit(FOR_CHILDREN)
    assert not house.family.read().only_for_children(UNKNOWN_PERSON)
    house.family.add("Kim", PersonKind.CHILD)
    reopened = House(house.settings)
    assert reopened.household.limits == (FOR_CHILDREN,)
    assert reopened.household.only_for_children(UNKNOWN_PERSON)
    assert not reopened.household.only_for_children(reopened.household.people[0].id)
    reopened.close()


def test_a_profile_from_before_is_read() -> None:
    assert _limit("child", True, ["timers"], None) == Limit(  # noqa: FBT003 - as it stands there
        PersonKind.CHILD, frozenset({"timers"})
    )


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
