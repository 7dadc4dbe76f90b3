"""A restore that is killed leaves the house closed, and is done again."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.copies.houses import bring_back, forget, keep, kept, lose_the_disk, new_house
from unhear.house.audit import audit
from unhear.house.backup import backup
from unhear.house.house import House
from unhear.house.own_household import NotSetUp
from unhear.stores.copies.target import Target

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_killed_while_restoring(tmp_path: Path, steps: int) -> None:
    target = Target(str(tmp_path / "target"))
    house = new_house(tmp_path / "house")
    gone, *stay = [keep(house) for _ in range(4)]
    forget(house, gone)
    backup(house, target)
    key = house.settings.log_key_file.read_bytes()
    lose_the_disk(house)
    house.settings.log_key_file.write_bytes(key)
    command = [sys.executable, "-m", "tests.copies.restorer"]
    done = subprocess.run(
        [*command, str(house.settings.house), target.place, str(steps)], check=False, cwd=ROOT
    )
    assert done.returncode == -signal.SIGKILL
    with pytest.raises(NotSetUp, match="closed"):
        House(house.settings)
    again, _ = bring_back(house, target)
    assert kept(again) == set(stay)
    assert [one.seen for one in audit(again) if not one.ok] == []
    again.close()
