"""Receipts are checked with keys alone, handed over with their verifiers, and shown in part."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import PASSPHRASE, unhear
from tests.cli.test_family_commands import keep_something
from tests.prove.memory import WITNESS, receipt
from tests.verifier.receipts import LOG, WITNESSES, cosigned
from unhear.house.setup import SetupPlan, set_up
from unhear.settings import Settings

PLAN = SetupPlan("Testers", "Ada", keep=True)


def test_a_witness_that_is_asked_for_must_have_cosigned(tmp_path: Path) -> None:
    file, nowhere = tmp_path / "receipt.json", tmp_path / "nowhere"
    file.write_text(cosigned(receipt(), 1).to_json())
    key_file = tmp_path / "witness.key"
    key_file.write_text(f"{WITNESSES[0]}\n")
    said = unhear(nowhere, "verify", str(file), "--key", LOG, "--witness", str(key_file))
    assert any(WITNESS.name in sentence for sentence in said["proves"])
    assert not any("no witness you trust" in sentence for sentence in said["cannot_prove"])
    both = ["--witness", WITNESSES[0], "--witness", WITNESSES[1]]
    error = unhear(nowhere, "verify", str(file), "--key", LOG, *both, code=1)["error"]
    assert "witness.example/2 did not cosign" in error
    wrong = unhear(nowhere, "verify", str(file), "--key", LOG, "--witness", LOG, code=1)["error"]
    assert "type 4" in wrong


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    set_up(Settings(house=tmp_path / "house"), PLAN, PASSPHRASE)
    return tmp_path / "house"


def test_one_recording_is_shown_to_a_third_person_without_the_others(
    folder: Path, tmp_path: Path
) -> None:
    first, second, third = (keep_something(folder, "Ada") for _ in range(3))
    done = unhear(folder, "forget", "--everything", "--receipt", str(tmp_path / "whole.json"))
    shown = unhear(tmp_path / "nowhere", "disclose", str(tmp_path / "whole.json"), second[:12])
    assert (shown["disclosed"], shown["of"]) == (second, 3)
    text = Path(shown["receipt"]).read_text()
    assert second in text
    assert [other for other in (first, third) if other in text] == []
    said = unhear(tmp_path / "nowhere", "verify", shown["receipt"], "--key", done["key"])
    assert any(second in sentence for sentence in said["proves"])

    handed = tmp_path / "handed"
    unhear(folder, "receipts", "--out", str(handed))
    assert {"verify_receipt.py", "verify.html"} < {file.name for file in handed.iterdir()}
    checked = subprocess.run(
        [sys.executable, "verify_receipt.py", shown["receipt"], "--log-key", done["key"], "--json"],
        cwd=handed,
        capture_output=True,
        check=True,
    )
    assert second in " ".join(json.loads(checked.stdout)["proves"])


def test_what_cannot_be_shown_is_refused_and_said(tmp_path: Path) -> None:
    file, nowhere = tmp_path / "receipt.json", tmp_path / "nowhere"
    file.write_text(receipt().to_json())
    assert "no recording" in unhear(nowhere, "disclose", str(file), "ffffffff", code=2)["error"]
    assert "several recordings" in unhear(nowhere, "disclose", str(file), "", code=2)["error"]
    unopened = json.loads(file.read_text())
    del unopened["opening"]
    file.write_text(json.dumps(unopened))
    assert "no opening" in unhear(nowhere, "disclose", str(file), "ff", code=2)["error"]
    gone = unhear(nowhere, "disclose", str(tmp_path / "gone"), "ff", code=2)["error"]
    assert "cannot read" in gone
