"""The thief gets nothing that was erased, and everything when forgetting is broken."""

import json
import subprocess
from pathlib import Path

import pytest
from bench.thief.__main__ import PROMISES, PYTHON, ROOT
from bench.thief.ours import Ours
from bench.thief.story import PEOPLE, live, make_recordings

from tests.needs import need
from unhear.stores.keepers.file import FileRootKeeper

COUNT = 2 * PEOPLE


def test_nothing_that_was_erased_comes_back(tmp_path: Path) -> None:
    figures = live(Ours(tmp_path), make_recordings(COUNT), tmp_path)
    assert figures["erased_contents_stolen"] == figures["erased_facts_stolen"] == 0
    assert figures["kept_readable"] == figures["kept"] == COUNT // 2


def test_the_thief_can_steal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With roots that are never destroyed, as if the keeper lied, everything comes back."""
    ours = Ours(tmp_path)
    monkeypatch.setattr(FileRootKeeper, "destroy", lambda *_: None)
    monkeypatch.setattr("unhear.forget.attest._look_at_database", lambda *_: None)
    figures = live(ours, make_recordings(COUNT), tmp_path)
    assert figures["erased_contents_stolen"] == figures["erased_facts_stolen"] == COUNT // 2


@pytest.mark.tools
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PROMISES))
def test_others_live_through_the_same_story(name: str) -> None:
    need(PYTHON.exists(), "the other stores (make .venv-thief/.ready)")
    script = ROOT / "bench" / "thief" / "peers.py"
    command = [str(PYTHON), str(script), name, str(COUNT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-500:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["kept_readable"] == figures["kept"]
