"""A house of the version before is opened by this one: with what it kept, and what is new in it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from tests import back_ends
from tests.cli.program import PASSPHRASE
from tests.copies.houses import PLAN, forget, keep, kept
from tests.stores.old_houses import columns_of, make_old, raw
from tests.stores.test_moving import all_receipts, sounds
from unhear.answer.skill import LastTurn
from unhear.house.audit import audit
from unhear.house.elsewhere import Elsewhere
from unhear.house.house import House
from unhear.house.setup import set_up
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonKind, TraceId
from unhear.prove.receipt import Receipt, verify
from unhear.settings import Settings, read_settings
from unhear.stores import news, schema
from unhear.stores.choose_database import open_database
from unhear.stores.tables import commit_count

BOTH = pytest.mark.parametrize("back_end", [back_ends.SQLITE, back_ends.POSTGRESQL], indirect=True)


@dataclass
class Old:
    """A house as it was at revision 0003, and what was in it then."""

    settings: Settings
    kept: dict[TraceId, bytes]
    receipts: list[Receipt]
    commits: int


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Old:
    """Answer a house that kept, remembered, was looked at and forgot before there was news."""
    monkeypatch.setattr(news, "LOOK_SECONDS", 0)
    folder = tmp_path / "house"
    folder.mkdir()
    back_ends.CURRENT.prepare(folder)
    set_up(read_settings(folder), PLAN, PASSPHRASE)
    with closing(House(read_settings(folder))) as house:
        gone, *stay = [keep(house) for _ in range(4)]
        asked = house.catalogue.recording(stay[0]).utterance
        house.memory("shopping_list", asked).remember({"item": "purple wheelbarrow"})
        look(house, stay[1])
        forget(house, gone)
        found, receipts = sounds(house), all_receipts(house)
    commits = commits_of(house.settings)
    make_old(house.settings, "0003")
    with raw(house.settings) as connection:
        assert "household_news" not in columns_of(connection, house.settings)
    return Old(house.settings, found, receipts, commits)


def look(house: House, trace: TraceId) -> None:
    """Look at a recording as a guardian."""
    (guardian,) = house.household.guardians
    house.looks.take(guardian, [trace])


def commits_of(settings: Settings) -> int:
    """Answer how often was committed, as copies elsewhere see it."""
    with raw(settings) as connection:
        found: int = connection.execute(select(commit_count.c.number)).scalar_one()
    return found


@BOTH
def test_all_it_had_is_there_and_it_goes_on(old: Old) -> None:
    with closing(House(old.settings)) as house:
        assert sounds(house) == old.kept
        first, second, *_ = old.kept

        look(house, second)
        forget(house, first)
        later = keep(house)

        assert kept(house) == {*old.kept, later} - {first}
        assert len(all_receipts(house)) == len(old.receipts) + 2, "a look, an erasure"
        for receipt in (*old.receipts, *all_receipts(house)):
            verify(receipt, house.ledger.key)
        assert [one.seen for one in audit(house) if not one.ok] == []


@BOTH
def test_copies_elsewhere_see_that_it_was_brought_up_to_date(old: Old) -> None:
    open_database(old.settings).close()
    assert commits_of(old.settings) == old.commits + 1
    open_database(old.settings).close()
    assert commits_of(old.settings) == old.commits + 1
    with raw(old.settings) as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars()
        assert found.all() == [schema.NEWEST]


@BOTH
def test_what_another_process_does_is_news_from_the_first_change_on(old: Old) -> None:
    with closing(House(old.settings)) as ours, closing(House(old.settings)) as theirs:
        household, elsewhere = ours.household.id, Elsewhere(ours)
        assert ours.database.news.of(household) == 0, "nothing was written down before"

        decided = theirs.family.add("Grace", PersonKind.ADULT)

        first = ours.database.news.of(household)
        assert first > 0
        elsewhere.tick()
        assert ours.household.named("Grace") == decided

        kitchen, trace = DeviceId("kitchen"), next(iter(old.kept))
        turn = LastTurn(
            "note", "Done.", (), kept=True, heard_at=ours.clock(), person=UNKNOWN_PERSON
        )
        ours.conversation.remember(household, kitchen, trace, turn)
        forget(theirs, trace)

        assert ours.database.news.of(household) > first
        elsewhere.tick()
        assert ours.conversation.last(household, kitchen) is None


@BOTH
def test_two_that_open_it_at_once_bring_it_up_to_date_once(old: Old) -> None:
    with ThreadPoolExecutor(2) as threads, ExitStack() as stack:
        opened = [threads.submit(House, old.settings) for _ in range(2)]
        houses = [stack.enter_context(closing(one.result(60))) for one in opened]
        later = [keep(one) for one in houses]
        assert kept(houses[0]) == kept(houses[1]) == {*old.kept, *later}
