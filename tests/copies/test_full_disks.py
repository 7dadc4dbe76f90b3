"""A copy's disk, or the house's own, that is full or gone loses nothing."""

from contextlib import suppress
from pathlib import Path

import pytest

from tests.copies.houses import bring_back, forget, keep, kept, lose_the_disk, new_house
from unhear.clock import random_bytes
from unhear.forget.errors import MirrorAway
from unhear.house.audit import audit
from unhear.house.backup import backup
from unhear.house.own_household import NotSetUp
from unhear.house.restore import RestoreRefused
from unhear.stores.copies.target import Target
from unhear.stores.errors import StoreError, TargetAway

pytestmark = pytest.mark.tools


def fill(disk: Path, leave: int = 0) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        with suppress(OSError):  # the disk is full
            while True:
                file.write(bytes(4096))
        file.truncate(max(0, file.tell() - leave))
    return filler


def test_a_backup_to_a_full_disk_goes_on_when_there_is_room(
    tmp_path: Path, small_disk: Path
) -> None:
    house = new_house(tmp_path / "house")
    traces = {keep(house, random_bytes(50_000)) for _ in range(4)}
    filler = fill(small_disk, leave=300_000)
    target = Target(str(small_disk / "copies"))
    with pytest.raises(TargetAway, match="room"):
        backup(house, target)
    filler.unlink()
    backup(house, target)
    lose_the_disk(house)
    again, restored = bring_back(house, target)
    assert (kept(again), restored.without_sound) == (traces, 0)
    again.close()


def test_a_full_mirror_holds_the_old_root_until_there_is_room(
    tmp_path: Path, small_disk: Path
) -> None:
    mirror = str(small_disk / "mirror")
    house = new_house(tmp_path / "house", mirror=mirror)
    gone, stays = keep(house), keep(house)
    house.copies.ship()
    filler = fill(small_disk)
    with pytest.raises(MirrorAway, match="room"):
        forget(house, gone)
    assert len(house.keeper.ids()) == 2
    filler.unlink()
    (receipt,) = house.forgetter.resume(house.household.id)
    assert receipt.statement["scope"] == "recording"
    assert len(house.keeper.ids()) == 1
    lose_the_disk(house)
    again, _ = bring_back(house, Target(mirror))
    assert kept(again) == {stays}
    again.close()


def test_a_house_whose_own_disk_is_full_says_so_and_ships_later(
    tmp_path: Path, small_disk: Path
) -> None:
    mirror = str(tmp_path / "mirror")
    house = new_house(small_disk / "house", mirror=mirror)
    trace = keep(house)
    filler = fill(small_disk)
    with pytest.raises(StoreError, match=r"full|room"):
        backup(house, Target(str(tmp_path / "target")))
    filler.unlink()
    house.copies.ship()
    forget(house, trace)
    assert [one.seen for one in audit(house) if not one.ok] == []
    house.close()


def test_a_restore_to_a_full_disk_is_done_again_elsewhere(tmp_path: Path, small_disk: Path) -> None:
    house = new_house(small_disk / "house")
    traces = {keep(house, random_bytes(90_000)) for _ in range(4)}
    target = Target(str(tmp_path / "target"))
    backup(house, target)
    lose_the_disk(house)
    for leave in (0, 100_000, 450_000):
        filler = fill(small_disk, leave=leave)
        with pytest.raises((RestoreRefused, StoreError), match=r"room|full|space"):
            bring_back(house, target)
        with pytest.raises(NotSetUp):
            type(house)(house.settings)
        filler.unlink()
    again, _ = bring_back(house, target)
    assert kept(again) == traces
    again.close()
