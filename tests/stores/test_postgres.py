"""A house on a PostgreSQL server: what it asks of it, and what happens when it is lost."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from sqlalchemy import text

from tests.back_ends import POSTGRESQL, shards
from tests.cli import program
from tests.home import PASSPHRASE, PLAN, WORDS, Home, make_home
from tests.stores.cutting import Cutting, cutting
from unhear.forget.errors import CommitUnknown, NoSuchTrace
from unhear.house.audit import audit
from unhear.house.backup import backup
from unhear.house.doctor import examine
from unhear.house.drill import rehearse, rehearse_if_due
from unhear.house.house import House
from unhear.house.own_household import NotSetUp, own_household
from unhear.house.restore import Copy, restore
from unhear.house.setup import AlreadySetUp, set_up
from unhear.household.scope import Scope
from unhear.keep.age import Identity
from unhear.keep.identity import WrappedIdentity
from unhear.prove.receipt import verify
from unhear.settings import Settings, SettingsWrong, read_settings, write_to_settings_file
from unhear.stores import server as reaching
from unhear.stores.choose_database import open_database
from unhear.stores.copies.target import Target
from unhear.stores.errors import NotOnServer, StoreAway, StoreBusy, StoreError, StoreUnwritable
from unhear.stores.postgres import PostgresDatabase

PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%household%'")

pytestmark = pytest.mark.parametrize("back_end", [POSTGRESQL], indirect=True)


def _opens(home: Home, trace: bytes) -> bool:
    identity = home.identity.open_with_passphrase(PASSPHRASE)
    (found,) = (one for one in home.catalogue.recordings() if one.id == trace)
    sealed = home.catalogue.sealed(found.id)
    return sealed.transcript is not None and bool(identity)


def _sql(statement: str) -> None:
    with psycopg.connect(shards().server.address, autocommit=True) as connection:
        connection.execute(statement.encode())


def _open_until_refused() -> None:
    while True:  # it takes the server a moment to read its settings anew
        PostgresDatabase(shards().server.address, shards().next()).close()


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_server_that_may_lose_what_it_committed_is_refused(name: str) -> None:
    _sql(f"ALTER SYSTEM SET {name} = off")
    _sql("SELECT pg_reload_conf()")
    try:
        with pytest.raises(StoreError, match=f"Set {name} = on"):
            _open_until_refused()
    finally:
        _sql(f"ALTER SYSTEM RESET {name}")
        _sql("SELECT pg_reload_conf()")


def test_what_a_server_says_goes_into_plain_words_without_the_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGPASSWORD", "the-secret-word")
    with pytest.raises(StoreAway, match="cannot be reached") as away:
        PostgresDatabase(f"postgresql://sam@/unhear?host={tmp_path}", "main")
    with pytest.raises(StoreAway, match="createdb nowhere") as missing:
        PostgresDatabase(shards().server.address.replace("/postgres?", "/nowhere?"), "main")
    _sql("CREATE ROLE nobody_much LOGIN")
    try:
        with pytest.raises(StoreUnwritable, match=r"docs/operations.md") as shut:
            PostgresDatabase(shards().server.address.replace("postgres@", "nobody_much@"), "other")
    finally:
        _sql("DROP ROLE nobody_much")
    for error in (away, missing, shut):
        assert "the-secret-word" not in str(error.value)
        assert "SELECT" not in str(error.value)


def test_a_password_in_the_settings_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for address in ("postgresql://sam:hunter2@db/unhear", "postgresql://db/x?password=hunter2"):
        monkeypatch.setenv("UNHEAR_DATABASE", address)
        with pytest.raises(SettingsWrong, match="PGPASSFILE") as refused:
            read_settings()
        assert "hunter2" not in str(refused.value)


def test_a_server_that_was_started_anew_is_reached_again(tmp_path: Path) -> None:
    home = make_home(tmp_path / "house")
    trace = home.keep()
    shards().server.stop()
    with pytest.raises(StoreAway):
        home.keep()
    shards().server.start()
    assert [one.id for one in home.catalogue.recordings()] == [trace]
    assert home.keep()


def test_a_connection_at_rest_that_the_server_closed_is_made_anew(tmp_path: Path) -> None:
    home = make_home(tmp_path / "house")
    trace = home.keep()
    of_ours = "FROM pg_stat_activity WHERE application_name = 'unhear'"
    with psycopg.connect(shards().server.address, autocommit=True) as connection:
        assert connection.execute(f"SELECT pg_terminate_backend(pid) {of_ours}").fetchall()
        while connection.execute(f"SELECT pid {of_ours}").fetchall():
            pass
    assert [one.id for one in home.catalogue.recordings()] == [trace]
    assert home.keep()


def test_what_is_asked_often_stays_prepared() -> None:
    with closing(PostgresDatabase(shards().server.address, shards().next())) as database:
        for _ in range(10):
            with database.reading() as transaction:
                transaction.households()
        with database.reading() as transaction:
            prepared = transaction._connection.scalar(PREPARED)
    assert prepared == 1


def test_one_writer_at_a_time_and_readers_do_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path / "house")
    monkeypatch.setattr(reaching, "OPTIONS", reaching.OPTIONS.replace("60s", "200ms"))
    begun, over = Event(), Event()

    def write() -> None:
        with home.db.writing() as transaction:
            transaction.set_household(transaction.household(home.id))
            begun.set()
            over.wait()

    writer = Thread(target=write)
    writer.start()
    begun.wait()
    try:
        with closing(open_database(home.settings)) as other:
            with pytest.raises(StoreBusy, match="writing for too long"), other.writing():
                pass
            with other.reading() as transaction:
                assert transaction.household(home.id).recipient
    finally:
        over.set()
        writer.join()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Cutting]:
    with cutting(shards().server.folder) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, line: Cutting) -> Home:
    """A home whose line to its server can be cut."""
    made = make_home(tmp_path / "house")
    direct = made.settings.database
    assert direct is not None
    through = direct.replace(str(shards().server.folder), str(line.folder))
    return Home(made.settings.model_copy(update={"database": through}))


@pytest.mark.parametrize("reaches", [True, False])
def test_what_was_lost_while_it_was_kept_is_not_said_to_be_kept_and_leaves_nothing_half(
    home: Home,
    line: Cutting,
    reaches: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    before = home.keep()
    line.lose_commit(0, reaches=reaches)
    with pytest.raises(CommitUnknown, match="may have saved that or not") as lost:
        home.keep()
    assert WORDS not in str(lost.value)
    assert line.has_cut
    kept = {one.id for one in home.catalogue.recordings()}
    assert len(kept) == 1 + reaches
    assert before in kept
    assert all(_opens(home, trace) for trace in kept)
    (newest,) = [at for trace, at in home.blobs.all(home.id) if trace != before]
    home.clock.at = newest.replace(year=newest.year + 1)
    home.catalogue.sweep_orphans(home.clock())
    assert {trace for trace, _ in home.blobs.all(home.id)} == kept


@pytest.mark.parametrize("reaches", [True, False])
@pytest.mark.parametrize("step", [0, 1])
def test_an_erasure_whose_server_was_lost_is_finished_when_it_is_asked_for_again(
    home: Home,
    line: Cutting,
    step: int,
    reaches: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    gone, stays = home.keep(), home.keep()
    scope = Scope(recordings=frozenset([gone]))
    line.lose_commit(step, reaches=reaches)
    with pytest.raises(CommitUnknown):
        home.forgetter.forget(home.id, scope)
    assert line.has_cut
    assert _opens(home, stays), "whichever root the database names is held"
    with home.db.reading() as transaction:
        assert transaction.current_root().root_id in home.roots.ids()
    finished = home.forgetter.resume(home.id)
    if not finished:
        try:
            finished = [home.forgetter.forget(home.id, scope)]
        except NoSuchTrace:
            pytest.fail("it was erased, and its receipt is not found")
    verify(finished[0], home.ledger.key)
    assert [one.id for one in home.catalogue.recordings()] == [stays]
    assert len(home.roots.ids()) == 1


def test_two_households_of_a_shard_share_its_log_and_its_root_and_nothing_else(
    tmp_path: Path,
) -> None:
    one = make_home(tmp_path / "one")
    kept = one.keep()
    settings = one.settings
    assert settings.database is not None
    where = {"database": settings.database, "shard": settings.shard}
    other = tmp_path / "other"
    write_to_settings_file(other, {**where, "keeper": f"file:{settings.root_folder}"})
    with pytest.raises(AlreadySetUp, match=r"log\.key"):
        set_up(Settings(house=other), PLAN, PASSPHRASE)
    shutil.copy(settings.log_key_file, other)
    set_up(Settings(house=other), PLAN, PASSPHRASE)
    with pytest.raises(AlreadySetUp):
        set_up(Settings(house=other), PLAN, PASSPHRASE)
    second = Home(Settings(house=other), keeper=one.roots)
    assert second.id != one.id
    theirs = second.keep()
    with pytest.raises(NoSuchTrace):
        second.forgetter.forget(second.id, Scope(recordings=frozenset([kept])))
    receipt = second.forgetter.forget(second.id, Scope(household=True))
    verify(receipt, one.ledger.key)
    assert [recording.id for recording in one.catalogue.recordings()] == [kept]
    assert _opens(one, kept)
    assert theirs not in {trace for trace, _ in second.blobs.all(second.id)}
    unsaid = settings.model_copy(update={"household": None})
    with pytest.raises(NotSetUp, match="2 households"), one.db.reading() as transaction:
        own_household(unsaid, transaction)


def test_what_copies_a_file_is_refused_and_what_to_do_is_said(tmp_path: Path) -> None:
    home = make_home(tmp_path / "house")
    house, target = House(home.settings), Target(str(tmp_path / "copy"))
    for refused in (
        lambda: backup(house, target),
        lambda: rehearse(house),
        lambda: restore(home.settings, house.keeper, Copy(target, [target]), _nobody),
        lambda: House(home.settings.model_copy(update={"mirror": str(tmp_path / "copy")})),
    ):
        with pytest.raises(NotOnServer, match="standbys"):
            refused()
    assert rehearse_if_due(house) is None
    assert [found for found in audit(house) if not found.ok] == []
    advice = {one.check: one for one in examine(home.settings, lambda: house)}
    assert "mirror" not in advice
    assert "standbys" in advice["standbys"].todo
    house.close()


def test_the_program_needs_nothing_but_the_setting(tmp_path: Path) -> None:
    where = {"database": shards().server.address, "shard": shards().next()}
    house = tmp_path / "house"
    write_to_settings_file(house, where)
    program.unhear(house, "setup", "--name", "Testers", "--guardian", "Ada", "--keep")
    answer = program.unhear(house, "forget", "--device", "kitchen")
    assert answer
    assert "standbys" in program.unhear(house, "drill", code=3)["error"]
    assert not (house / "data" / "unhear.db").exists()


def _nobody(_wrapped: WrappedIdentity) -> Identity:
    raise AssertionError
