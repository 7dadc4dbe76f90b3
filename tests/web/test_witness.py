"""A witness over HTTP, asked as C2SP tlog-witness says, by honest logs and by others."""

from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest

from tests.home import NOON
from tests.prove.memory import SIGNER, WITNESS, MemoryLog, signer
from tests.web.servers import witness_at
from unhear.prove.log import LedgerStore
from unhear.prove.merkle import EMPTY_ROOT, completed_by, consistency_proof, root
from unhear.prove.notes import Checkpoint, KeyKind, Note, Signer, verify_note
from unhear.prove.witness import Asked
from unhear.stores.errors import StoreDamaged, StoreUnwritable
from unhear.stores.key_files import make_key_file, read_key_file
from unhear.stores.witness_memory import WitnessFolder

STRANGER = signer("unhear.local/stranger", KeyKind.ED25519, b"s" * 32)
NEXT = signer(SIGNER.name, KeyKind.ED25519, b"n" * 32)
THIEF = signer(SIGNER.name, KeyKind.ED25519, b"t" * 32)
SIZES = 20


def grown(size: int, kind: str = "entry", shared: int = 0) -> MemoryLog:
    """Answer a log of this size; its first `shared` entries are those of every other."""
    log = MemoryLog()
    for number in range(size):
        data = f"{'entry' if number < shared else kind} {number}".encode()
        log.append_leaf(number, data, completed_by(number, data, log.ledger_node))
    return log


LOG = grown(SIZES)


def checkpoint(size: int, log: LedgerStore = LOG, by: Signer = SIGNER) -> Note:
    whole = root(size, log.ledger_node)
    return by.sign(str(Checkpoint(by.name, size, whole)))


def asked(old: int, size: int, log: LedgerStore = LOG, by: Signer = SIGNER) -> Asked:
    proof = consistency_proof(old, size, log.ledger_node) if old else []
    return Asked(old, tuple(proof), checkpoint(size, log, by))


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    keys = (SIGNER.verifier, NEXT.verifier)
    with witness_at(tmp_path / "seen", WITNESS, *keys) as address:
        yield address


def _post(url: str, body: Asked | str | bytes) -> httpx2.Response:
    content = body if isinstance(body, bytes) else str(body).encode()
    return httpx2.post(f"{url}/add-checkpoint", content=content)


def _latest(url: str, origin: str = SIGNER.name) -> httpx2.Response:
    return httpx2.get(f"{url}/{sha256(origin.encode()).hexdigest()}/checkpoint")


def test_a_log_that_grows_is_cosigned_step_by_step(url: str) -> None:
    assert _latest(url).status_code == 404
    old = 0
    for size in (1, 4, 4, 7, SIZES):
        answer = _post(url, asked(old, size))
        assert answer.status_code == 200, answer.text
        cosigned = Note.parse(f"{checkpoint(size)}{answer.text}")
        signed = verify_note(cosigned, [SIGNER.verifier, WITNESS.verifier])
        assert signed == {SIGNER.verifier: None, WITNESS.verifier: int(NOON.timestamp())}
        assert _latest(url).text == str(cosigned)
        old = size


def test_the_specification_s_body_is_read_and_written_alike() -> None:
    request = asked(3, 7)
    assert Asked.parse(str(request)) == request
    assert str(request).startswith("old 3\n" + b64encode(request.proof[0]).decode() + "\n")
    assert str(asked(0, 7)) == f"old 0\n\n{checkpoint(7)}"


def test_who_does_not_know_the_size_is_told(url: str) -> None:
    _post(url, asked(0, 5))
    for old, size in ((0, 7), (4, 7), (6, 7)):
        answer = _post(url, asked(old, size))
        assert (answer.status_code, answer.text) == (409, "5\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"
    assert _post(url, asked(5, 7)).status_code == 200


def test_a_rolled_back_log_is_refused(url: str) -> None:
    _post(url, asked(0, 5))
    answer = _post(url, asked(0, 3))
    assert (answer.status_code, answer.text) == (409, "5\n")
    assert _post(url, Asked(5, (), checkpoint(3))).status_code == 400
    assert Checkpoint.parse(Note.parse(_latest(url).text).text).size == 5


@pytest.mark.parametrize("size", [5, 9], ids=["of the same size", "longer"])
def test_a_forked_log_is_refused(url: str, size: int) -> None:
    _post(url, asked(0, 5))
    before = _latest(url).text
    fork = grown(size, kind="other", shared=3)
    assert _post(url, asked(5, size, fork)).status_code == 422
    assert _latest(url).text == before


def test_a_proof_that_does_not_follow_is_refused(url: str) -> None:
    hashes = asked(5, 7).proof
    assert _post(url, Asked(0, hashes, checkpoint(7))).status_code == 422
    assert _latest(url).status_code == 404
    _post(url, asked(0, 5))
    for proof in ((), hashes[:-1], (*hashes, bytes(32)), hashes[::-1]):
        assert _post(url, Asked(5, proof, checkpoint(7))).status_code == 422
    assert _post(url, Asked(5, hashes, checkpoint(7))).status_code == 200


def test_an_empty_log_has_the_root_of_nothing(url: str) -> None:
    for whole, status in ((bytes(32), 422), (EMPTY_ROOT, 200)):
        note = SIGNER.sign(str(Checkpoint(SIGNER.name, 0, whole)))
        assert _post(url, Asked(0, (), note)).status_code == status
    assert _post(url, asked(0, 5)).status_code == 200


def test_only_logs_it_was_told_to_watch_are_cosigned(url: str) -> None:
    assert _post(url, asked(0, 5, by=STRANGER)).status_code == 404
    assert _post(url, asked(0, 5, by=THIEF)).status_code == 403
    forged = checkpoint(5)
    altered = Note(checkpoint(6).text, forged.signatures)
    assert _post(url, Asked(0, (), altered)).status_code == 403
    assert _latest(url).status_code == 404


def test_a_second_key_of_the_log_is_known_and_a_stranger_s_is_left_out(url: str) -> None:
    note = checkpoint(5, by=NEXT)
    both = Note(note.text, (*checkpoint(5, by=THIEF).signatures, *note.signatures))
    assert _post(url, Asked(0, (), both)).status_code == 200
    names = [line.key_id for line in Note.parse(_latest(url).text).signatures]
    assert names == [NEXT.verifier.id, WITNESS.verifier.id]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"old 0",
        f"old 00\n\n{checkpoint(5)}",
        f"old -1\n\n{checkpoint(5)}",
        f"new 0\n\n{checkpoint(5)}",
        f"old 0\nAAAA\n\n{checkpoint(5)}",
        f"old 0\nnot base64\n\n{checkpoint(5)}",
        "old 0\n" + 64 * f"{b64encode(bytes(32)).decode()}\n" + f"\n{checkpoint(5)}",
        f"old 0\n\n{checkpoint(5).text}",
        f"old 6\n\n{checkpoint(5)}",
        str(asked(0, 5)).replace("\n5\n", "\n05\n"),
    ],
)
def test_what_cannot_be_read_is_a_bad_request(url: str, body: str | bytes) -> None:
    content = body if isinstance(body, bytes) else body.encode()
    assert _post(url, content).status_code == 400
    assert _latest(url).status_code == 404


def test_a_request_too_large_is_not_read_to_its_end(url: str) -> None:
    assert _post(url, b"old 0\n" * 100_000).status_code == 413
    assert httpx2.get(f"{url}/add-checkpoint").status_code == 405


@pytest.mark.parametrize("name", ["..%2f..%2fetc", "x" * 64, "0" * 63])
def test_a_checkpoint_is_looked_for_among_those_seen_only(url: str, name: str) -> None:
    assert httpx2.get(f"{url}/{name}/checkpoint").status_code == 404


def test_of_forks_shown_at_once_one_is_cosigned(url: str) -> None:
    forks = [grown(5, kind=f"fork {number}") for number in range(12)]
    with ThreadPoolExecutor(len(forks)) as pool:
        answers = list(pool.map(lambda fork: _post(url, asked(0, 5, fork)).status_code, forks))
    assert sorted(answers) == [200, *[409] * 11]


def test_what_was_seen_outlives_the_witness(tmp_path: Path) -> None:
    for size, status in ((5, 200), (4, 409)):
        with witness_at(tmp_path, WITNESS, SIGNER.verifier) as url:
            assert _post(url, asked(0, size)).status_code == status


def test_a_witness_that_lost_its_memory_cosigns_nothing(tmp_path: Path) -> None:
    with witness_at(tmp_path, WITNESS, SIGNER.verifier) as url:
        _post(url, asked(0, 5))
        file = tmp_path / sha256(SIGNER.name.encode()).hexdigest()
        sound = file.read_bytes()
        other = checkpoint(5, by=STRANGER)
        for damaged in (b"", b"\xff", sound[:-9], sound.replace(b"\n5\n", b"\n\n"), str(other)):
            file.write_bytes(damaged if isinstance(damaged, bytes) else damaged.encode())
            assert _post(url, asked(0, 5)).status_code == 500
            with pytest.raises(StoreDamaged):
                WitnessFolder(tmp_path).named(file.name)
        file.write_bytes(sound)
        assert _post(url, asked(5, 7)).status_code == 200


def test_a_key_file_holds_the_witness_s_key(tmp_path: Path) -> None:
    file = tmp_path / "one.key"
    made = make_key_file(file, "witness.example/1", KeyKind.COSIGNATURE)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_key_file(file, KeyKind.COSIGNATURE).verifier == made.verifier
    with pytest.raises(StoreUnwritable):
        make_key_file(file, "witness.example/1", KeyKind.COSIGNATURE)
    file.write_text("witness.example/1 00\n")
    with pytest.raises(StoreDamaged):
        read_key_file(file, KeyKind.COSIGNATURE)
