"""What a child without consent, or a guest, says is answered, and written down nowhere."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.program import PASSPHRASE, unhear
from tests.copies.houses import keep
from tests.home import SetClock
from unhear.forget.database import TraceKind
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant
from unhear.household.consent import Choice
from unhear.household.methods import Verified
from unhear.household.policy import UNWRITTEN_FOR
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId, PersonKind, Purpose
from unhear.settings import Settings

NURSERY, KITCHEN = DeviceId("nursery"), DeviceId("kitchen")
PLAN = SetupPlan("Testers", "Ada", adults=("Jo",), children=("Mia",), keep=True)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = Settings(house=tmp_path / "house")
    set_up(settings, PLAN, PASSPHRASE)
    house = House(settings)
    yield house
    house.close()


@pytest.fixture
def clock(house: House, monkeypatch: pytest.MonkeyPatch) -> SetClock:
    clock = SetClock(house.clock())
    monkeypatch.setattr(house, "clock", clock)
    monkeypatch.setattr(house.unwritten, "_clock", clock)
    return clock


def person(house: House, name: str) -> PersonId:
    found = house.family.read().named(name)
    assert found is not None
    return found.id


def ask(house: House, words: str, who: PersonId, device: DeviceId = NURSERY) -> str:
    return Assistant(house).read(words, device, who, None).reply.text


def everything_written(house: House) -> list[tuple[str, bytes, bytes]]:
    with house.database.reading() as transaction:
        rows = transaction.traces(house.household.id, tuple(TraceKind))
        return [(row.kind, row.content, row.details) for row in rows]


@pytest.mark.parametrize("who", ["Mia", "guest", "unknown"])
def test_a_timer_is_set_rings_and_is_written_down_nowhere(
    house: House, clock: SetClock, who: str
) -> None:
    guest = house.family.add("Sam", PersonKind.GUEST).id
    speaker = {"guest": guest, "unknown": UNKNOWN_PERSON}.get(who) or person(house, who)
    house.household = house.family.read()
    before = everything_written(house)
    assert ask(house, "set a pizza timer for ten minutes", speaker).startswith("Your pizza timer")
    assert "milk" in ask(house, "add milk to my shopping list", speaker)
    assert "milk" in ask(house, "what is on my shopping list", speaker)
    assert "pizza" in ask(house, "how much time is left", speaker)
    assert everything_written(house) == before
    clock.pass_time(seconds=601)
    Assistant(house).tick()
    assert "no timer" in ask(house, "how much time is left", speaker).lower()
    assert everything_written(house) == before


def test_it_is_gone_with_the_process_and_everybody_else_keeps_theirs(house: House) -> None:
    ask(house, "add milk to my shopping list", person(house, "Mia"))
    ask(house, "add bread to my shopping list", person(house, "Jo"))
    again = House(house.settings)
    listed = ask(again, "what is on my shopping list", person(again, "Jo"))
    assert ("bread" in listed, "milk" in listed) == (True, False)
    again.close()


def test_with_consent_to_personalise_it_is_written_down(house: House) -> None:
    mia = person(house, "Mia")
    choice = Choice(mia, (Purpose.PERSONALISE,), person(house, "Ada"))
    house.consents.give(choice, Verified("terminal"))
    ask(house, "add milk to my shopping list", mia)
    again = House(house.settings)
    assert "milk" in ask(again, "what is on my shopping list", mia)
    again.consents.stop(mia, Purpose.PERSONALISE, person(again, "Ada"))
    ask(again, "add eggs to my shopping list", mia)
    again.consents.delete(mia, Purpose.PERSONALISE)
    listed = ask(again, "what is on my shopping list", person(again, "Jo"))
    assert ("milk" in listed, "eggs" in listed) == (False, False)
    again.close()


@pytest.mark.parametrize("by", ["person", "device", "everything", "purpose", "said"])
def test_it_obeys_every_erasure_that_names_it(house: House, by: str) -> None:
    mia = person(house, "Mia")
    ask(house, "remember that I am allergic to walnuts", mia)
    scopes = {
        "person": Scope(person=mia),
        "device": Scope(device=NURSERY),
        "everything": Scope(),
        "purpose": Scope(person=mia, purpose=Purpose.RESPOND),
    }
    if by == "said":
        ask(house, "delete everything I said", mia)
    else:
        house.forgetter.forget(house.household.id, scopes[by])
    assert "don't know" in ask(house, "what do you know about walnuts", mia)
    assert house.unwritten._kept == []


def test_it_outlives_an_erasure_that_names_something_else(house: House) -> None:
    mia = person(house, "Mia")
    ask(house, "remember that I am allergic to walnuts", mia)
    house.forgetter.forget(house.household.id, Scope(person=person(house, "Jo")))
    house.forgetter.forget(house.household.id, Scope(device=KITCHEN))
    house.forgetter.forget(house.household.id, Scope(words_only=True))
    assert "allergic" in ask(house, "what do you know about walnuts", mia)


def test_it_obeys_an_erasure_that_another_program_carries_out(house: House) -> None:
    mia = person(house, "Mia")
    ask(house, "remember that I am allergic to walnuts", mia)
    unhear(house.settings.house, "forget", "--person", "Mia")
    assert house.unwritten._kept
    Assistant(house).tick()
    assert house.unwritten._kept == [], "a second later"


def test_it_stays_a_week_at_most(house: House, clock: SetClock) -> None:
    mia = person(house, "Mia")
    ask(house, "add milk to my shopping list", mia)
    clock.pass_time(days=UNWRITTEN_FOR.days, seconds=-1)
    assert "milk" in ask(house, "what is on my shopping list", mia)
    clock.pass_time(seconds=2)
    assert "milk" not in ask(house, "what is on my shopping list", mia)


def test_when_a_child_speaks_is_noted_with_consent_alone(house: House) -> None:
    mia, tomorrow = person(house, "Mia"), timedelta(days=1)

    def seen() -> int:
        found = house.family.read().person(mia)
        assert found is not None
        return found.seen_day

    first = seen()
    house.family._clock = lambda: house.clock() + tomorrow
    ask(house, "what time is it", mia)
    assert seen() == first
    house.consents.give(Choice(mia, (Purpose.KEEP,), person(house, "Ada")), Verified("terminal"))
    ask(house, "what time is it", mia)
    assert seen() == first + 1


def test_a_profile_of_which_nothing_is_noted_is_kept_by_a_guardian_alone(house: House) -> None:
    mia = person(house, "Mia")
    days = house.household.retention.child_profile_days
    house.family._clock = lambda: house.clock() + timedelta(days=days)
    assert house.family.erase_unused_profiles() == []
    told = unhear(house.settings.house, "notices")["notices"]
    assert len(told) == 1
    assert "it is noted nowhere whether the profile is used" in told[0]["text"]
    house.family.keep_profile(mia)
    house.family._clock = lambda: house.clock() + timedelta(days=days + 20)
    assert house.family.erase_unused_profiles() == []
    assert house.family.read().person(mia) is not None


def test_where_no_children_live_an_unknown_voice_is_a_grown_ones(tmp_path: Path) -> None:
    settings = Settings(house=tmp_path / "house")
    set_up(settings, SetupPlan("Testers", "Ada"), PASSPHRASE)
    house = House(settings)
    ask(house, "add milk to my shopping list", UNKNOWN_PERSON)
    again = House(settings)
    assert "milk" in ask(again, "what is on my shopping list", UNKNOWN_PERSON)
    house.close()
    again.close()


def test_who_listened_is_written_down_where_children_live_too(house: House) -> None:
    house.note_opened(keep(house))
    again = House(house.settings)
    assert "1 time" in ask(again, "has anyone listened to my recordings", UNKNOWN_PERSON)
    again.close()
