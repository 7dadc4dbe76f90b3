"""`unhear skill new` makes a package whose test passes, and never writes over anything."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.program import unhear


def run_tests(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a package's tests as its author would."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder / "tests"],
        env={**os.environ, "PYTHONPATH": _path(folder / "src")},  # noqa: TID251 - a child's
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


def _path(*folders: Path) -> str:
    return os.pathsep.join([*map(str, folders), *filter(None, sys.path)])


@pytest.mark.parametrize("name", ["greeter", "tea_maker"])
def test_a_new_skill_passes_its_own_test(tmp_path: Path, name: str) -> None:
    made = unhear(tmp_path / "house", "skill", "new", name, "--folder", str(tmp_path))
    assert f"tests/test_{name}.py" in made["files"]
    folder = tmp_path / f"unhear-{name}"
    tests = run_tests(folder)
    assert "4 passed" in tests.stdout, tests.stdout
    unhear(tmp_path / "house", "skill", "new", name, "--folder", str(tmp_path), code=2)


def test_a_new_skill_is_found_answers_and_stands_in_the_data_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unhear(tmp_path / "house", "skill", "new", "greeter", "--folder", str(tmp_path))
    folder = tmp_path / "unhear-greeter"
    code = folder / "src/unhear_greeter/__init__.py"
    declared = code.read_text().replace('remembers = ""', 'remembers = "whom it greeted"')
    kept = '        context.memory.remember({"who": str(intent.slots["who"])})\n'
    code.write_text(
        declared.replace('        return Reply(context.say("greeted', f"{kept}{GREETED}")
    )
    assert "1 failed, 3 passed" in run_tests(folder).stdout, "it keeps something now"

    _install(folder)
    monkeypatch.setenv("PYTHONPATH", _path(folder / "src", folder / "installed"))
    home = tmp_path / "house"
    unhear(home, "setup", "--name", "Home", "--guardian", "Ada")
    assert greeted(home) == "Hello, jo, this is greeter."
    assert "whom it greeted" in json.dumps(unhear(home, "data-map"))

    code.write_text(code.read_text().replace('"whom it greeted"', '""'))
    assert "4 failed" in run_tests(folder).stdout, "what is kept must be declared"
    assert greeted(home).startswith("Sorry, something went wrong")


def greeted(home: Path) -> str:
    (answer,) = unhear(home, "ask", "--text", "try greeter for Jo")["answers"]
    return str(answer["reply"])


GREETED = '        return Reply(context.say("greeted'


def _install(folder: Path) -> None:
    """Install a package as far as an interpreter sees: its name and its entry points."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    installed = folder / "installed" / f"{project['name']}-{project['version']}.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    )
    (installed / "entry_points.txt").write_text(points)


def test_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    for name in ("Not A Name", "none", "timers"):
        unhear(tmp_path, "skill", "new", name, "--folder", str(tmp_path), code=2)
    assert not list(tmp_path.glob("unhear-*"))
