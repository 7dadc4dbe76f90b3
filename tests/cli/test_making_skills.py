"""`unhear skill new` makes a package whose test passes, and never writes over anything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import unhear


@pytest.mark.parametrize("name", ["greeter", "tea_maker"])
def test_a_new_skill_passes_its_own_test(tmp_path: Path, name: str) -> None:
    made = unhear(tmp_path / "house", "skill", "new", name, "--folder", str(tmp_path))
    assert f"tests/test_{name}.py" in made["files"]
    folder = tmp_path / f"unhear-{name}"
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder / "tests"],
        env={**os.environ, "PYTHONPATH": str(folder / "src")},  # noqa: TID251 - a child's
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert "2 passed" in tests.stdout, tests.stdout
    unhear(tmp_path / "house", "skill", "new", name, "--folder", str(tmp_path), code=2)


def test_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    unhear(tmp_path, "skill", "new", "Not A Name", "--folder", str(tmp_path), code=2)
    assert not list(tmp_path.glob("unhear-*"))
