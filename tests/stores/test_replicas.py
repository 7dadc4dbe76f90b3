"""A server with a replica: what is erased when one of them is away, dies, or is stolen."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.forget.test_forgetting import _key_pages, _keys
from tests.forget.thief import reachable_keys
from tests.home import PASSPHRASE, PLAN, SOUND, WORDS, Home
from tests.servers import DATABASE, Server, everything_below
from unhear.forget.errors import CapsuleClosed, KeyPageDamaged, MirrorAway
from unhear.forget.keytree import KeyTree, SealedPage
from unhear.forget.mirror import Copies
from unhear.forget.traces import details_of
from unhear.house.setup import set_up
from unhear.household.scope import Scope
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.prove.receipt import verify
from unhear.settings import Settings, write_to_settings_file
from unhear.stores.postgres import PostgresDatabase
from unhear.stores.standbys import Standbys

pytestmark = pytest.mark.slow

ANSWERS_EACH = 40
"""How often each process is answered before the primary dies."""


@dataclass
class Pair:
    """A primary, a replica that may take its place, and a house on them."""

    one: Server
    two: Server
    house: Path

    @property
    def address(self) -> str:
        hosts = f"{self.one.folder},{self.two.folder}"
        return f"postgresql://postgres@/{DATABASE}?host={hosts}"

    def home(self, *standbys: str, patience_seconds: float = 0.5) -> Home:
        settings = Settings(house=self.house)
        assert settings.database is not None
        mirror = Standbys(settings.database, standbys, patience_seconds)
        return Home(settings, copies=Copies(mirror))


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    one = Server(name="one")
    one.make()
    archive = one.folder / "archive"
    archive.mkdir()
    archive.chmod(0o777)
    one.configure(f"archive_mode = on\narchive_command = 'cp %p {archive}/%f'")
    one.start()
    two = one.replica("two")
    two.start()
    made = Pair(one, two, tmp_path / "house")
    where = {"database": made.address}
    write_to_settings_file(made.house, where)
    set_up(Settings(house=made.house), PLAN, PASSPHRASE)
    yield made
    for server in (two, one):
        server.remove()


@pytest.mark.parametrize(
    ("goes", "comes"), [(Server.stop, Server.start), (Server.freeze, Server.thaw)]
)
def test_an_old_root_waits_for_a_replica_that_is_away_or_behind(
    pair: Pair, goes: Callable[[Server], None], comes: Callable[[Server], None]
) -> None:
    home = pair.home("one", "two")
    gone, stays = home.keep(), home.keep()
    goes(pair.two)
    with pytest.raises(MirrorAway, match="replica two"):
        home.forgetter.forget(home.id, Scope(recordings=frozenset([gone])))
    assert len(home.roots.ids()) == 2, "the replica names the old one"
    with pytest.raises(MirrorAway):
        home.forgetter.forget(home.id, Scope(recordings=frozenset([gone])))
    assert home.forgetter.resume(home.id) == []
    assert _opens(home, stays)
    comes(pair.two)
    patient = pair.home("one", "two", patience_seconds=60)
    (receipt,) = patient.forgetter.resume(patient.id)
    verify(receipt, patient.ledger.key)
    assert len(patient.roots.ids()) == 1
    assert [one.id for one in patient.catalogue.recordings()] == [stays]


def test_a_replica_that_nobody_knows_is_waited_for(pair: Pair) -> None:
    home = pair.home("two", "three")
    with pytest.raises(MirrorAway, match="replica three does not"):
        home.forgetter.forget(home.id, Scope(recordings=frozenset([home.keep()])))


def test_a_primary_that_dies_at_work_takes_nothing_that_was_answered(pair: Pair) -> None:
    pair.one.sql("ALTER SYSTEM SET synchronous_standby_names = 'two'", "SELECT pg_reload_conf()")
    settings_file = pair.house / "settings.toml"
    settings_file.write_text(settings_file.read_text() + 'standbys = ["one", "two"]\n')
    journals = [pair.house / f"journal-{n}" for n in range(2)]
    workers = [
        subprocess.Popen([sys.executable, "-m", "tests.stores.replica_worker", pair.house, journal])
        for journal in journals
    ]
    try:
        _until(lambda: all(len(_answers(one, "kept")) >= ANSWERS_EACH for one in journals))
        pair.two.freeze()
        _until(lambda: _waits_for_replica(pair.one))
        pair.one.lose_power()
        pair.two.thaw()
        before = [len(_answers(one, "kept")) for one in journals]
        pair.two.promote()
        _until(
            lambda: all(
                len(_answers(one, "kept")) > was for one, was in zip(journals, before, strict=True)
            )
        )
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    home = pair.home("two")
    home.forgetter.resume(home.id)
    with home.db.reading() as transaction:
        assert transaction.unfinished_erasures(home.id) == []
    assert len(home.roots.ids()) == 1
    found = {one.id for one in home.catalogue.recordings()}
    for journal in journals:
        asked, gone = _answers(journal, "forgetting"), _answers(journal, "forgotten")
        assert gone
        assert not gone & found
        assert _answers(journal, "kept") - asked <= found
    assert all(_opens(home, trace) for trace in found)
    last = home.keep()
    verify(home.forgetter.forget(home.id, Scope(recordings=frozenset([last]))), home.ledger.key)


def test_who_steals_every_copy_and_all_root_keys_of_today_gets_nothing_that_was_erased(
    pair: Pair,
) -> None:
    home = pair.home("two", patience_seconds=60)
    traces = [home.keep(f"{WORDS} {n}") for n in range(10)]
    gone, stay = traces[:5], traces[5:]
    keys, pages = _keys(home, traces), _key_pages(home)
    payloads = {trace: home.blobs.get(home.id, trace) for trace in traces}
    old = Server(name="old")
    pair.one.copy(old.data)
    for trace in gone:
        home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
        pages += _key_pages(home)
    pair.one.sql("SELECT pg_switch_wal()")
    _until(lambda: bool(list((pair.one.folder / "archive").iterdir())))
    haul = pair.one.at_rest()
    for folder in (pair.one.folder / "archive", pair.two.data, old.data):
        haul += everything_below(folder)
    for level, _, page in pages:
        if level == 0:
            assert page.sealed[:500] in haul, "every version of a page of keys is in the haul"
    assert not any(key in haul for _, key in keys.values())
    with home.db.reading() as transaction:
        tree_id = transaction.current_root().tree_id
    roots = [home.roots.get(root_id) for root_id in home.roots.ids()]
    old.configure("synchronous_standby_names = ''\narchive_mode = off")
    old.start()
    try:
        _rob(old, home, roots, gone)
        pages += _pages_of(old)
    finally:
        old.remove()
    found = reachable_keys(tree_id, pages, roots)
    for trace in gone:
        slot, key = keys[trace]
        assert key not in found.get(slot, set())
    identity = home.identity.open_with_passphrase(PASSPHRASE)
    for trace in stay:
        slot, key = keys[trace]
        assert key in found[slot], "what was not erased is there for whoever has all of it"
        assert age.decrypt(home.catalogue.sealed(trace).sound, [identity]) == SOUND
    assert payloads.keys() == set(traces)


def _rob(old: Server, home: Home, roots: list[bytes], gone: list[TraceId]) -> None:
    """Try every root of today on the backup from before: its rows are there, and none opens."""
    database = PostgresDatabase(old.address, "main")
    with database.reading() as transaction:
        then = transaction.current_root()
        rows = list(transaction.traces_by_id(home.id, gone))
        assert len(rows) == len(gone)
        for root in roots:
            for row in rows:
                tree = KeyTree(tree_id=then.tree_id, epoch=then.epoch, root=root, pages=transaction)
                with pytest.raises((KeyPageDamaged, CapsuleClosed)):
                    details_of(tree, row)
    database.close()


def _pages_of(server: Server) -> list[tuple[int, int, SealedPage]]:
    database = PostgresDatabase(server.address, "main")
    with database.reading() as transaction:
        rows = vars(transaction)["_connection"].exec_driver_sql(
            "SELECT level, page_index, epoch, sealed FROM key_page"
        )
        found = [(level, index, SealedPage(epoch, page)) for level, index, epoch, page in rows]
    database.close()
    return found


def _waits_for_replica(server: Server) -> bool:
    """Whether a commit is on the primary's disk, and on no other, and not answered yet."""
    with psycopg.connect(server.address) as connection:
        waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        return connection.execute(waits).fetchone() is not None


def _opens(home: Home, trace: TraceId) -> bool:
    identity = home.identity.open_with_passphrase(PASSPHRASE)
    return age.decrypt(home.catalogue.sealed(trace).sound, [identity]) == SOUND


def _answers(journal: Path, what: str) -> set[TraceId]:
    lines = journal.read_text().splitlines() if journal.exists() else []
    words = [line.split() for line in lines]
    return {TraceId(bytes.fromhex(one[1])) for one in words if one[0] == what and len(one) > 1}


def _until(happened: Callable[[], bool]) -> None:
    while not happened():
        subprocess.check_call(["sleep", "0.1"])
