"""The verifier in one file agrees with unhear about every receipt, and needs nothing of it."""

import ast
import importlib.util
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prove.memory import SIGNER, receipt
from tests.verifier.alone import ALONE, FILE
from tests.verifier.receipts import (
    LOG,
    NEVER,
    NEWER,
    SMALL_CLAIMS,
    STRANGER,
    WITNESSES,
    Case,
    cases,
    cosigned,
    genuine_receipts,
    issued,
    signed_as_it_is,
)
from unhear.prove.receipt import Receipt, verify
from unhear.prove.statement import statement_of


def accepts(case: Case) -> bool:
    try:
        log = ALONE.parse_key(case.log, ALONE.LOG)
        witnesses = [ALONE.parse_key(key, ALONE.WITNESS) for key in case.witnesses]
        verdict = ALONE.verify(case.data, log, witnesses)
    except ALONE.Refused:
        return False
    assert verdict["ok"] is True
    return True


@given(genuine_receipts(), st.sampled_from([0, 1, 2]))
@settings(max_examples=60, deadline=None)
def test_it_accepts_what_is_genuine(genuine: object, demanded: int) -> None:
    data = cosigned(genuine, demanded).to_json().encode()  # type: ignore[arg-type] # drawn
    assert accepts(Case(data, LOG, WITNESSES[:demanded]))


@given(cases())
@settings(max_examples=600, deadline=None)
def test_it_agrees_about_what_is_damaged(case: Case) -> None:
    assert accepts(case) == case.genuine


@pytest.mark.slow
@given(cases())
@settings(max_examples=10_000, deadline=None)
def test_it_agrees_about_ten_thousand_damaged_ones(case: Case) -> None:
    assert accepts(case) == case.genuine


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_it_agrees_about_every_byte(data: st.DataObject) -> None:
    original = receipt().to_json().encode()
    place = data.draw(st.integers(0, len(original) - 1))
    new = data.draw(st.binary(max_size=2))
    case = Case(original[:place] + new + original[place + 1 :])
    assert accepts(case) == case.genuine


@pytest.mark.parametrize("name", NEWER)
def test_what_only_a_newer_unhear_states_is_verified_and_shown(name: str) -> None:
    made = signed_as_it_is(NEWER[name])
    made = made if name.startswith("another field") else replace(made, opening=None)
    case = Case(made.to_json().encode())
    assert case.genuine
    assert accepts(case)
    verdict = verify(Receipt.from_json(case.data), SIGNER.verifier)
    assert verdict.claim is None
    assert any(json.dumps(NEWER[name], ensure_ascii=False) in said for said in verdict.proves)
    assert any("nobody copied" in said for said in verdict.cannot_prove)


@pytest.mark.parametrize("name", NEVER)
def test_what_no_version_may_state_is_refused(name: str) -> None:
    made = replace(signed_as_it_is(NEVER[name]), opening=None)
    case = Case(made.to_json().encode())
    assert not case.genuine
    assert not accepts(case)


def _run(folder: Path, data: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    file = folder / "receipt.json"
    file.write_bytes(data)
    copy = folder / "copied.py"
    copy.write_bytes(FILE.read_bytes())
    command = [sys.executable, "-I", "-S", *_only_cryptography(copy), str(file), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def _only_cryptography(script: Path) -> list[str]:
    """Answer arguments that run `script` with the site packages but without the way to unhear."""
    packages = Path(importlib.util.find_spec("cryptography").submodule_search_locations[0]).parent  # type: ignore[union-attr,index] # it is installed
    code = (
        "import runpy, sys; sys.path.append(sys.argv.pop(1)); "
        "sys.modules['unhear'] = None; sys.modules['rfc8785'] = None; "
        "sys.argv.pop(0); runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    return ["-c", code, str(packages), str(script)]


def test_as_a_program_it_says_what_is_proven_and_what_is_not(tmp_path: Path) -> None:
    data = cosigned(receipt(), 1).to_json().encode()
    done = _run(tmp_path, data, "--log-key", LOG, "--witness", WITNESSES[0])
    assert (done.returncode, done.stderr) == (0, "")
    for said in (
        "The receipt is genuine. It proves:",
        "entry 5 of 7",
        "witness.example saw the log in that state at 2027-01-15T08:00:00Z",
        "Its operator states: 2-9 kept thing(s) (scope: recording)",
        "It cannot prove:",
        "nobody copied a recording",
        '"an answer already spoken"',
    ):
        assert said in done.stdout
    assert "no witness was asked for" not in done.stdout
    alone = _run(tmp_path, data, "--log-key", LOG)
    assert "no witness was asked for" in alone.stdout


def test_as_a_program_it_refuses_with_1_and_asks_with_2(tmp_path: Path) -> None:
    data = receipt().to_json().encode()
    refused = _run(tmp_path, data, "--log-key", STRANGER)
    assert (refused.returncode, refused.stderr) == (1, "")
    assert refused.stdout == "REFUSED: the checkpoint is not signed by the log's key.\n"
    unseen = _run(tmp_path, data, "--log-key", LOG, "--witness", WITNESSES[0])
    assert (unseen.returncode, "did not cosign" in unseen.stdout) == (1, True)
    for arguments in ((), ("--log-key", LOG[:-1]), ("--log-key", WITNESSES[0])):
        assert _run(tmp_path, data, *arguments).returncode == 2
    gone = subprocess.run(
        [sys.executable, FILE, tmp_path / "none", "--log-key", LOG],
        capture_output=True,
        check=False,
    )
    assert gone.returncode == 2


def test_as_a_program_it_answers_json(tmp_path: Path) -> None:
    genuine = receipt()
    done = _run(tmp_path, genuine.to_json().encode(), "--log-key", LOG, "--json")
    verdict = json.loads(done.stdout)
    assert verdict["ok"] is True
    assert verdict["statement"] == genuine.statement
    assert len(verdict["cannot_prove"]) == 4
    refused = json.loads(_run(tmp_path, b"{}", "--log-key", LOG, "--json").stdout)
    assert refused == {"ok": False, "error": "the receipt has not its fields"}


@pytest.mark.parametrize("kind", SMALL_CLAIMS)
def test_it_says_what_every_kind_of_statement_states(kind: str) -> None:
    data = issued(statement_of(SMALL_CLAIMS[kind])).to_json().encode()
    verdict = ALONE.verify(data, ALONE.parse_key(LOG, ALONE.LOG), [])
    told = verdict["proves"][-1]
    assert told.startswith("Its operator states: ")
    assert "not said" not in told
    assert verdict["statement"]["kind"] == kind


def test_it_reads_python_of_2020_and_imports_one_package_only() -> None:
    tree = ast.parse(FILE.read_text(), feature_version=(3, 9))
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    outside = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name.split(".")[0] for name in outside} == {"cryptography"}
    assert len(FILE.read_text().splitlines()) <= 310
