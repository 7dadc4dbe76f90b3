"""What the data map says of how things go is true of a real house."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, select

from tests.home import NOON, Home, make_home
from tests.house.test_sign_ins import Process
from unhear.forget.attest import LOOK_AFTER_DAYS
from unhear.forget.database import TraceKind
from unhear.forget.roots import open_tree
from unhear.house.data_map import COLUMNS
from unhear.house.passing import Passing
from unhear.household.data_map import Erasure
from unhear.household.hold import Hold
from unhear.household.scope import Scope
from unhear.household.words import PersonId, TraceId
from unhear.keep.notices import Notice, Told, add_notice
from unhear.stores.tables import metadata, trace


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Answer a house with something of everything in it."""
    home = make_home(tmp_path / "house")
    gone, stays = home.keep(), home.keep(days=300)
    home.memory(stays).remember({"item": "walnuts"})
    home.forgetter.forget(home.id, Scope(recordings=frozenset([gone])))
    with home.db.writing() as transaction:
        someone = PersonId("someone")
        notice = Notice(someone, someone, home.clock(), Told("text", {"text": "Somebody called."}))
        add_notice(transaction, open_tree(transaction, home.roots), home.id, notice)
    home.holds.lift(home.holds.ask(_hold(home, stays)))
    return home


@pytest.fixture
def engine(home: Home) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{home.settings.database_file}")
    yield engine
    engine.dispose()


def _hold(home: Home, held: TraceId) -> Hold:
    return Hold(
        scope=Scope(recordings=frozenset([held])),
        reason="District court, file 17",
        asked_by="Sam",
        asked_at=home.clock(),
        expires_at=home.clock() + timedelta(days=30),
    )


def _values(engine: Engine, how: Erasure) -> dict[str, list[object]]:
    """Answer what stands in every column of which the map says that it goes like this."""
    with engine.connect() as connection:
        return {
            f"{table.name}.{column.name}": list(connection.scalars(select(column)))
            for table in metadata.sorted_tables
            for column in table.columns
            if COLUMNS[f"{table.name}.{column.name}"].erased is how
        }


def test_what_goes_with_the_household(home: Home, engine: Engine) -> None:
    before = _values(engine, Erasure.HOUSEHOLD)
    assert before
    assert all(any(values) for values in before.values())
    home.forgetter.forget(home.id, Scope(household=True))
    assert {
        name: left
        for name, values in _values(engine, Erasure.HOUSEHOLD).items()
        if (left := [value for value in values if value])
    } == {}
    assert {len(values) for values in _values(engine, Erasure.REQUEST).values()} == {1}
    with engine.connect() as connection:
        assert set(connection.scalars(select(trace.c.kind))) == {TraceKind.RECEIPT}
    assert [path for path in home.settings.payload_folder.rglob("*") if path.is_file()] == []


def test_what_goes_when_a_sign_in_ends(home: Home, engine: Engine) -> None:
    one = Process(home)
    token = one.sign_in(home.household.people[0].id, bytes(32))
    assert all(_values(engine, Erasure.ENDED).values())
    sign_in = one.sign_ins.of(token)
    assert sign_in is not None
    one.sign_ins.close(sign_in)
    assert not any(_values(engine, Erasure.ENDED).values())


def test_what_passes_goes_by_itself_and_with_the_household(home: Home, engine: Engine) -> None:
    passing = Passing(database=home.db, keeper=home.roots, household=home.id, clock=home.clock)
    passing.put(b"a code", b"a device", home.clock())
    assert all(before := _values(engine, Erasure.PASSED).values())
    home.clock.at = NOON + timedelta(hours=2)
    passing.put(b"another code", b"a device", home.clock())
    assert {len(values) for values in _values(engine, Erasure.PASSED).values()} == {1}
    assert list(_values(engine, Erasure.PASSED).values()) != list(before)
    home.forgetter.forget(home.id, Scope(household=True))
    assert not any(_values(engine, Erasure.PASSED).values())


def test_what_goes_with_a_recording(home: Home, engine: Engine) -> None:
    (recording,) = home.catalogue.recordings()
    with engine.connect() as connection:
        query = select(trace).where(trace.c.id == recording.id)
        row = connection.execute(query).mappings().one()
    going = {
        value
        for name, value in row.items()
        if COLUMNS[f"trace.{name}"].erased in (Erasure.KEY, Erasure.ROW, Erasure.PARTS)
        and isinstance(value, bytes)
    }
    assert len(going) == len({"id", "details", "content", "words"})
    keys_before = _values(engine, Erasure.REPLACED)
    home.forgetter.forget(home.id, Scope(recordings=frozenset([recording.id])))
    left = {
        name
        for how in Erasure
        for name, values in _values(engine, how).items()
        if going & set(values)
    }
    assert left == {"sweep.trace"}
    assert _values(engine, Erasure.REPLACED) != keys_before


def test_what_is_looked_for_later_goes_after_the_last_look(home: Home, engine: Engine) -> None:
    assert all(_values(engine, Erasure.LOOKED).values())
    for days in LOOK_AFTER_DAYS:
        home.clock.at = NOON + timedelta(days=days)
        home.sweeper.accept_clock()
        home.sweeper.sweep()
    assert not any(_values(engine, Erasure.LOOKED).values())
