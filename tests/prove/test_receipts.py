"""Receipts verify offline with the log's public key, and no changed receipt does."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from unhear.prove.errors import ProofError, ProofMalformed, ProofWrong
from unhear.prove.ledger import Ledger
from unhear.prove.log import tile_path, tiles
from unhear.prove.merkle import leaf_hash, root
from unhear.prove.notes import Checkpoint, KeyKind, Note, Signer, VerifierKey, verify_note
from unhear.prove.receipt import Opening, Receipt, verify
from unhear.prove.statement import Committed, commit, count_class, items_root, statement_bytes

GOLDEN = Path(__file__).parent / "golden" / "receipt.json"
SIGNER = Signer(
    "unhear.local/test", KeyKind.ED25519, Ed25519PrivateKey.from_private_bytes(bytes(32))
)
WITNESS = Signer(
    "witness.example", KeyKind.COSIGNATURE, Ed25519PrivateKey.from_private_bytes(b"w" * 32)
)


class MemoryLog:
    """A ledger's rows in memory."""

    def __init__(self) -> None:
        self.leaves: list[bytes] = []
        self.nodes: dict[tuple[int, int], bytes] = {}

    def ledger_size(self) -> int:
        return len(self.leaves)

    def ledger_node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def ledger_leaf(self, index: int) -> bytes:
        return self.leaves[index]

    def append_leaf(self, index: int, data: bytes, nodes: Any) -> None:
        assert index == len(self.leaves)
        self.leaves.append(data)
        self.nodes.update({(level, place): value for level, place, value in nodes})


class Nowhere:
    def published_size(self) -> int:
        return 0

    def publish(self, path: str, content: bytes) -> None:  # noqa: ARG002 - the protocol's
        raise AssertionError(path)


def _salt(number: int) -> bytes:
    return sha256(number.to_bytes(4)).digest()


def _statement(items: int, *, salt: int = 0) -> tuple[dict[str, Any], Opening]:
    opening = Opening(
        Committed(b"household-pseudo", _salt(salt)),
        tuple(Committed(bytes([n]) * 16, _salt(salt + n + 1)) for n in range(items)),
    )
    statement = {
        "v": 1,
        "kind": "erasure",
        "id": f"{salt:032x}",
        "subject": commit("subject", opening.subject),
        "items_root": items_root(opening.items),
        "count": count_class(items),
        "scope": "recording",
        "asked_at": "2026-03-14T12:00:00Z",
        "done_at": "2026-03-14T12:00:00Z",
        "epoch_from": 4,
        "epoch_to": 5,
        "keeper": {"kind": "file", "grade": "C"},
        "roots_destroyed": ["00" * 32],
        "looked": [{"holder": "payloads", "remaining": 0}],
        "live_gone_at": "2026-03-14T12:00:00Z",
        "backups_unreadable_by": "2026-03-14T12:00:00Z",
        "exceptions": ["an answer already spoken"],
    }
    return statement, opening


def _receipt(items: int = 3, before: int = 5) -> Receipt:
    log, ledger = MemoryLog(), Ledger(SIGNER, Nowhere())
    for number in range(before):
        ledger.append(log, _statement(1, salt=100 + number)[0])
    statement, opening = _statement(items)
    index = ledger.append(log, statement)
    ledger.append(log, _statement(1, salt=200)[0])
    return ledger.receipt(log, index, statement, opening)


@given(st.integers(0, 12), st.integers(0, 40))
@settings(max_examples=40)
def test_a_receipt_verifies_from_its_text_alone(items: int, before: int) -> None:
    receipt = Receipt.from_json(_receipt(items, before).to_json())
    verdict = verify(receipt, VerifierKey.parse(str(SIGNER.verifier)))
    assert verdict.inclusion.index == before
    assert any("key" in sentence for sentence in verdict.proves)
    assert any("copied" in sentence for sentence in verdict.cannot_prove)


def test_the_format_does_not_change_by_itself() -> None:
    text = _receipt().to_json()
    assert text == GOLDEN.read_text()
    verify(Receipt.from_json(GOLDEN.read_bytes()), SIGNER.verifier)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_changed_receipt_says_the_same_or_is_refused(data: st.DataObject) -> None:
    original = GOLDEN.read_bytes()
    place = data.draw(st.integers(0, len(original) - 1))
    changed = original[:place] + data.draw(st.binary(max_size=3)) + original[place + 1 :]
    try:
        verdict = verify(Receipt.from_json(changed), SIGNER.verifier)
    except ProofError:
        return
    assert statement_bytes(verdict.statement) == statement_bytes(_receipt().statement)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_refused_with_one_kind_of_error(value: object) -> None:
    for text in (
        json.dumps(value),
        json.dumps({"format": "unhear-receipt/v1", "statement": value}),
    ):
        with pytest.raises(ProofMalformed):
            Receipt.from_json(text)


def test_a_receipt_by_another_key_or_log_is_refused() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    for name in (SIGNER.name, "unhear.local/other"):
        with pytest.raises(ProofWrong):
            verify(_receipt(), Signer(name, KeyKind.ED25519, stranger).verifier)


def test_an_opening_of_something_else_is_refused() -> None:
    receipt = _receipt()
    other = _statement(3, salt=50)[1]
    assert receipt.opening is not None
    for opening in (other, Opening(receipt.opening.subject, receipt.opening.items[:2])):
        with pytest.raises(ProofWrong):
            verify(Receipt(receipt.statement, receipt.proof, opening), SIGNER.verifier)
    verify(Receipt(receipt.statement, receipt.proof, None), SIGNER.verifier)


def test_witnesses_are_counted_and_a_false_one_is_refused() -> None:
    receipt = _receipt()
    witnessed = WITNESS.cosign(receipt.proof.checkpoint, 1_800_000_000)
    proof = type(receipt.proof)(receipt.proof.index, receipt.proof.hashes, witnessed)
    verdict = verify(Receipt(receipt.statement, proof, None), SIGNER.verifier, [WITNESS.verifier])
    assert verdict.inclusion.witnesses == (WITNESS.verifier,)
    line = witnessed.signatures[-1]
    false = type(line)(
        line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1])
    )
    forged = Note(witnessed.text, (witnessed.signatures[0], false))
    with pytest.raises(ProofWrong):
        verify_note(forged, [SIGNER.verifier, WITNESS.verifier])


def test_tiles_hold_the_whole_log() -> None:
    log, ledger = MemoryLog(), Ledger(SIGNER, Nowhere())
    for number in range(300):
        ledger.append(log, {"v": 1, "kind": "log-key", "key": str(number)})
    files: dict[str, bytes] = {}
    for old, new in ((0, 10), (10, 256), (256, 300)):
        files.update(tiles(log, old, new))
    hashes = files["tile/0/000"] + files["tile/0/001.p/44"]
    assert hashes == b"".join(leaf_hash(leaf) for leaf in log.leaves)
    assert files["tile/1/000.p/1"] == log.ledger_node(8, 0)
    bundle, entries = files["tile/entries/000"] + files["tile/entries/001.p/44"], []
    while bundle:
        size = int.from_bytes(bundle[:2])
        entries.append(bundle[2 : 2 + size])
        bundle = bundle[2 + size :]
    assert entries == log.leaves
    checkpoint = Checkpoint.parse(ledger.checkpoint(log).text)
    assert checkpoint == Checkpoint(SIGNER.name, 300, root(300, log.ledger_node))
    assert tile_path("0", 1234067, 256) == "tile/0/x001/x234/067"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0"), (1, "1"), (2, "2-9"), (9, "2-9"), (10, "10-99"), (1000, "1000-9999")],
)
def test_counts_are_told_coarsely(count: int, said: str) -> None:
    assert count_class(count) == said
