"""What is compared with peers is whole, and who does not unlearn to the bit is told so."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from bench.learn import unlearners
from bench.learn.unlearners import ROOT, compare, made

from tests.bench.test_learn_attacks import recordings
from tests.needs import need
from unhear.learn.labelled import Labelled
from unhear.learn.sums import Sums
from unhear.learn.telling import Telling

PEERS = ROOT / "bench" / "learn" / "peer_learners.py"


def test_ours_is_what_never_learned_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlearners, "_peer", lambda *_: "not run")
    part = compare(recordings(), (40, 60), (1, 5))
    for found in part.figures["unlearned_by_forgotten_and_staying"].values():
        assert {one["equals_never_learned"] for one in found.values()} == {True}
    assert set(part.peers.values()) == {"not run"}


def test_a_learner_that_keeps_everything_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(_self: Telling, state: Sums, _contribution: Labelled) -> Sums:
        return state

    monkeypatch.setattr(unlearners, "_peer", lambda *_: "not run")
    monkeypatch.setattr(Telling, "sub", keep)
    assert not compare(recordings(), (40,), (1,)).ok


def test_a_peer_that_is_missing_is_said_not_to_have_been_run() -> None:
    case = made(recordings(), 40, 1)
    assert str(unlearners._peer(".venv-nowhere", "sisa", {40: case}, (1,))).startswith("not run")


@pytest.mark.slow
@pytest.mark.parametrize("name", unlearners.LEARNERS)
def test_peers_train_again(name: str, tmp_path: Path) -> None:
    ready = ROOT / ".venv-learners" / ".ready"
    need(ready.exists(), "other learners: make .venv-learners/.ready")
    made(recordings(), 200, 2).write(tmp_path, 2)
    python = str(ROOT / ".venv-learners" / "bin" / "python")
    done = subprocess.run(
        [python, "-W", "ignore", str(PEERS), name, str(tmp_path)],
        env=unlearners.ONE_THREAD,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["equals_never_learned"]
    assert found["seconds"] > 0
    assert found["told"] > 0.5
