"""`unhear desk` in its own process, as an operator's script would run it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from tests.cli.program import unhear
from tests.ports import free_port
from unhear.cli.app import app
from unhear.desk.settings import read_desk_settings
from unhear.settings import SettingsWrong
from unhear.web.problems import Problem

HOME = "0" * 32
SETTINGS = f'name = "Example Ltd"\n[[homes]]\nid = "{HOME}"\nurl = "https://home.example"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "desk.toml").write_text(f'page = "127.0.0.1:{free_port()}"\n{SETTINGS}')
    return tmp_path


def desk(folder: Path, *arguments: str) -> dict[str, Any]:
    """Run a command here; raise what it raises."""
    wanted = ["desk", "--folder", str(folder), *arguments, "--json"]
    done = CliRunner().invoke(app, wanted, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_people_are_invited_listed_suspended_and_let_in_again(folder: Path) -> None:
    invited = desk(folder, "invite", "Olga", "--role", "operator")
    assert "/join#" in invited["link"]
    staff = invited["id"]
    (listed,) = desk(folder, "staff")["staff"]
    assert (listed["name"], listed["role"], listed["joined"]) == ("Olga", "operator", False)
    assert desk(folder, "suspend", staff, "--why", "left")["suspended"] == "left"
    with pytest.raises(Problem, match="suspended already"):
        desk(folder, "suspend", staff)
    assert desk(folder, "reinstate", staff)["suspended"] is None
    again = desk(folder, "invite-anew", staff)
    assert again["link"] != invited["link"]
    assert desk(folder, "counts")["homes"] == {HOME: {"looks": 0, "requests": 0, "grants": 0}}


def test_what_cannot_be_done_is_told_in_a_sentence(folder: Path) -> None:
    wanted = ("desk", "--folder", str(folder), "suspend", "nobody")
    told = unhear(folder / "house", *wanted, code=3)["error"]
    assert "Nobody at this desk has this id." in told
    login = ["desk", "--folder", str(folder), "invite", "Bo", "--role", "support", "--login", "b@x"]
    done = CliRunner().invoke(app, login)
    assert (done.exit_code, "[oidc]" in done.output) == (2, True)


def test_it_says_what_homes_need_and_answers_until_stopped(folder: Path) -> None:
    keys = set()
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-m", "unhear", "desk", "--folder", str(folder), "run"],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                assert process.stdout is not None
                lines = [process.stdout.readline().strip() for _ in range(8)]
                url = lines[0].removeprefix("The desk answers at ")
                told = json.loads(httpx2.get(f"{url}/counts.json", trust_env=False).text)
                assert told["total"] == {"looks": 0, "requests": 0, "grants": 0}
                page = httpx2.get(f"{url}/sign-in", trust_env=False)
                assert "Example Ltd" in page.text
            finally:
                process.terminate()
        assert "[staff]" in lines
        keys |= {one for one in lines if one.startswith("key = ")}
        assert f'desk = "{url}"' in lines
    assert len(keys) == 1
    assert (folder / "desk.key").stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("", "is missing"),
        ("name = 3", "name"),
        ('name = "x"\nnames = 3', "names"),
        ('name = "x"\npage = "0.0.0.0:80"', "TLS"),
        ('name = "x"\norigin = "http://desk.example"', "not encrypted"),
        (SETTINGS.replace("https", "http"), "not encrypted"),
        (SETTINGS.replace(HOME, "home"), "homes.0.id"),
        (SETTINGS + SETTINGS.partition("\n")[2], "same id"),
        (SETTINGS + '[oidc]\nissuer = "http://i.example"\nclient_id = "a"\nsecret = "b"\n', "http"),
        ("name =", "cannot be read"),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, wrong: str, told: str) -> None:
    if wrong:
        (tmp_path / "desk.toml").write_text(wrong)
    with pytest.raises(SettingsWrong, match=told):
        read_desk_settings(tmp_path)
