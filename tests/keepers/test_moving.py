"""A root key that moves between keepers is never lost, and the old one never stays behind."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.home import NOON, Home, SetClock, make_home
from tests.keepers.conftest import NewShelf
from tests.keepers.mover import STEPS
from unhear.clock import day_number
from unhear.forget.errors import KeeperFailed, MirrorAway, RootGone, RootRemains
from unhear.forget.migrate import Move, migrate, settle
from unhear.forget.mirror import Copies
from unhear.forget.roots import parked_id
from unhear.house.keeping import FileMoveRecord, move_keeper, open_keeper
from unhear.household.scope import Scope
from unhear.settings import Settings, SettingsWrong, read_settings, write_to_settings_file
from unhear.stores.keepers.choose import choose_keeper
from unhear.stores.keepers.file import FileRootKeeper

NEW = "file:elsewhere"


def _reopened(home: Home) -> Home:
    """Open the house as another process would, with the keeper that its settings name."""
    settings = read_settings(home.settings.house)
    home.db.close()
    keeper = open_keeper(settings, home.db, Copies())
    again = Home(settings, keeper=keeper, clock=home.clock)
    again.forgetter.resume(again.id)
    return again


def _elsewhere(home: Home) -> FileRootKeeper:
    return FileRootKeeper(home.settings.house / "elsewhere")


def _moves(home: Home, what: str, step: str) -> int:
    command = [sys.executable, "-m", "tests.keepers.mover", what]
    return subprocess.call(
        [*command, str(home.settings.house), NEW, step], cwd=Path(__file__).parents[2]
    )


def test_a_move_leaves_a_fresh_root_in_the_new_keeper_alone(home: Home) -> None:
    trace = home.keep()
    (before,) = home.roots.ids()
    move_keeper(home.settings, home.db, Copies(), NEW)
    (after,) = _elsewhere(home).ids()
    assert before != after
    assert home.roots.ids() == set()
    again = _reopened(home)
    assert again.settings.keeper == NEW
    assert again.settings.keeper_moving_to is None
    assert again.catalogue.sealed(trace).sound
    again.forgetter.forget(again.id, Scope(recordings=frozenset([trace])))
    assert len(_elsewhere(home).ids()) == 1


def test_the_old_root_opens_nothing_of_after_the_move(home: Home) -> None:
    home.keep()
    (root_id,) = home.roots.ids()
    stolen = home.roots.get(root_id)
    move_keeper(home.settings, home.db, Copies(), NEW)
    with home.db.writing() as transaction:
        current = transaction.current_root()
    thief = FileRootKeeper(home.settings.house / "thief")
    thief.put(current.root_id, stolen)
    with pytest.raises(Exception, match="does not open"):
        Home(home.settings, keeper=thief).catalogue.recordings()


@pytest.mark.parametrize("step", STEPS)
def test_killed_while_it_moves(home: Home, step: str) -> None:
    trace = home.keep()
    expected = {"never": 0, "a root destroyed in the new keeper": 0}
    assert _moves(home, "migrate", step) == expected.get(step, -signal.SIGKILL)
    again = _reopened(home)
    assert again.catalogue.sealed(trace).sound
    assert (
        again.settings.keeper_moving_to is None
        or read_settings(home.settings.house).keeper_moving_to is None
    )
    assert len(again.roots.ids()) == 1
    assert len(_elsewhere(home).ids() | set(home.roots.ids())) == 1
    again.forgetter.forget(again.id, Scope(recordings=frozenset([trace])))


@pytest.mark.parametrize("first", ["a root put into the new keeper", "after the commit"])
@pytest.mark.parametrize("second", STEPS[5:9])
def test_killed_again_while_it_settles(home: Home, first: str, second: str) -> None:
    trace = home.keep()
    _moves(home, "migrate", first)
    _moves(home, "settle", second)
    again = _reopened(home)
    assert again.catalogue.sealed(trace).sound
    assert len(_elsewhere(home).ids() | set(home.roots.ids())) == 1
    assert read_settings(home.settings.house).keeper_moving_to is None


def test_settled_by_several_at_once(home: Home) -> None:
    trace = home.keep()
    _moves(home, "migrate", "after the commit")
    command = [sys.executable, "-m", "tests.keepers.mover", "settle", str(home.settings.house)]
    root = Path(__file__).parents[2]
    settling = [subprocess.Popen([*command, NEW, "never"], cwd=root) for _ in range(3)]
    assert [one.wait() for one in settling] == [0, 0, 0]
    again = _reopened(home)
    assert again.settings.keeper == NEW
    assert again.catalogue.sealed(trace).sound
    assert home.roots.ids() == set()


def test_a_keeper_in_use_is_refused_and_stays_whole(home: Home, tmp_path: Path) -> None:
    other = make_home(tmp_path / "other")
    both = f"mirror:[file:{home.settings.root_folder}][file:more]"
    for spec in (f"file:{other.settings.root_folder}", both, "file:roots"):
        with pytest.raises(KeeperFailed, match="holds root keys already"):
            move_keeper(home.settings, home.db, Copies(), spec)
    assert read_settings(home.settings.house).keeper_moving_to is None
    assert other.catalogue.recordings() == []
    assert _reopened(home).catalogue.recordings() == []


def test_written_by_hand_that_it_moves_to_itself(home: Home) -> None:
    trace = home.keep()
    write_to_settings_file(home.settings.house, {"keeper_moving_to": "mirror:[file:roots][file:b]"})
    (home.settings.house / "b").mkdir()
    assert _reopened(home).catalogue.sealed(trace).sound


class Away(FileRootKeeper):
    """A keeper that cannot be reached for a while."""

    away = False

    def _look(self) -> list[Path]:
        if self.away:
            raise OSError(5, "it is away")
        return super()._look()


def test_an_old_keeper_that_is_away_at_the_end(home: Home) -> None:
    trace = home.keep()
    folder = home.settings.root_folder
    away = Away(folder)
    record = FileMoveRecord(home.settings.house, None, NEW)
    move = Move(away, _elsewhere(home), record)

    class Ship:
        def ship(self) -> None:
            away.away = True

    with pytest.raises(KeeperFailed, match="away"):
        migrate(home.db, move, Copies(mirror=Ship()), today=0, due_day=0)
    folder.rename(folder.with_name("pulled-out"))
    again = _reopened(home)
    assert again.catalogue.sealed(trace).sound
    assert any("replaced" in limit for limit in again.roots.limits)
    with pytest.raises(RootRemains):
        again.forgetter.forget(again.id, Scope(recordings=frozenset([trace])))
    folder.with_name("pulled-out").rename(folder)
    back = _reopened(again)
    assert FileRootKeeper(folder).ids() == set()
    assert back.settings.keeper_moving_to == NEW  # as read before it was settled
    assert read_settings(home.settings.house).keeper == NEW
    assert back.catalogue.recordings() == []


def test_a_mirror_that_is_away_keeps_the_old_root_until_it_is_back(home: Home) -> None:
    class Gone:
        def ship(self) -> None:
            raise MirrorAway("the mirror is away")

    with pytest.raises(KeeperFailed, match="the house does that when it is opened"):
        move_keeper(home.settings, home.db, Copies(mirror=Gone()), NEW)
    assert len(home.roots.ids()) == 1
    _reopened(home)
    assert home.roots.ids() == set()


def test_roots_that_wait_for_the_backup_horizon_move_too(tmp_path: Path) -> None:
    copies = Copies(horizon_days=7)
    home = make_home(tmp_path / "house", copies=copies, clock=SetClock(NOON))
    trace = home.keep()
    home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
    with home.db.reading() as transaction:
        current = transaction.current_root().root_id
    old = {root_id: home.roots.get(root_id) for root_id in home.roots.ids()}
    assert len(old) == 2
    old[parked_id(current)] = old.pop(current)
    move = Move(home.roots, _elsewhere(home), FileMoveRecord(home.settings.house, None, NEW))
    today = day_number(NOON)
    migrate(home.db, move, copies, today=today, due_day=copies.due_day(NOON))
    new = _elsewhere(home)
    assert {root_id: new.get(root_id) for root_id in old} == old
    assert len(new.ids()) == 3
    assert home.roots.ids() == set()
    home.clock.at = NOON + timedelta(days=8)
    assert len(_reopened(home).roots.ids()) == 1


def test_a_settled_move_is_not_settled_again(home: Home) -> None:
    move_keeper(home.settings, home.db, Copies(), NEW)
    back = read_settings(home.settings.house)
    move_keeper(back, home.db, Copies(), "file:roots")
    stale = Move(home.roots, _elsewhere(home), FileMoveRecord(home.settings.house, None, NEW))
    settle(home.db, stale, Copies())
    assert len(home.roots.ids()) == 1
    assert _reopened(home).catalogue.recordings() == []


def test_the_environment_names_the_keeper(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNHEAR_KEEPER", "file:roots")
    with pytest.raises(SettingsWrong, match="UNHEAR_KEEPER"):
        move_keeper(Settings(house=home.settings.house), home.db, Copies(), NEW)


def test_comments_in_the_settings_file_stay(home: Home) -> None:
    file = home.settings.house / "settings.toml"
    file.write_text('# our house\nlanguage = "en"  # for now\n')
    move_keeper(home.settings, home.db, Copies(), NEW)
    assert file.read_text().startswith('# our house\nlanguage = "en"  # for now\n')


@pytest.mark.tools
def test_through_every_medium_and_back(home: Home, new_shelf: NewShelf) -> None:
    trace = home.keep()
    patterns = ["TOKEN", "TPM", "split:[TPM][FILE]", "mirror:[FILE][TOKEN]", "FILE"]
    for pattern in patterns:
        shelf = new_shelf(pattern)
        before = choose_keeper(read_settings(home.settings.house).keeper_spec, home.settings.house)
        move_keeper(read_settings(home.settings.house), home.db, Copies(), shelf.spec)
        assert set(before.ids()) == set()
        home = _reopened(home)
        assert home.catalogue.sealed(trace).sound
        extra = home.keep()
        home.forgetter.forget(home.id, Scope(recordings=frozenset([extra])))
        assert len(home.roots.ids()) == 1


def test_a_house_that_missed_the_move_says_so(home: Home) -> None:
    move_keeper(home.settings, home.db, Copies(), NEW)
    with pytest.raises(RootGone, match="moved"):
        home.catalogue.recordings()
