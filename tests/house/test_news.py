"""What changed is told to everybody who has it in mind, and where nothing did nobody reads it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.copies.houses import keep
from tests.home import PASSPHRASE, PLAN, SetClock
from tests.stores.statements import statements
from unhear.forget.database import TraceKind
from unhear.forget.traces import new_trace_id
from unhear.house.elsewhere import Elsewhere
from unhear.house.house import House
from unhear.house.setup import set_up
from unhear.house.turn import Assistant
from unhear.household.scope import Scope
from unhear.household.speech import Item
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonKind, TraceId, Utterance
from unhear.settings import Settings
from unhear.stores import news

KITCHEN = DeviceId("kitchen")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(house=tmp_path / "house")
    set_up(made, PLAN, PASSPHRASE)
    return made


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    house = House(settings)
    yield house
    house.close()


def number(house: House) -> int:
    return house.database.news.of(house.household.id)


def ask(house: House, words: str) -> str:
    return Assistant(house).read(words, KITCHEN, UNKNOWN_PERSON, None).reply.text


def items(house: House) -> list[TraceId]:
    with house.database.reading() as transaction:
        rows = transaction.traces(house.household.id, (TraceKind.MEMORY,))
        return [row.id for row in rows]


def test_what_is_in_mind_is_news_and_what_is_recorded_is_none(house: House) -> None:
    numbers = [number(house)]
    recording = keep(house)
    assert number(house) == numbers[0]
    house.family.add("Ben", PersonKind.ADULT)
    house.household = house.family.read()
    numbers.append(number(house))
    ask(house, "set a timer for ten minutes")
    numbers.append(number(house))
    house.forgetter.forget(house.household.id, Scope(recordings=frozenset([recording])))
    numbers.append(number(house))
    ask(house, "cancel the timer")
    numbers.append(number(house))
    assert numbers == sorted(set(numbers))


def test_where_nothing_changed_a_house_looks_at_one_number(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "LOOK_SECONDS", 0)
    assistant, elsewhere = Assistant(house), Elsewhere(house)
    ask(house, "set a timer for ten minutes")
    elsewhere.tick()
    assistant.tick()
    with statements() as said:
        elsewhere.tick()
        assistant.tick()
    [looked] = {one for one in said if not one.startswith(("BEGIN", "SET"))}
    assert "commit_count" in looked


def test_a_timer_that_another_process_set_rings_here(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.clock = clock = SetClock(house.clock())
    monkeypatch.setattr(news, "LOOK_SECONDS", 0)
    rung: list[str] = []
    monkeypatch.setattr(house.rooms, "ring", lambda said, *_rest: rung.append(said))
    assistant = Assistant(house)
    assistant.tick()
    theirs = House(settings)
    ask(theirs, "set a timer for one minute")
    assistant.tick()
    assert not rung
    clock.pass_time(seconds=120)
    assistant.tick()
    assert len(rung) == 1
    assert not items(house)
    theirs.close()


def test_what_is_forgotten_is_in_mind_no_longer(house: House) -> None:
    ask(house, "set a timer for ten minutes")
    assistant, known = Assistant(house), items(house)
    assistant.tick()
    assert house.conversation.held(house.household.id, known) == known
    house.forgetter.forget(house.household.id, Scope())
    assert not house.conversation.held(house.household.id, known)
    assistant.tick()
    assert not house.conversation.held(house.household.id, known)


def test_what_is_read_while_it_is_forgotten_is_not_had_in_mind(house: House) -> None:
    ask(house, "set a timer for ten minutes")
    ours, mind = house.household.id, house.conversation
    heard = Utterance(new_trace_id(), house.clock(), KITCHEN, UNKNOWN_PERSON)
    known = house.memory("timers", heard).items()
    assert known

    def read_late() -> Sequence[Item]:
        mind.destroy(ours, [])
        return known

    assert mind.recall(ours, "timers", 7, read_late) == known
    assert not mind.held(ours, [one.id for one in known])
