"""Merkle tree hashing and proofs (RFC 6962 section 2.1, RFC 9162 section 2.1)."""

from collections.abc import Callable, Sequence
from hashlib import sha256

from unhear.prove.errors import ProofWrong

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Node = Callable[[int, int], bytes]
"""Answers the hash of the complete subtree of 2**level leaves at `index` of its level."""


def leaf_hash(data: bytes) -> bytes:
    """Answer the hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Answer the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def root(size: int, node: Node) -> bytes:
    """Answer the root of the first `size` leaves, from the hashes of complete subtrees."""
    return EMPTY_ROOT if size == 0 else _range_hash(0, size, node)


def completed_by(index: int, data: bytes, node: Node) -> list[tuple[int, int, bytes]]:
    """Answer level, index and hash of every subtree that leaf `index` completes."""
    current = leaf_hash(data)
    level = 0
    done = [(0, index, current)]
    while index & 1:
        current = node_hash(node(level, index - 1), current)
        level, index = level + 1, index >> 1
        done.append((level, index, current))
    return done


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """Answer the audit path of leaf `index` in the tree of `size` leaves (RFC 9162 2.1.3.1)."""
    if not 0 <= index < size:
        raise ProofWrong(f"there is no leaf {index} among {size}")
    return _path(index, 0, size, node)


def consistency_proof(old: int, size: int, node: Node) -> list[bytes]:
    """Answer the proof that the tree of `old` leaves is a prefix (RFC 9162 2.1.4.1)."""
    if not 0 < old <= size:
        raise ProofWrong(f"a tree of {old} leaves is no part of one of {size}")
    return _subproof(old, 0, size, node, whole=True)


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes
) -> None:
    """Raise `ProofWrong` unless the leaf hash is at `index` of the tree (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        raise ProofWrong(f"there is no leaf {index} among {size}")
    _whole_hashes(leaf, root_hash, *proof)
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    if len(proof) != inner + border:
        raise ProofWrong(f"the inclusion proof has {len(proof)} hashes, not {inner + border}")
    current = leaf
    for level, sibling in enumerate(proof):
        right_child = level >= inner or index >> level & 1
        current = node_hash(sibling, current) if right_child else node_hash(current, sibling)
    if current != root_hash:
        raise ProofWrong("the inclusion proof does not lead to the root")


def verify_consistency(
    *, old: int, size: int, proof: Sequence[bytes], old_root: bytes, root_hash: bytes
) -> None:
    """Raise `ProofWrong` unless the old tree is a prefix of the new one (RFC 9162 2.1.4.2).

    Give it only sizes and roots of checkpoints whose signatures were verified: for sizes that
    nobody signed, proofs can be made up.
    """
    if not 0 < old <= size:
        raise ProofWrong(f"a tree of {old} leaves is no part of one of {size}")
    verify_subtree(start=0, end=old, size=size, proof=proof, subtree=old_root, root_hash=root_hash)


def verify_subtree(
    *, start: int, end: int, size: int, proof: Sequence[bytes], subtree: bytes, root_hash: bytes
) -> None:
    """Raise `ProofWrong` unless `subtree` is the root over leaves `start` to `end` of the tree.

    A tree's prefix is the subtree that starts at 0; every tree holds empty subtrees
    (draft-ietf-plants-merkle-tree-certs, section 4.4).
    """
    if 0 <= start == end <= size and subtree == EMPTY_ROOT and not proof:
        return
    _whole_subtree(start, end, size)
    if proof:
        _whole_hashes(subtree, root_hash, *proof)
    first, last, end_of_tree = start, end - 1, size - 1
    while first != last and (last & 1 or last == end_of_tree):
        first, last, end_of_tree = first >> 1, last >> 1, end_of_tree >> 1
    hashes = [subtree, *proof] if first == last else list(proof)
    if not hashes:
        raise ProofWrong("the consistency proof is empty")
    if _climb(first, last, end_of_tree, hashes) != (subtree, root_hash):
        raise ProofWrong("the consistency proof does not join the two roots")


def _climb(first: int, last: int, end: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Answer the roots of the subtree from `first` to `last` and of the tree up to `end`.

    All three are indexes of nodes on one level; `hashes` begins with the node at `last`.
    """
    inner = outer = hashes[0]
    for sibling in hashes[1:]:
        if end == 0:
            raise ProofWrong("the consistency proof is too long")
        if last & 1 or last == end:
            if first < last:
                inner = node_hash(sibling, inner)
            outer = node_hash(sibling, outer)
            while not last & 1:
                first, last, end = first >> 1, last >> 1, end >> 1
        else:
            outer = node_hash(outer, sibling)
        first, last, end = first >> 1, last >> 1, end >> 1
    if end != 0:
        raise ProofWrong("the consistency proof is too short")
    return inner, outer


def _whole_subtree(start: int, end: int, size: int) -> None:
    """Raise `ProofWrong` unless a tree of `size` leaves has a subtree over these."""
    aligned = end > start >= 0 and start % (1 << (end - start - 1).bit_length()) == 0
    if not aligned or end > size:
        raise ProofWrong(f"a tree of {size} leaves has no subtree from {start} to {end}")


def _whole_hashes(*hashes: bytes) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise ProofWrong(f"every hash must have {HASH_BYTES} bytes")


def _split(size: int) -> int:
    """Answer the largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def _range_hash(start: int, size: int, node: Node) -> bytes:
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    left = _split(size)
    return node_hash(_range_hash(start, left, node), _range_hash(start + left, size - left, node))


def _path(index: int, start: int, size: int, node: Node) -> list[bytes]:
    if size == 1:
        return []
    left = _split(size)
    if index < left:
        other = _range_hash(start + left, size - left, node)
        return [*_path(index, start, left, node), other]
    other = _range_hash(start, left, node)
    return [*_path(index - left, start + left, size - left, node), other]


def _subproof(old: int, start: int, size: int, node: Node, *, whole: bool) -> list[bytes]:
    if old == size:
        return [] if whole else [_range_hash(start, size, node)]
    left = _split(size)
    if old <= left:
        other = _range_hash(start + left, size - left, node)
        return [*_subproof(old, start, left, node, whole=whole), other]
    other = _range_hash(start, left, node)
    return [*_subproof(old - left, start + left, size - left, node, whole=False), other]
