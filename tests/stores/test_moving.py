"""A house moves to servers and back while it is at work: nothing lost, nothing brought back."""

import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from tests.back_ends import shards
from tests.cli import program
from tests.copies.houses import PLAN, forget, keep, kept, new_house
from tests.forget.thief import reachable_keys
from tests.learn.lessons import lesson, teach
from tests.stores.buckets import Server, sign_in
from unhear.cli.app import app
from unhear.clock import random_bytes
from unhear.forget.errors import MirrorAway, RootGone
from unhear.forget.kept_receipts import receipts
from unhear.forget.keytree import DEPTH, SealedPage
from unhear.forget.roots import open_tree
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import new_trace_id
from unhear.house.audit import audit
from unhear.house.doctor import QUICK_CHECKS
from unhear.house.house import House
from unhear.house.moving import Finished, MoveRefused, finish, move
from unhear.house.setup import set_up
from unhear.house.sign_ins import Entering
from unhear.household.words import WHOEVER_IS_SEEN, DeviceId, PersonId, TraceId, Utterance
from unhear.keep import age
from unhear.learn.standing import Standing, standings
from unhear.prove.receipt import Receipt, verify
from unhear.settings import SettingsWrong, read_settings, write_to_settings_file
from unhear.stores.choose_payloads import choose_payloads
from unhear.stores.database import Database
from unhear.stores.errors import HouseMoved, StoreError
from unhear.stores.keepers.file import FileRootKeeper
from unhear.stores.moving.journal import State, Stores, read_journal, write_journal
from unhear.stores.standbys import Standbys

pytestmark = pytest.mark.tools

FILES = Stores(None, "main", None)
SHARD = "moved"


@contextmanager
def stores_on(bucket: str) -> Iterator[Stores]:
    """Answer stores on servers: an empty shard, and a prefix of a bucket."""
    yield Stores(shards().server.address, SHARD, f"s3://{bucket}/moved/{random_bytes(6).hex()}")
    for number in ("", "2"):
        for part in ("", "_keyring"):
            shards().server.sql(f"DROP SCHEMA IF EXISTS unhear_{SHARD}{number}{part} CASCADE")


@pytest.fixture
def server(moto_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
    sign_in(monkeypatch, moto_server.url)
    with stores_on(moto_server.bucket()) as stores:
        yield stores


def silent(_what: str, _done: int, _all: int) -> None:
    """Show no progress."""


def at(house: House) -> House:
    """Answer the house opened anew, as its settings file says."""
    return House(read_settings(house.settings.house))


def film(house: House, *pieces: bytes) -> TraceId:
    """Keep a clip of these pieces."""
    seen = Utterance(new_trace_id(), house.clock(), DeviceId("door"), WHOEVER_IS_SEEN)
    clip = house.clips.begin(seen, house.clock() + timedelta(days=3))
    for number, piece in enumerate(pieces):
        clip.add(piece, number, number + 1)
    return seen.of


def learn(house: House, of: TraceId) -> None:
    """Teach the house what one recording said."""
    heard = house.catalogue.recording(of).utterance
    taught = lesson(heard, house.clock() + timedelta(days=9), "warm the teapot")
    teach(house.database, house.keeper, house.household.id, taught)


def sounds(house: House) -> dict[TraceId, bytes]:
    """Open the sound of every recording that is no clip."""
    identity = house.identity.open_with_passphrase(program.PASSPHRASE)
    found = {}
    for one in house.catalogue.recordings():
        if one.utterance.person != WHOEVER_IS_SEEN:
            found[one.id] = age.decrypt(house.catalogue.sealed(one.id).sound, [identity])
    return found


PIECES = (b"one" * 9_000, b"two" * 9_000)


def live(house: House) -> list[TraceId]:
    """Keep recordings, learn from them, and remember something for one."""
    traces = [keep(house) for _ in range(6)]
    for trace in traces:
        learn(house, trace)
    asked = house.catalogue.recording(traces[2]).utterance
    house.memory("shopping_list", asked).remember({"item": "purple wheelbarrow"})
    return traces


def all_receipts(house: House) -> list[Receipt]:
    """Answer the receipts that the house keeps."""
    ours = house.household.id
    return snapshot(house.database, house.keeper, lambda tx, tree: list(receipts(tx, tree, ours)))


def pages_of(file: Path) -> list[tuple[int, int, SealedPage]]:
    """Answer every page of keys in a SQLite file."""
    with closing(sqlite3.connect(file)) as raw:
        rows = raw.execute("SELECT level, page_index, epoch, sealed FROM key_page").fetchall()
    return [(level, index, SealedPage(epoch, sealed)) for level, index, epoch, sealed in rows]


def pages_of_shard(address: str) -> list[tuple[int, int, SealedPage]]:
    """Answer every page of keys in the shard."""
    with psycopg.connect(address) as connection:
        rows = connection.execute(
            "SELECT level, page_index, epoch, sealed FROM unhear_moved_keyring.key_page"
        ).fetchall()
    return [
        (level, index, SealedPage(epoch, bytes(sealed))) for level, index, epoch, sealed in rows
    ]


def test_to_servers_and_back_while_it_is_at_work(tmp_path: Path, server: Stores) -> None:
    house = new_house(tmp_path / "house")
    file = house.settings.database_file
    gone, going, *_ = traces = live(house)
    clip = film(house, *PIECES)
    forget(house, gone)
    before, state = all_receipts(house), sounds(house)
    shutil.copytree(house.settings.house, tmp_path / "stolen")
    with house.database.reading() as tx:
        tree = tx.current_root().tree_id
        slots = {one.id: one.slot for one in tx.traces_by_id(house.household.id, traces)}
        key = open_tree(tx, house.keeper).key(slots[going])

    late: list[TraceId] = []

    def at_work(what: str, done: int, _all: int) -> None:
        if (what, done, len(late)) == ("payloads", 1, 0):
            late.append(keep(house, b"kept while it is copied"))
        if what == "rows" and going in kept(house):
            forget(house, going)

    told = move(house.settings, server, at_work)

    assert (told.payloads, told.left) == (6, None)
    assert told.waited_seconds < 10
    assert told.tables["trace"].rows > 10
    _does_nothing_more(house, traces[3])

    there = at(house)
    assert there.settings.database == server.database
    assert kept(there) == {*traces[2:], clip, *late}
    assert {trace for trace, _ in there.payloads.all(there.household.id)} == kept(there)
    assert sounds(there) == {
        **{one: state[one] for one in traces[2:]},
        late[0]: b"kept while it is copied",
    }
    identity = there.identity.open_with_passphrase(program.PASSPHRASE)
    assert [age.decrypt(one, [identity]) for one in there.clips.pieces(clip)] == [*PIECES]
    assert {one.is_proved for one in _standings(there)} == {True}
    assert len(all_receipts(there)) == len(before) + 2  # it was forgotten and unlearned
    _is_well(there, before)
    _thief_finds_nothing(there, tmp_path / "stolen", tree, (slots[going], key))
    assert not list(file.parent.glob("unhear.db*"))
    assert not list(file.parent.rglob("*.payload*"))
    forget(there, traces[2])
    there.close()

    back = move(there.settings, FILES, silent)

    assert back.left is None
    again = at(house)
    assert again.settings.database is None
    assert kept(again) == {*traces[3:], clip, *late}
    assert len(sounds(again)) == 4
    _is_well(again, before)
    assert list(choose_payloads(server.payloads, tmp_path).all(again.household.id)) == []
    with psycopg.connect(str(server.database)) as connection:
        found = connection.execute("SELECT to_regnamespace('unhear_moved_keyring')").fetchone()
    assert found == (None,)
    forget(again, traces[3])
    again.close()


def _does_nothing_more(house: House, trace: TraceId) -> None:
    """See that a house that was open while it moved says so, and close it."""
    ours = house.household.id
    for asked in (
        lambda: keep(house),
        lambda: forget(house, trace),
        lambda: kept(house),
        lambda: house.database.news.of(ours),
    ):
        with pytest.raises(HouseMoved, match="has moved to PostgreSQL"):
            asked()
    house.close()


def _is_well(house: House, before: list[Receipt]) -> None:
    """See that receipts verify, those of before too, and that the audit finds nothing."""
    for receipt in (*before, *all_receipts(house)):
        verify(receipt, house.ledger.key)
    assert [one.seen for one in audit(house) if not one.ok] == []


def _standings(house: House) -> list[Standing]:
    ours = house.household.id
    return list(snapshot(house.database, house.keeper, lambda tx, tree: standings(tx, tree, ours)))


def _thief_finds_nothing(
    house: House, stolen: Path, tree: bytes, erased: tuple[int, bytes]
) -> None:
    """See that the old copy opens no more, with all roots of now and every page there was."""
    roots = FileRootKeeper(house.settings.root_folder)
    assert len(roots.ids()) == 1
    old = stolen / "data" / "unhear.db"
    with (
        closing(Database(old)) as database,
        database.reading() as transaction,
        pytest.raises(RootGone),
    ):
        open_tree(transaction, roots)
    (root,) = (roots.get(one) for one in roots.ids())
    tops = [page for page in pages_of(old) if page[0] == DEPTH - 1]
    assert reachable_keys(tree, tops, [root]) == {}
    everything = pages_of(old) + pages_of_shard(str(house.settings.database))
    found = reachable_keys(tree, everything, [root])
    slot, key = erased
    assert found
    assert key not in found.get(slot, set())


def test_who_is_signed_in_stays_so_and_who_signed_out_too(tmp_path: Path, server: Stores) -> None:
    house = new_house(tmp_path / "house")
    ada = house.household.people[0].id
    tokens = [sign_in_at(house, ada, number) for number in range(3)]
    ended: list[str] = []

    def at_work(what: str, _done: int, _all: int) -> None:
        if what == "rows" and not ended:
            gone = house.sign_ins.of(tokens[0])
            assert gone is not None
            house.sign_ins.close(gone)
            ended.extend([tokens[0], tokens[1]])
            tokens[1] = sign_in_at(house, ada, 1)  # in the same browser, under another token

    for stores in (server, FILES):
        move(house.settings, stores, at_work)
        house.close()
        house = at(house)
        assert [house.sign_ins.of(one) is not None for one in tokens] == [False, True, True]
        assert [house.sign_ins.of(one) for one in ended] == [None, None]
    house.close()


def sign_in_at(house: House, person: PersonId, number: int) -> str:
    """Sign somebody in, in a browser of that number; answer the token."""
    entering = Entering(person, "passkey", bytes([number]) * 32, ("Firefox", "Linux"))
    token, house.household = house.sign_ins.open(entering)
    return token


def test_who_waits_to_write_meanwhile_writes_nothing(tmp_path: Path, server: Stores) -> None:
    house = new_house(tmp_path / "house")
    one, other = keep(house), keep(house)
    shard = replace(server, payloads=None)
    waiting: list[Future[object]] = []
    with ThreadPoolExecutor(2) as threads:
        for goal, where in ((shard, "PostgreSQL"), (FILES, "a file in its folder")):
            writing = at(house)

            def told(what: str, done: int, _all: int, now: House = writing) -> None:
                if (what, done) == ("switch", 1):
                    waiting.append(threads.submit(keep, now))
                    waiting.append(threads.submit(forget, now, one))

            move(writing.settings, goal, told)

            while waiting:
                with pytest.raises(HouseMoved, match=f"has moved to {where}"):
                    waiting.pop().result(60)
            writing.close()
            with closing(at(house)) as moved:
                assert kept(moved) == {one, other}
    house.close()


def test_the_old_stores_stay_until_replicas_have_the_new_root(
    tmp_path: Path, server: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = new_house(tmp_path / "house")
    trace = keep(house)
    (house.settings.house / "settings.toml").write_text('standbys = ["other"]\n')
    settings = read_settings(house.settings.house)
    monkeypatch.setattr(Standbys, "ship", _behind)

    told = move(settings, replace(server, payloads=None), silent)

    assert told.left is not None
    assert "every replica" in told.left
    assert house.settings.database_file.exists()
    _does_nothing_more(house, trace)
    with closing(at(house)) as there:
        assert len(there.keeper.ids()) == 2
        late = keep(there)
        (advice,) = (one for look in QUICK_CHECKS if "move" in look.__name__ for one in look(there))
        assert "was broken off (switched)" in advice.seen
    with pytest.raises(MoveRefused, match="the last move is not finished"):
        finish(there.settings)

    monkeypatch.setattr(Standbys, "ship", lambda _self: None)
    with closing(at(house)) as there:
        assert len(there.keeper.ids()) == 1
        assert kept(there) == {trace, late}
        there.tidy()
    assert not list(house.settings.data_folder.glob("unhear.db*"))
    assert finish(there.settings) is Finished.NOTHING


def _behind(_self: Standbys) -> None:
    raise MirrorAway("replica other is behind")


def test_a_house_is_not_moved_onto_itself_under_another_name(
    tmp_path: Path, server: Stores
) -> None:
    house = new_house(tmp_path / "house")
    trace = keep(house)
    house.close()
    shard = replace(server, payloads=None)
    move(house.settings, shard, silent)
    alias = replace(shard, database=f"{shard.database}&application_name=unhear2")
    there = read_settings(house.settings.house)
    for state in (State.DONE, State.COPYING):
        journal = read_journal(there.house)
        assert journal is not None
        write_journal(there.house, replace(journal, state=state, origin=shard, goal=alias))
        with pytest.raises(MoveRefused, match="there is a house in"):
            move(there, alias, silent)
    with closing(at(house)) as again:
        assert list(sounds(again)) == [trace]


def test_payloads_alone_move_to_a_bucket_and_back(tmp_path: Path, server: Stores) -> None:
    house = new_house(tmp_path / "house")
    gone, *stay = [keep(house) for _ in range(3)]
    before, bucket = sounds(house), replace(FILES, payloads=server.payloads)
    with pytest.raises(MoveRefused, match="end what runs"):
        move(house.settings, bucket, silent, patience_seconds=0)
    forget(house, gone)
    house.close()

    told = move(house.settings, bucket, silent, patience_seconds=0)

    assert (told.payloads, told.opened, told.left) == (2, None, None)
    there = at(house)
    there_lie = {trace for trace, _ in there.payloads.all(there.household.id)}
    assert there_lie == kept(there) == set(stay)
    assert sounds(there) == {trace: before[trace] for trace in stay}
    assert not list(house.settings.data_folder.rglob("*.payload*"))
    there.close()
    with pytest.raises(MoveRefused, match="another name of the same place"):
        move(there.settings, replace(bucket, payloads=f"{server.payloads}/"), silent)

    move(there.settings, FILES, silent, patience_seconds=0)

    again = at(house)
    assert sounds(again) == {trace: before[trace] for trace in stay}
    assert list(choose_payloads(server.payloads, tmp_path).all(again.household.id)) == []
    assert [one.seen for one in audit(again) if not one.ok] == []
    again.close()


def test_a_shard_goes_where_it_is_alone(tmp_path: Path, server: Stores) -> None:
    shard = replace(server, payloads=None)
    (tmp_path / "one").mkdir()
    write_to_settings_file(tmp_path / "one", {"database": shard.database, "shard": shard.shard})
    one = new_house(tmp_path / "one", database=shard.database, shard=shard.shard)
    kept_there = keep(one)
    one.close()
    other = new_house(tmp_path / "other")
    keep(other)
    other.close()

    with pytest.raises(MoveRefused, match="already, with a key tree and a log of its own"):
        move(other.settings, shard, silent)

    (tmp_path / "two").mkdir()
    for name in ("log.key", "roots"):
        (tmp_path / "two" / name).symlink_to(tmp_path / "one" / name)
    write_to_settings_file(tmp_path / "two", {"database": shard.database, "shard": shard.shard})
    set_up(read_settings(tmp_path / "two"), PLAN, program.PASSPHRASE)
    with pytest.raises(MoveRefused, match="has 2 households"):
        move(read_settings(tmp_path / "one"), replace(shard, shard="moved2"), silent)
    with closing(at(one)) as again:
        assert kept(again) == {kept_there}


def test_within_a_database_rows_go_to_another_shard(tmp_path: Path, server: Stores) -> None:
    house = new_house(tmp_path / "house")
    trace = keep(house)
    house.close()
    move(house.settings, replace(server, payloads=None), silent)
    stale = at(house)

    told = program.unhear(house.settings.house, "migrate", "--payloads", str(server.payloads))

    assert told["goal"] == {
        "database": server.database,
        "shard": "moved2",
        "payloads": server.payloads,
    }
    assert told["old_removed"] is True
    assert told["tables"]["trace"]["rows"] > 0
    with pytest.raises(HouseMoved, match="has moved to PostgreSQL"):
        keep(stale)
    stale.close()
    again = at(house)
    assert list(sounds(again)) == [trace]
    again.close()
    assert finish(again.settings) is Finished.NOTHING


def test_what_cannot_be_is_refused_and_changes_nothing(
    tmp_path: Path, server: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = new_house(tmp_path / "house")
    keep(house)
    house.close()
    settings = house.settings
    with pytest.raises(MoveRefused, match="there already"):
        move(settings, FILES, silent)
    with pytest.raises(MoveRefused, match="`mirror` keeps a copy"):
        move(settings.model_copy(update={"mirror": "/somewhere"}), server, silent)
    with pytest.raises(MoveRefused, match="moving to another keeper"):
        move(settings.model_copy(update={"keeper_moving_to": "tpm2:"}), server, silent)
    monkeypatch.setenv("UNHEAR_PAYLOADS", "s3://elsewhere/ours")
    with pytest.raises(SettingsWrong, match="UNHEAR_PAYLOADS in the environment"):
        move(read_settings(settings.house), server, silent)
    monkeypatch.delenv("UNHEAR_PAYLOADS")
    wrong = ["--house", str(settings.house), "migrate", "--database", "mysql://there"]
    said = CliRunner().invoke(app, wrong)
    assert (said.exit_code, "String should match" in said.output) == (2, True)
    nowhere = replace(server, database=f"postgresql://nobody@/nothing?host={tmp_path}")
    with pytest.raises(StoreError, match="cannot be reached"):
        move(settings, nowhere, silent)
    assert not (settings.house / "settings.toml").exists()
    assert finish(settings) is Finished.NOTHING
    with closing(at(house)) as again:
        assert len(kept(again)) == 1


@pytest.mark.parametrize("breaks", ["payload", "row", "key"])
def test_what_is_another_at_the_goal_is_noticed(
    tmp_path: Path,
    server: Stores,
    moto_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    breaks: str,
) -> None:
    house = new_house(tmp_path / "house")
    trace = keep(house)
    house.close()
    there = choose_payloads(server.payloads, tmp_path)
    if breaks == "payload":
        monkeypatch.setattr(type(there), "part", lambda *_asked: b"another")

    def meddle(what: str, done: int, _all: int) -> None:
        if (what, done, breaks) == ("switch", 0, "row"):
            shards().server.sql("UPDATE unhear_moved.trace SET day = day + 1")
        if (what, done, breaks) == ("switch", 0, "key"):
            shards().server.sql("DELETE FROM unhear_moved_keyring.key_page WHERE level = 0")

    with pytest.raises(StoreError, match=r"The house stays where|the same at both"):
        move(house.settings, server, meddle)

    monkeypatch.undo()
    sign_in(monkeypatch, moto_server.url)
    assert finish(house.settings) is Finished.GIVEN_UP
    assert list(there.all(house.household.id)) == []
    again = at(house)
    assert again.settings.database is None
    assert list(sounds(again)) == [trace]
    assert len(again.keeper.ids()) == 1
    again.close()
