"""`unhear audit` at the command line: of this house, of several, and of a folder of many."""

import json
from pathlib import Path
from typing import Any

import pytest
from bench.audit.plants import PLANTS
from bench.audit.seed import live, quickly
from typer.testing import CliRunner, Result

from tests.home import Home
from unhear import clock
from unhear.cli.app import app


@pytest.fixture
def homes(tmp_path: Path) -> tuple[Home, Home]:
    now = clock.now()
    well, wrong = (live(tmp_path / "all" / name, 1, now) for name in ("well", "wrong"))
    with quickly(wrong.clock):
        PLANTS["a root key kept"][1](wrong)
    return well, wrong


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def evidence(result: Result) -> Any:
    return json.loads(result.stdout)["evidence"]


def test_houses_are_named_or_lie_in_a_folder(homes: tuple[Home, Home], tmp_path: Path) -> None:
    well, wrong = homes
    one = run("audit", well.settings.house, "--json")
    assert (one.exit_code, evidence(one)["houses"]) == (0, 1)
    assert "findings" not in json.loads(one.stdout)
    both = run("audit", "--houses", tmp_path / "all", "--json")
    assert (both.exit_code, evidence(both)["houses"]) == (1, 2)
    (violation,) = evidence(both)["violations"]
    assert violation["rule"] == "ROOT"
    found = run("audit", "--houses", tmp_path / "all", "--resolve", violation["house"])
    assert found.stdout.strip().replace("\n", "") == str(wrong.settings.house)


def test_of_this_house_everything_else_is_checked_too(homes: tuple[Home, Home]) -> None:
    done = run("--house", homes[0].settings.house, "audit", "--json")
    assert {row["check"] for row in json.loads(done.stdout)["findings"]} >= {"plaintext", "ledger"}
    assert evidence(done)["ok"]
    shown = run("--house", homes[0].settings.house, "audit")
    assert shown.exit_code == done.exit_code
    assert "nobody but guardians looks without a grant" in shown.stdout


def test_a_period_is_whole_days(homes: tuple[Home, Home]) -> None:
    house = homes[0].settings.house
    now = clock.now()
    made = evidence(run("audit", house, "--json"))
    ends = f"{now:%Y-%m-%d}"
    short = evidence(run("audit", house, "--from", ends, "--to", ends, "--json"))
    assert (short["from"][:10], short["to"] > short["from"]) == (ends, True)
    assert short["totals"]["erasures"] < made["totals"]["erasures"]
    assert run("audit", house, "--from", "2026-02-02", "--to", "2026-02-01").exit_code == 2


def test_pages_are_written(homes: tuple[Home, Home], tmp_path: Path) -> None:
    page, oscal = tmp_path / "page.html", tmp_path / "oscal.json"
    run("audit", homes[1].settings.house, "--html", page, "--oscal", oscal)
    assert "1 violation." in page.read_text()
    assert "assessment-results" in json.loads(oscal.read_text())
    nowhere = run("audit", homes[0].settings.house, "--html", tmp_path / "no" / "page.html")
    assert nowhere.exit_code == 2


def test_what_cannot_be_meant_is_said(homes: tuple[Home, Home], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run("audit", "--houses", tmp_path / "empty").exit_code == 2
    house = homes[0].settings.house
    assert run("audit", house, "--resolve", "person-000000000000").exit_code == 2
    made = evidence(run("audit", house, "--json"))
    child = made["accounts"][0]["children"][0]["person"]
    assert "person" in run("audit", house, "--resolve", child).stdout
