"""Proofs agree with published vectors, and with a tree built the slow way."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.needs import need
from unhear.prove.errors import ProofError
from unhear.prove.merkle import (
    completed_by,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

VECTORS = Path(__file__).parents[2] / "../shared/data/merkle-vectors/testdata"


class Leaves:
    """A log in memory, keeping complete subtrees only."""

    def __init__(self, count: int) -> None:
        self.data = [index.to_bytes(4) for index in range(count)]
        self.nodes: dict[tuple[int, int], bytes] = {}
        for index, data in enumerate(self.data):
            for level, place, value in completed_by(index, data, self.node):
                self.nodes[level, place] = value

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]


def _slow_root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(_slow_root(leaves[:split]), _slow_root(leaves[split:]))


def _bytes(text: str | None) -> bytes:
    return b64decode(text or "")


def _check_inclusion(case: dict[str, Any]) -> None:
    verify_inclusion(
        leaf=_bytes(case["leafHash"]),
        index=case["leafIdx"],
        size=case["treeSize"],
        proof=[_bytes(h) for h in case["proof"] or []],
        root_hash=_bytes(case["root"]),
    )


def _check_consistency(case: dict[str, Any]) -> None:
    verify_consistency(
        old=case["size1"],
        size=case["size2"],
        proof=[_bytes(h) for h in case["proof"] or []],
        old_root=_bytes(case["root1"]),
        root_hash=_bytes(case["root2"]),
    )


@pytest.mark.parametrize(
    ("kind", "check"), [("inclusion", _check_inclusion), ("consistency", _check_consistency)]
)
def test_published_vectors(kind: str, check: Any) -> None:
    need(VECTORS.is_dir(), "the Merkle test vectors (merkle-vectors)")
    files = sorted((VECTORS / kind).rglob("*.json"))
    wrong = []
    for file in files:
        case = json.loads(file.read_text())
        try:
            check(case)
            accepted = True
        except ProofError:
            accepted = False
        if accepted == case["wantErr"]:
            wrong.append(str(file.relative_to(VECTORS)))
    assert wrong == []
    assert len(files) >= 90


@given(st.integers(1, 150), st.data())
def test_proofs_of_every_shape_verify(size: int, data: st.DataObject) -> None:
    leaves = Leaves(150)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    whole = root(size, leaves.node)
    assert whole == _slow_root(leaves.data[:size])
    verify_inclusion(
        leaf=leaf_hash(leaves.data[index]),
        index=index,
        size=size,
        proof=inclusion_proof(index, size, leaves.node),
        root_hash=whole,
    )
    verify_consistency(
        old=old,
        size=size,
        proof=consistency_proof(old, size, leaves.node),
        old_root=root(old, leaves.node),
        root_hash=whole,
    )


@given(st.integers(2, 150), st.data())
def test_a_proof_of_another_leaf_is_refused(size: int, data: st.DataObject) -> None:
    leaves = Leaves(150)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
    with pytest.raises(ProofError):
        verify_inclusion(
            leaf=leaf_hash(leaves.data[other]),
            index=index,
            size=size,
            proof=inclusion_proof(index, size, leaves.node),
            root_hash=root(size, leaves.node),
        )
