"""What may be brought back, from where, and what is refused."""

import shutil
from pathlib import Path

import pytest

from tests.copies.houses import bring_back, forget, keep, kept, lose_the_disk, new_house
from unhear.forget.errors import MirrorAway
from unhear.forget.roots import parked_id
from unhear.house.audit import audit
from unhear.house.backup import Opens, backup, backups, how_they_open, remove_dead
from unhear.house.house import House
from unhear.house.restore import RestoreRefused, restore_sounds
from unhear.household.scope import Scope
from unhear.stores.copies.target import Target
from unhear.stores.errors import CopyMissing, StoreDamaged


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(str(tmp_path / "target"))


def wrong(house: House) -> list[str]:
    return [f"{one.check}: {one.seen}" for one in audit(house) if not one.ok]


def test_sounds_that_a_disk_lost_come_back_into_the_house(tmp_path: Path, target: Target) -> None:
    house = new_house(tmp_path / "house")
    traces = [keep(house) for _ in range(3)]
    sealed = {trace: house.catalogue.sealed(trace) for trace in traces}
    backup(house, target)
    forget(house, traces[0])
    late = keep(house)
    shutil.rmtree(house.settings.payload_folder / house.household.id.hex())
    assert [one.split(":")[0] for one in wrong(house)] == ["payloads"]
    assert restore_sounds(house, [target]) == (2, 1)
    assert house.catalogue.without_payload() == [late]
    assert {trace: house.catalogue.sealed(trace) for trace in traces[1:]} == {
        trace: sealed[trace] for trace in traces[1:]
    }
    assert not house.payloads.has(house.household.id, traces[0])
    house.close()


def test_a_database_that_survived_is_the_newest(tmp_path: Path, target: Target) -> None:
    house = new_house(tmp_path / "house")
    gone, stays = keep(house), keep(house)
    backup(house, target)
    forget(house, gone)
    late = keep(house)
    survivor = tmp_path / "saved"
    survivor.mkdir()
    for file in house.settings.data_folder.glob("unhear.db*"):  # its log holds what is newest
        shutil.copy(file, survivor)
    lose_the_disk(house)
    with pytest.raises(RestoreRefused, match="Bring the newest copy"):
        bring_back(house, target)
    again, restored = bring_back(house, target, newest=survivor / "unhear.db")
    assert kept(again) == {stays, late}
    assert (restored.recordings, restored.without_sound) == (2, 1)
    forget(again, late)
    assert wrong(again) == []
    again.close()


def test_a_database_that_is_none_is_refused(tmp_path: Path, target: Target) -> None:
    house = new_house(tmp_path / "house")
    backup(house, target)
    lose_the_disk(house)
    none = tmp_path / "none.db"
    with pytest.raises(CopyMissing, match=r"no database .*none\.db"):
        bring_back(house, target, newest=none)
    none.write_bytes(b"not a database" * 999)
    with pytest.raises(StoreDamaged, match="not a database"):
        bring_back(house, target, newest=none)


def test_a_copy_from_before_an_erasure_that_broke_off_is_brought_back_on_demand_only(
    tmp_path: Path, target: Target
) -> None:
    mirror = tmp_path / "mirror"
    house = new_house(tmp_path / "house", mirror=str(mirror))
    asked, stays = keep(house), keep(house)
    backup(house, target)
    house.copies.ship()
    mirror.rename(tmp_path / "away")
    mirror.write_bytes(b"")
    with pytest.raises(MirrorAway):
        forget(house, asked)
    survivor = tmp_path / "saved"
    shutil.copytree(house.settings.data_folder, survivor)
    lose_the_disk(house)
    mirror.unlink()
    (tmp_path / "away").rename(mirror)
    with pytest.raises(RestoreRefused, match="newer than this copy"):
        bring_back(house, target)
    again, _ = bring_back(house, target, newest=survivor / "unhear.db")
    assert kept(again) == {stays}
    assert len(again.keeper.ids()) == 1
    assert wrong(again) == []
    again.close()


def test_the_older_copy_is_brought_back_where_nothing_newer_is_left(
    tmp_path: Path, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = new_house(tmp_path / "house")
    asked, stays = keep(house), keep(house)
    backup(house, target)
    with monkeypatch.context() as patch:
        patch.setattr(house.keeper, "destroy", _killed)
        with pytest.raises(KeyboardInterrupt):
            forget(house, asked)
    lose_the_disk(house)
    with pytest.raises(RestoreRefused, match="ask once more"):
        bring_back(house, target)
    again, _ = bring_back(house, target, older=True)
    assert kept(again) == {asked, stays}
    assert len(again.keeper.ids()) == 1
    again.forgetter.forget(again.household.id, Scope(recordings=frozenset([asked])))
    assert wrong(again) == []
    again.close()


def _killed(_root_id: bytes) -> None:
    raise KeyboardInterrupt


def test_it_is_said_how_each_backup_opens_and_dead_ones_can_be_removed(
    tmp_path: Path, target: Target
) -> None:
    house = new_house(tmp_path / "house", horizon_days=7)
    traces = [keep(house) for _ in range(3)]
    made = [backup(house, target)]
    for trace in traces:
        forget(house, trace)
        made.append(backup(house, target))
    ways = [Opens.WITH_NEWEST, Opens.WITH_NEWEST, Opens.WITH_NEWEST, Opens.BY_ITSELF]
    assert how_they_open(house.keeper, made) == ways
    assert remove_dead(house, target) == 0
    house.keeper.destroy(parked_id(bytes.fromhex(made[1].root)))  # as when its day has come
    assert how_they_open(house.keeper, made)[1] is Opens.NOT
    assert remove_dead(house, target) == 1
    assert {one.id for one in backups(target)} == {made[n].id for n in (0, 2, 3)}
    lose_the_disk(house)
    again, _ = bring_back(house, target)
    again.close()


def test_the_mirror_alone_brings_everything_but_sound_back(tmp_path: Path) -> None:
    mirror = str(tmp_path / "mirror")
    house = new_house(tmp_path / "house", mirror=mirror)
    gone, stays = keep(house), keep(house)
    words = house.catalogue.sealed(stays).transcript
    forget(house, gone)
    lose_the_disk(house)
    again, restored = bring_back(house, Target(mirror))
    assert kept(again) == {stays}
    assert (restored.recordings, restored.without_sound) == (1, 1)
    again.payloads.put(again.household.id, stays, b"")
    assert again.catalogue.sealed(stays).transcript == words
    assert [finding for finding in wrong(again) if not finding.startswith("payloads")] == []
    again.close()
