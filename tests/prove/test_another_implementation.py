"""An implementation of transparency logs that is not ours reads our log, and we read one of its.

It lives in an environment of its own, `.venv-peer`, so that nothing of ours can come between.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.needs import need
from tests.prove.memory import OTHER_WITNESS, SIGNER, WITNESS, MemoryLog, erasure
from unhear.prove.errors import ProofWrong
from unhear.prove.ledger import Ledger
from unhear.prove.merkle import consistency_proof, inclusion_proof, root, verify_consistency
from unhear.prove.notes import Note, VerifierKey
from unhear.prove.proof import TlogProof
from unhear.stores.log_files import LogFolder

pytestmark = pytest.mark.tools

SCRIPT = Path(__file__).with_name("another_implementation.py")
PYTHON = Path(__file__).parents[2] / ".venv-peer/bin/python"
ENTRIES = 700
PUBLISHED = (1, 255, 256, 300, 513, ENTRIES)
"""The sizes at which the log is published: partial tiles, whole ones, and a second level."""

PLACES = [(0, 1), (0, ENTRIES), (254, 255), (255, 256), (256, 300), (299, 513), (511, ENTRIES)]
PLACES += [(512, 513), (ENTRIES - 1, ENTRIES), (123, 456)]
GROWTHS = [(1, 1), (1, 2), (255, 256), (256, 300), (300, 513), (513, ENTRIES), (64, 512)]


def _asked(how: str, question: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    need(PYTHON.exists(), "the environment .venv-peer (made by `make setup-dev`)")
    return subprocess.run(
        [PYTHON, "-I", SCRIPT, how],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
    )


def _answer(how: str, question: dict[str, Any]) -> Any:
    done = _asked(how, question)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture(scope="module")
def question(log: MemoryLog, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Publish our log as files, cosigned, and answer what the other is asked about it."""
    folder = tmp_path_factory.mktemp("log")
    ledger = Ledger(SIGNER, LogFolder(folder))
    for number in range(ENTRIES):
        ledger.append(log, erasure(1, salts=1000 + number)[0])
        if number + 1 in PUBLISHED:
            ledger.publish(log)
    published = Note.parse((folder / "checkpoint").read_text())
    note = OTHER_WITNESS.cosign(WITNESS.cosign(published, 1_800_000_000), 1_800_000_001)
    return {
        "folder": str(folder),
        "checkpoint": str(note),
        "log": str(SIGNER.verifier),
        "witnesses": [str(WITNESS.verifier), str(OTHER_WITNESS.verifier)],
        "sizes": [1, 2, 255, 256, 257, 511, 512, 513, 699, ENTRIES],
        "inclusions": [
            {
                "leaf": log.leaves[index].hex(),
                "index": index,
                "size": size,
                "path": [value.hex() for value in inclusion_proof(index, size, log.ledger_node)],
                "root": root(size, log.ledger_node).hex(),
            }
            for index, size in PLACES
        ],
        "consistencies": [
            {
                "old": old,
                "size": size,
                "path": [value.hex() for value in consistency_proof(old, size, log.ledger_node)],
                "old_root": root(old, log.ledger_node).hex(),
                "root": root(size, log.ledger_node).hex(),
            }
            for old, size in GROWTHS
        ],
    }


def test_it_reads_our_checkpoint_cosignatures_tiles_and_entries(
    question: dict[str, Any], log: MemoryLog
) -> None:
    answer = _answer("read", question)
    assert answer["ok"] is True
    assert answer["witnesses"] == ["witness.example", "witness.example/2"]
    assert answer["size"] == ENTRIES
    assert answer["audited"] == [4, 3]  # tiles on two levels; bundles of entries
    assert answer["roots"] == [root(n, log.ledger_node).hex() for n in question["sizes"]]
    assert answer["leaves"] == [place["leaf"] for place in question["inclusions"]]


def test_it_makes_of_our_tiles_the_proofs_that_we_make(question: dict[str, Any]) -> None:
    answer = _answer("read", question)
    assert answer["paths"] == [place["path"] for place in question["inclusions"]]
    assert answer["growths"] == [place["path"] for place in question["consistencies"]]


def test_it_accepts_our_proofs_and_refuses_changed_ones(question: dict[str, Any]) -> None:
    answer = _answer("judge", question)
    assert answer["inclusions"] == [True] * len(PLACES)
    assert answer["consistencies"] == [True] * len(GROWTHS)
    changed = {
        "inclusions": [{**place, "leaf": "00"} for place in question["inclusions"]],
        "consistencies": [{**place, "old_root": "00" * 32} for place in question["consistencies"]],
    }
    answer = _answer("judge", changed)
    assert answer["inclusions"] == [False] * len(PLACES)
    assert answer["consistencies"] == [False] * len(GROWTHS)


def test_it_refuses_a_changed_checkpoint_and_finds_a_changed_tile(
    question: dict[str, Any], tmp_path: Path
) -> None:
    shrunk = question["checkpoint"].replace(f"\n{ENTRIES}\n", "\n699\n", 1)
    assert _answer("read", {**question, "checkpoint": shrunk}) == {"ok": False}
    for file in Path(question["folder"]).rglob("*"):
        if file.is_file():
            copy = tmp_path / file.relative_to(question["folder"])
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    tile = tmp_path / "tile/0/001"
    content = tile.read_bytes()
    tile.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    done = _asked("read", {**question, "folder": str(tmp_path)})
    assert done.returncode != 0
    assert "TileVerificationError" in done.stderr


def test_we_read_its_checkpoint_cosignature_and_proofs() -> None:
    leaves = [b"leaf %d" % number for number in range(37)]
    made = _answer("write", {"leaves": [leaf.hex() for leaf in leaves]})
    key, witness = VerifierKey.parse(made["log"]), VerifierKey.parse(made["witness"])
    note = Note.parse(made["checkpoint"])
    assert str(note) == made["checkpoint"]
    for index, path in enumerate(made["paths"]):
        proof = TlogProof(index, tuple(bytes.fromhex(value) for value in path), note)
        seen = TlogProof.parse(str(proof)).verify(leaves[index], key, [witness])
        assert seen.witnesses == {witness: 1_800_000_000}
        with pytest.raises(ProofWrong):
            proof.verify(b"another leaf", key)
    for old, path in enumerate(made["growths"], start=1):
        verify_consistency(
            old=old,
            size=len(leaves),
            proof=[bytes.fromhex(value) for value in path],
            old_root=bytes.fromhex(made["roots"][old]),
            root_hash=bytes.fromhex(made["roots"][-1]),
        )
