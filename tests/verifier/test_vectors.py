"""The committed vectors are what the code makes, and every verifier agrees with them."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.needs import need_program
from tests.verifier.receipts import Case
from tests.verifier.test_one_file import accepts
from tests.verifier.vectors import FILE, Vector, vectors, written

VECTORS = {vector.name: vector for vector in vectors()}
SECOND = Path(__file__).parents[1] / "prove/verify.mjs"


def test_the_committed_vectors_are_those_that_are_made() -> None:
    assert FILE.read_text() == written(), "run python -m tests.verifier.vectors"
    assert len(VECTORS) == len(vectors()), "two vectors have one name"
    committed = [Vector(**vector) for vector in json.loads(FILE.read_text())["vectors"]]
    assert [vector.name for vector in committed] == list(VECTORS)


@pytest.mark.parametrize("name", VECTORS)
def test_ours_and_the_one_in_a_file_agree(name: str) -> None:
    vector = VECTORS[name]
    case = Case(vector.receipt.encode(), vector.log, vector.witnesses)
    assert case.genuine is vector.ok
    assert accepts(case) is vector.ok


@pytest.mark.tools
@pytest.mark.parametrize("name", [name for name in VECTORS if VECTORS[name].ok])
def test_the_one_in_another_language_accepts_what_is_genuine(name: str, tmp_path: Path) -> None:
    node, vector = need_program("node"), VECTORS[name]
    file = tmp_path / "receipt.json"
    file.write_text(vector.receipt)
    asked = [node, str(SECOND), str(file), vector.log, *vector.witnesses]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
