"""The specification is enough: a verifier in another language, written from it, agrees."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.needs import need_program
from tests.prove.memory import SIGNER, WITNESS, receipt
from unhear.prove.errors import ProofError
from unhear.prove.receipt import Receipt, verify

pytestmark = pytest.mark.tools

FOLDER = Path(__file__).parent
GOLDEN = FOLDER / "golden"


def _second(file: Path, *witnesses: str) -> str | None:
    """Answer what the other verifier says of a receipt, None when it refuses."""
    node, script = need_program("node"), FOLDER / "verify.mjs"
    arguments = [str(file), str(SIGNER.verifier), *witnesses]
    done = subprocess.run([node, script, *arguments], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


@pytest.mark.parametrize("name", ["receipt", "disclosure"])
def test_it_accepts_what_we_accept(name: str) -> None:
    assert _second(GOLDEN / f"{name}.json") == "5 of 7\n"


def test_it_reads_our_cosignatures(tmp_path: Path) -> None:
    genuine = receipt()
    note = WITNESS.cosign(genuine.proof.checkpoint, 1_800_000_000)
    file = tmp_path / "receipt.json"
    file.write_text(replace(genuine, proof=replace(genuine.proof, checkpoint=note)).to_json())
    assert _second(file, str(WITNESS.verifier)) == "5 of 7\n"
    assert _second(GOLDEN / "receipt.json", str(WITNESS.verifier)) is None


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "statement": lambda fields: fields["statement"].update(epoch_to=6),
    "place": lambda fields: fields.update(proof=fields["proof"].replace("index 5", "index 4")),
    "size": lambda fields: fields.update(proof=fields["proof"].replace("\n7\n", "\n8\n")),
    "signature": lambda fields: fields.update(proof=fields["proof"].replace("kzvyE", "kzvyF")),
    "item": lambda fields: fields["opening"]["items"].pop(),
    "subject": lambda fields: fields["opening"]["subject"].update(item="00" * 16),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_refuses_what_we_refuse(change: str, tmp_path: Path) -> None:
    fields = json.loads((GOLDEN / "receipt.json").read_text())
    CHANGES[change](fields)
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(fields))
    assert file.read_text() != json.dumps(json.loads((GOLDEN / "receipt.json").read_text()))
    with pytest.raises(ProofError):
        verify(Receipt.from_json(file.read_bytes()), SIGNER.verifier)
    assert _second(file) is None
