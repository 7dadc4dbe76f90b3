"""Proofs agree with published vectors, and with a tree built the slow way."""

import json
from base64 import b64decode
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.needs import need
from unhear.prove.errors import ProofError
from unhear.prove.merkle import (
    EMPTY_ROOT,
    completed_by,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
    verify_subtree,
)
from unhear.prove.merkle import _whole_subtree as whole_subtree

VECTORS = Path(__file__).parents[2] / "../shared/data/merkle-vectors/testdata"


class Leaves:
    """A log in memory, keeping complete subtrees only."""

    def __init__(self, count: int) -> None:
        self.data: list[bytes] = []
        self.nodes: dict[tuple[int, int], bytes] = {}
        for index in range(count):
            self.add(index.to_bytes(4))

    def add(self, data: bytes) -> None:
        for level, place, value in completed_by(len(self.data), data, self.node):
            self.nodes[level, place] = value
        self.data.append(data)

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]


def _slow_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(_slow_root(leaves[:split]), _slow_root(leaves[split:]))


def _bytes(text: str | None) -> bytes:
    return b64decode(text or "")


def _hashes(case: dict[str, Any]) -> list[bytes]:
    return [_bytes(value) for value in case["proof"] or []]


def _check_inclusion(case: dict[str, Any]) -> None:
    verify_inclusion(
        leaf=_bytes(case["leafHash"]),
        index=case["leafIdx"],
        size=case["treeSize"],
        proof=_hashes(case),
        root_hash=_bytes(case["root"]),
    )


def _check_consistency(case: dict[str, Any]) -> None:
    verify_consistency(
        old=case["size1"],
        size=case["size2"],
        proof=_hashes(case),
        old_root=_bytes(case["root1"]),
        root_hash=_bytes(case["root2"]),
    )


def _check_subtree_inclusion(case: dict[str, Any]) -> None:
    start, end = case["start"], case["end"]
    whole_subtree(start, end, end)
    verify_inclusion(
        leaf=_bytes(case["leafHash"]),
        index=case["leafIdx"] - start,
        size=end - start,
        proof=_hashes(case),
        root_hash=_bytes(case["root"]),
    )


def _check_subtree_consistency(case: dict[str, Any]) -> None:
    verify_subtree(
        start=case["start"],
        end=case["end"],
        size=case["size"],
        proof=_hashes(case),
        subtree=_bytes(case["root1"]),
        root_hash=_bytes(case["root2"]),
    )


VECTOR_KINDS = {
    "inclusion": (_check_inclusion, 98),
    "consistency": (_check_consistency, 98),
    "subtreeinclusion": (_check_subtree_inclusion, 204),
    "subtreeconsistency": (_check_subtree_consistency, 118),
}


@pytest.mark.parametrize("kind", VECTOR_KINDS)
def test_published_vectors(kind: str) -> None:
    need(VECTORS.is_dir(), "the Merkle test vectors (merkle-vectors)")
    check, count = VECTOR_KINDS[kind]
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
    assert len(files) == count


LEAVES = Leaves(300)
ROOTS = [_slow_root(LEAVES.data[:size]) for size in range(301)]


def test_the_root_of_every_size_is_the_slow_one() -> None:
    assert [root(size, LEAVES.node) for size in range(301)] == ROOTS


def test_every_leaf_of_every_size_has_a_proof_that_verifies() -> None:
    for size in range(1, 301):
        for index in {0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
            verify_inclusion(
                leaf=leaf_hash(LEAVES.data[index]),
                index=index,
                size=size,
                proof=inclusion_proof(index, size, LEAVES.node),
                root_hash=ROOTS[size],
            )


def test_every_size_is_consistent_with_every_larger_one() -> None:
    for size in range(1, 301):
        for old in {1, 2, size // 3, size // 2, size - 1, size} & set(range(1, size + 1)):
            proof = consistency_proof(old, size, LEAVES.node)
            _consistent(old, size, proof, ROOTS[old])
            with pytest.raises(ProofError):
                _consistent(old, size, proof, ROOTS[old - 1])


def _consistent(old: int, size: int, proof: list[bytes], old_root: bytes) -> None:
    verify_consistency(old=old, size=size, proof=proof, old_root=old_root, root_hash=ROOTS[size])


def _slow_subtree_proof(start: int, end: int, leaves: list[bytes], *, known: bool) -> list[bytes]:
    """SUBTREE_SUBPROOF of draft-ietf-plants-merkle-tree-certs, word for word."""
    if (start, end) == (0, len(leaves)):
        return [] if known else [_slow_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = leaves[:split], leaves[split:]
    if end <= split:
        return [*_slow_subtree_proof(start, end, left, known=known), _slow_root(right)]
    if start >= split:
        inner = _slow_subtree_proof(start - split, end - split, right, known=known)
        return [*inner, _slow_root(left)]
    return [*_slow_subtree_proof(0, end - split, right, known=False), _slow_root(left)]


def test_every_subtree_of_small_trees_verifies_and_no_other_root_does() -> None:
    for size in range(1, 20):
        leaves = LEAVES.data[:size]
        for start in range(size):
            for end in range(start + 1, size + 1):
                if start % (1 << (end - start - 1).bit_length()):
                    continue
                proof = _slow_subtree_proof(start, end, leaves, known=True)
                check = partial(verify_subtree, start=start, end=end, size=size, proof=proof)
                subtree = _slow_root(leaves[start:end])
                check(subtree=subtree, root_hash=ROOTS[size])
                for wrong in ((subtree, b"x" * 32), (b"x" * 32, ROOTS[size])):
                    with pytest.raises(ProofError):
                        check(subtree=wrong[0], root_hash=wrong[1])


def test_nothing_is_proved_about_an_empty_tree_or_beyond_the_end() -> None:
    for old, old_root in ((0, EMPTY_ROOT), (2, ROOTS[1])):
        with pytest.raises(ProofError):
            verify_consistency(old=old, size=1, proof=[], old_root=old_root, root_hash=ROOTS[1])
    for old in (0, 6):
        with pytest.raises(ProofError):
            consistency_proof(old, 5, LEAVES.node)
    with pytest.raises(ProofError):
        verify_subtree(start=0, end=2, size=1, proof=[], subtree=ROOTS[1], root_hash=ROOTS[1])


@given(st.lists(st.binary(max_size=4), max_size=40), st.data())
def test_a_log_of_any_leaves_agrees_with_the_slow_tree(
    leaves: list[bytes], data: st.DataObject
) -> None:
    log = Leaves(0)
    for leaf in leaves:
        log.add(leaf)
    size = data.draw(st.integers(0, len(leaves)))
    assert root(size, log.node) == _slow_root(leaves[:size])


@given(st.integers(2, 300), st.data())
def test_a_changed_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size - 1))
    change = data.draw(st.sampled_from(["drop", "add", "flip"]))
    for proof, check in (
        (inclusion_proof(index, size, LEAVES.node), _includes(index, size)),
        (
            consistency_proof(old, size, LEAVES.node),
            lambda changed: _consistent(old, size, changed, ROOTS[old]),
        ),
    ):
        check(proof)
        place = data.draw(st.integers(0, len(proof) - 1))
        changed = list(proof)
        if change == "drop":
            del changed[place]
        elif change == "add":
            changed.insert(place, proof[place])
        else:
            changed[place] = bytes([proof[place][0] ^ 1]) + proof[place][1:]
        with pytest.raises(ProofError):
            check(changed)


def _includes(index: int, size: int) -> Callable[[list[bytes]], None]:
    def check(proof: list[bytes]) -> None:
        verify_inclusion(
            leaf=leaf_hash(LEAVES.data[index]),
            index=index,
            size=size,
            proof=proof,
            root_hash=ROOTS[size],
        )

    return check


@pytest.mark.parametrize("size", [1 << 40, (1 << 40) - 1, (1 << 40) + 12345])
def test_proofs_read_few_nodes_however_large_the_log(size: int) -> None:
    reads: list[tuple[int, int]] = []

    def node(level: int, index: int) -> bytes:
        assert (index + 1) << level <= size, "a subtree that is not complete was asked for"
        reads.append((level, index))
        return sha256(f"{level} {index}".encode()).digest()

    for prove in (
        lambda: root(size, node),
        lambda: inclusion_proof(size // 3, size, node),
        lambda: inclusion_proof(size - 1, size, node),
        lambda: consistency_proof(size // 3, size, node),
    ):
        reads.clear()
        prove()
        assert len(reads) <= 2 * 41


@given(st.integers(2, 300), st.data())
def test_a_proof_of_another_leaf_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
    with pytest.raises(ProofError):
        verify_inclusion(
            leaf=leaf_hash(LEAVES.data[other]),
            index=index,
            size=size,
            proof=inclusion_proof(index, size, LEAVES.node),
            root_hash=ROOTS[size],
        )
