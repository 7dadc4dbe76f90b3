"""A family backs up, loses its disk, and comes back, by the command line."""

import shutil
from pathlib import Path

from tests.cli.program import unhear
from tests.cli.test_family_commands import keep_something


def test_backup_restore_and_drill(tmp_path: Path) -> None:
    house, place = tmp_path / "house", str(tmp_path / "usb")
    unhear(house, "setup", "--guardian", "Ada", "--keep")
    gone = keep_something(house, "Ada")
    assert unhear(house, "backup", place)["recordings"] == 1
    stays = keep_something(house, "Ada")
    unhear(house, "forget", gone[:8])
    made = unhear(house, "backup", place)
    listed = unhear(house, "backups", place)["backups"]
    assert [one["opens"] for one in listed] == [False, True]
    assert unhear(house, "drill")["result"] == "passed"
    unhear(house, "backup", place)
    roots = tmp_path / "roots"
    shutil.copytree(house / "roots", roots)
    shutil.rmtree(house)
    house.mkdir()
    refused = unhear(house, "restore", place, code=3)["error"]
    assert "no copy opens without it" in refused
    assert "closed" in unhear(house, "recordings", code=4)["error"]
    shutil.copytree(roots, house / "roots", dirs_exist_ok=True)
    assert "see `unhear backups`" in unhear(house, "restore", place, "--at", "x", code=3)["error"]
    restored = unhear(house, "restore", place)
    assert restored == {"recordings": 1, "without_sound": 0, "forgotten_again": 0}
    (kept,) = unhear(house, "recordings")["recordings"]
    assert stays.startswith(kept["id"])
    assert unhear(house, "audit")["ok"]
    assert made["recordings"] == 1
