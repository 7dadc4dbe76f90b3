"""`unhear keeper` and `unhear doctor`, as people and scripts run them."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import unhear
from tests.home import Home
from tests.keepers.conftest import NewShelf
from unhear.house import machine
from unhear.house.advice import Health
from unhear.house.doctor import examine
from unhear.house.house import House
from unhear.house.keeping import move_keeper
from unhear.settings import Settings, read_settings
from unhear.stores.keepers.file import FileRootKeeper


def test_set_up_show_and_move(tmp_path: Path) -> None:
    house = tmp_path / "house"
    made = unhear(house, "setup", "--keeper", "split:[file:one][file:two]")
    assert made["keeper"]["kind"] == "split(file, file)"
    assert made["keeper"]["grade"].startswith("C: ")
    assert made["keeper"]["limits"]
    shown = unhear(house, "keeper", "show")
    assert shown == {**made["keeper"], "held": 1}
    moved = unhear(house, "keeper", "migrate", "mirror:[file:three][file:four]")
    assert (moved["kind"], moved["held"]) == ("mirror(file, file)", 1)
    assert list((house / "one").iterdir()) == list((house / "two").iterdir()) == []
    assert unhear(house, "keeper", "show") == moved
    assert unhear(house, "doctor")["ok"]


def test_a_restored_house_keeps_the_keeper_it_was_restored_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings in the backup name the keeper of that day."""
    house, again = tmp_path / "house", tmp_path / "again"
    unhear(house, "setup", "--keeper", f"file:{tmp_path / 'first'}")
    unhear(house, "backup", str(tmp_path / "copy"))
    unhear(house, "keeper", "migrate", f"file:{tmp_path / 'second'}")
    mirror = str(tmp_path / "mirror")
    unhear(house, "backup", mirror)
    (house / "settings.toml").unlink()
    monkeypatch.setenv("UNHEAR_KEEPER", f"file:{tmp_path / 'second'}")
    unhear(again, "restore", str(tmp_path / "copy"), "--newest", mirror)
    monkeypatch.delenv("UNHEAR_KEEPER")
    assert read_settings(again).keeper == f"file:{tmp_path / 'second'}"
    assert unhear(again, "keeper", "show")["held"] == 1


def _refused(house: Path, keeper: str, *, code: int) -> str:
    said: str = unhear(house, "setup", "--keeper", keeper, code=code)["error"]
    return " ".join(said.split())  # the program wraps its lines


@pytest.mark.tools
def test_a_new_house_on_every_medium(tmp_path: Path, new_shelf: NewShelf) -> None:
    shelf = new_shelf("mirror:[split:[TPM][TOKEN]][FILE]")
    house = tmp_path / "new"
    made = unhear(house, "setup", "--keeper", shelf.spec)
    assert made["keeper"]["kind"] == "mirror(split(tpm2, pkcs11), file)"
    assert unhear(house, "doctor")["ok"]
    unhear(house, "keeper", "migrate", "file:roots")
    assert set(shelf.open().ids()) == set()


def test_a_spec_that_cannot_be_used_makes_no_house(tmp_path: Path) -> None:
    house = tmp_path / "house"
    assert "no keeper of kind" in _refused(house, "vault:x", code=2)
    unhear(house, "setup", "--keeper", "file:mine")
    taken = f"file:{house / 'mine'}"
    other = tmp_path / "other"
    assert "another house" in _refused(other, taken, code=3)
    assert not (other / "settings.toml").exists()
    assert "holds a house already" in _refused(house, "file:x", code=3)
    assert read_settings(house).keeper == "file:mine"


def test_a_check_up_without_the_root(tmp_path: Path) -> None:
    house = tmp_path / "house"
    unhear(house, "setup", "--keeper", "file:mine")
    (house / "mine").rename(house / "lost")
    answer = unhear(house, "doctor", code=1)
    assert not answer["ok"]
    (found,) = [row for row in answer["findings"] if row["health"] == "wrong"]
    assert found["check"] == "house"
    assert "No such file" in found["seen"]
    assert {row["check"] for row in answer["findings"]} >= {"versions", "swap", "disk space"}


def _found(settings: Settings) -> dict[str, tuple[Health, str]]:
    house: House | None = None

    def opened() -> House:
        nonlocal house
        house = House(settings)
        return house

    found: dict[str, tuple[Health, str]] = {}
    for one in examine(settings, opened):
        assert (one.health is Health.OK) == (one.todo == "")
        found.setdefault(one.check, (one.health, one.seen))
    if house is not None:
        house.close()
    return found


def test_a_healthy_house(home: Home) -> None:
    found = _found(home.settings)
    assert found["keeper"][0] is Health.WARNING
    assert found["root keys"] == (Health.OK, "1 root keys held, 1 needed")
    assert {health for check, (health, _) in found.items() if check.startswith("audit")} == {
        Health.OK
    }


def test_a_root_folder_inside_what_is_backed_up(home: Home) -> None:
    move_keeper(home.settings, home.db, House(home.settings).copies, "file:data/roots")
    found = _found(read_settings(home.settings.house))
    assert found["root folder"][0] is Health.WRONG
    assert "which is backed up" in found["root folder"][1]


def test_a_root_folder_on_the_disk_of_the_mirror(home: Home, tmp_path: Path) -> None:
    settings = Settings(house=home.settings.house, mirror=str(tmp_path / "copy"))
    found = _found(settings)
    assert found["root folder"][0] is Health.WARNING
    assert "disk of the mirror" in found["root folder"][1]


def test_a_root_folder_that_others_may_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unhear.house.doctor.SNAPSHOTTING", frozenset())
    home.settings.root_folder.chmod(0o755)
    assert _found(home.settings)["root folder"][0] is Health.WRONG


def test_snapshots(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"a / ext4 rw 0 0\nb {home.settings.house} btrfs rw 0 0\n")
    monkeypatch.setattr(machine, "MOUNTS", mounts)
    health, seen = _found(home.settings)["root folder"]
    assert health is Health.WARNING
    assert "btrfs" in seen


@pytest.mark.parametrize(
    ("device", "health"), [("/dev/sda2", Health.WARNING), ("/dev/dm-1", Health.OK)]
)
def test_swap(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str, health: Health
) -> None:
    swaps = tmp_path / "swaps"
    swaps.write_text(f"Filename Type Size Used Priority\n{device} partition 1 0 -2\n")
    monkeypatch.setattr(machine, "SWAPS", swaps)
    assert _found(home.settings)["swap"][0] is health


@pytest.mark.parametrize(
    ("free", "health"), [(1 << 20, Health.WRONG), (1 << 28, Health.WARNING), (1 << 40, Health.OK)]
)
def test_disk_space(home: Home, monkeypatch: pytest.MonkeyPatch, free: int, health: Health) -> None:
    def usage(_path: Path) -> Any:
        return type("Usage", (), {"free": free})

    monkeypatch.setattr("shutil.disk_usage", usage)
    assert _found(home.settings)["disk space"][0] is health


def test_a_doubted_clock(home: Home) -> None:
    home.sweeper.sweep()
    home.clock.pass_time(days=-900)
    with home.db.writing() as transaction:
        mark = transaction.clock_mark()
        assert mark is not None
        transaction.set_clock_mark(type(mark)(mark.believed, (home.clock(), home.clock())))
    found = list(examine(home.settings, lambda: House(home.settings)))
    assert any(one.check == "clock" and one.health is Health.WARNING for one in found)


def test_an_unfinished_move(home: Home) -> None:
    file = home.settings.house / "settings.toml"
    file.write_text('keeper_moving_to = "file:stick/roots"\n')
    found = _found(read_settings(home.settings.house))
    assert found["keeper's move"][0] is Health.WARNING
    FileRootKeeper(home.settings.house / "stick" / "roots")
    _found(read_settings(home.settings.house))
    assert read_settings(home.settings.house).keeper_moving_to is None
