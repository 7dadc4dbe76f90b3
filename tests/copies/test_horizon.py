"""Within the backup horizon an older backup opens, but never by itself."""

from collections.abc import Collection
from pathlib import Path
from threading import Thread

import pytest

from tests.copies.houses import bring_back, forget, keep, kept, lose_the_disk, new_house
from tests.home import Home, SetClock, make_home
from unhear.forget.errors import KeeperFailed, NoSuchTrace, RootGone, RootRemains
from unhear.forget.mirror import Copies
from unhear.forget.roots import RootKeeper, open_tree, parked_id
from unhear.house.audit import audit
from unhear.house.backup import backup
from unhear.house.grants import Terms
from unhear.house.house import House
from unhear.house.restore import RestoreRefused
from unhear.household.scope import Scope
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.stores.copies.target import Target
from unhear.stores.keepers.file import FileRootKeeper
from unhear.stores.payloads import FilePayloads

HORIZON = Copies(horizon_days=7)


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(str(tmp_path / "target"))


def erase(home: Home, trace: TraceId) -> None:
    home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))


def erase_all(home: Home, traces: list[TraceId]) -> None:
    for trace in traces:
        erase(home, trace)


def current(home: Home) -> bytes:
    with home.db.reading() as transaction:
        return transaction.current_root().root_id


def test_an_older_backup_alone_brings_nothing_forgotten_back(
    tmp_path: Path, target: Target
) -> None:
    house = new_house(tmp_path / "house", horizon_days=7)
    gone, stays = keep(house), keep(house)
    made = backup(house, target)
    forget(house, gone)
    aside = house.settings.data_folder.with_name("aside")
    house.close()
    house.settings.data_folder.rename(aside)
    for at in (None, made):
        with pytest.raises(RestoreRefused, match="Bring the newest copy"):
            bring_back(house, target, at=at)
    aside.rename(house.settings.data_folder)
    again = House(house.settings)
    assert kept(again) == {stays}
    again.close()


def test_an_older_backup_comes_back_together_with_the_mirror(
    tmp_path: Path, target: Target
) -> None:
    mirror = str(tmp_path / "mirror")
    house = new_house(tmp_path / "house", horizon_days=7, mirror=mirror)
    gone, stays = keep(house), keep(house)
    made = backup(house, target)
    forget(house, gone)
    keep(house)
    lose_the_disk(house)
    again, restored = bring_back(house, target, newest=Target(mirror), at=made)
    assert kept(again) == {stays}
    assert (restored.without_sound, restored.forgotten_again) == (0, 1)
    assert [one.seen for one in audit(again) if not one.ok] == []
    again.close()


def test_going_back_brings_no_link_back_that_was_taken_back(tmp_path: Path, target: Target) -> None:
    house = new_house(tmp_path / "house", horizon_days=7)
    sound, ada = keep(house), house.household.people[0].id
    header = age.seal(b"", [age.Identity.generate().recipient])[0]
    terms = Terms("the neighbour", "her bicycle", 2)
    gone, stays = (house.grants.make(ada, sound, [header], terms) for _ in range(2))
    made = backup(house, target)
    house.grants.take_back(gone.id)
    backup(house, target)
    lose_the_disk(house)
    again, restored = bring_back(house, target, at=made)
    assert restored.forgotten_again == 1
    assert [one.id for one in again.grants.all()] == [stays.id]
    with pytest.raises(NoSuchTrace):
        again.grants.open(gone.id)
    again.close()


def test_going_back_that_broke_off_is_begun_again(
    tmp_path: Path, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = new_house(tmp_path / "house", horizon_days=7)
    gone, stays = keep(house), keep(house)
    made = backup(house, target)
    forget(house, gone)
    backup(house, target)
    lose_the_disk(house)
    with monkeypatch.context() as patch:
        patch.setattr(FilePayloads, "put", _killed)
        with pytest.raises(KeyboardInterrupt):
            bring_back(house, target, at=made)
    assert len(house.keeper.ids()) == 3, "the one in use, one parked, and that of what broke off"
    with pytest.raises(RestoreRefused, match="a restore was broken off"):
        bring_back(house, target, at=made)
    again, _ = bring_back(house, target, at=made, older=True)
    assert kept(again) == {stays}
    assert [one.seen for one in audit(again) if not one.ok] == []
    again.close()


def _killed(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_replaced_root_waits_under_another_id_until_it_is_due(tmp_path: Path) -> None:
    home = make_home(tmp_path / "house", copies=HORIZON, clock=SetClock())
    old = current(home)
    root = home.roots.get(old)
    erase(home, home.keep())
    assert set(home.roots.ids()) == {current(home), parked_id(old)}
    assert home.roots.get(parked_id(old)) == root
    home.clock.pass_time(days=6)
    home.sweeper.sweep()
    assert parked_id(old) in home.roots.ids()
    home.clock.pass_time(days=1)
    home.sweeper.sweep()
    assert set(home.roots.ids()) == {current(home)}


class Dying(RootKeeper):
    """A keeper of which the house is cut off after some more calls that change something."""

    kind, grade, limits = "dying", "C", ()

    def __init__(self, keeper: RootKeeper) -> None:
        self.keeper, self.left = keeper, 1_000

    def _call(self) -> None:
        if self.left == 0:
            raise KeeperFailed("gone")
        self.left -= 1

    def put(self, root_id: bytes, root: bytes) -> None:
        self._call()
        self.keeper.put(root_id, root)

    def get(self, root_id: bytes) -> bytes:
        return self.keeper.get(root_id)

    def destroy(self, root_id: bytes) -> None:
        self._call()
        self.keeper.destroy(root_id)

    def ids(self) -> Collection[bytes]:
        return self.keeper.ids()


@pytest.mark.parametrize("left", [1, 2])
def test_parking_that_broke_off_is_finished_later(tmp_path: Path, left: int) -> None:
    settings = make_home(tmp_path / "house").settings
    keeper = Dying(FileRootKeeper(settings.root_folder))
    home = Home(settings, copies=HORIZON, keeper=keeper)
    trace, old = home.keep(), current(home)
    keeper.left = left
    with pytest.raises(RootRemains):
        erase(home, trace)
    assert old in keeper.ids()
    keeper.left = 1_000
    (receipt,) = home.forgetter.resume(home.id)
    assert receipt.statement["horizon_days"] == 7
    assert set(keeper.ids()) == {current(home), parked_id(old)}


def test_several_park_at_once(tmp_path: Path) -> None:
    home = make_home(tmp_path / "house", copies=HORIZON, clock=SetClock())
    others = [Home(home.settings, copies=HORIZON, clock=home.clock) for _ in range(3)]
    traces = [home.keep() for _ in range(12)]
    workers = [Thread(target=erase_all, args=(one, traces[n::3])) for n, one in enumerate(others)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert home.catalogue.recordings() == []
    assert len(home.roots.ids()) == 1 + 12
    home.clock.pass_time(days=7)
    home.sweeper.sweep()
    assert set(home.roots.ids()) == {current(home)}


def test_without_a_horizon_nothing_is_parked(tmp_path: Path) -> None:
    home = make_home(tmp_path / "house")
    erase(home, home.keep())
    assert set(home.roots.ids()) == {current(home)}


def test_an_older_database_does_not_open_by_itself(tmp_path: Path) -> None:
    home = make_home(tmp_path / "house", copies=HORIZON)
    trace = home.keep()
    with home.db.reading() as before:
        before.current_root()
        erase(home, trace)
        with pytest.raises(RootGone):
            open_tree(before, home.roots)
