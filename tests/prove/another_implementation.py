"""Run in an environment of its own: reads and writes transparency logs with aics-tlog.

Takes one JSON object from standard input and answers one on standard output.
"""

import json
import sys
from pathlib import Path
from typing import Any

from aics_tlog import (
    Checkpoint,
    FileSystemTileReader,
    MerkleTree,
    Note,
    VerifiedTileReader,
    audit_tiles,
    consistency_proof_from_tiles,
    cosignature_vkey,
    format_vkey,
    inclusion_proof_from_tiles,
    parse_note,
    parse_vkey,
    sign_checkpoint,
    sign_cosignature,
    tree_root_from_tiles,
    verify_checkpoint,
    verify_consistency,
    verify_leaf_inclusion,
    vkey_from_ed25519,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def _hashes(path: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in path]


def read(asked: dict[str, Any]) -> dict[str, Any]:
    """Answer what the other implementation says of our log."""
    reader = FileSystemTileReader(Path(asked["folder"]))
    found = verify_checkpoint(
        parse_note(asked["checkpoint"]),
        parse_vkey(asked["log"]),
        [parse_vkey(key) for key in asked["witnesses"]],
        quorum=len(asked["witnesses"]),
    )
    if not found.ok:
        return {"ok": False}
    audit = audit_tiles(reader, found.size, found.root)
    verified = VerifiedTileReader(reader, found.size, found.root)
    return {
        "ok": True,
        "witnesses": sorted(found.witnesses),
        "size": found.size,
        "audited": [audit.tiles, audit.bundles],
        "roots": [tree_root_from_tiles(reader, size, found.size).hex() for size in asked["sizes"]],
        "leaves": [verified.entry(place["index"]).hex() for place in asked["inclusions"]],
        "paths": [
            [
                value.hex()
                for value in inclusion_proof_from_tiles(
                    reader, place["index"], place["size"], found.size
                )
            ]
            for place in asked["inclusions"]
        ],
        "growths": [
            [
                value.hex()
                for value in consistency_proof_from_tiles(
                    reader, place["old"], place["size"], found.size
                )
            ]
            for place in asked["consistencies"]
        ],
    }


def judge(asked: dict[str, Any]) -> dict[str, Any]:
    """Answer which of our proofs the other implementation accepts."""
    return {
        "inclusions": [
            verify_leaf_inclusion(
                bytes.fromhex(place["leaf"]),
                place["index"],
                place["size"],
                _hashes(place["path"]),
                bytes.fromhex(place["root"]),
            )
            for place in asked["inclusions"]
        ],
        "consistencies": [
            verify_consistency(
                place["old"],
                place["size"],
                bytes.fromhex(place["old_root"]),
                bytes.fromhex(place["root"]),
                _hashes(place["path"]),
            )
            for place in asked["consistencies"]
        ],
    }


def write(asked: dict[str, Any]) -> dict[str, Any]:
    """Answer a log that the other implementation makes, for us to judge."""
    log, witness = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
    tree = MerkleTree([bytes.fromhex(leaf) for leaf in asked["leaves"]])
    size = len(asked["leaves"])
    signed = sign_checkpoint(Checkpoint("other.example", size, tree.root()), log, "other.example")
    _, cosignature = sign_cosignature(
        witness, "seen.example", 1_800_000_000, "other.example", size, tree.root()
    )
    note = Note(text=signed.text, signatures=(*signed.signatures, cosignature))
    return {
        "log": format_vkey(vkey_from_ed25519("other.example", log.public_key())),
        "witness": format_vkey(cosignature_vkey("seen.example", witness.public_key())),
        "checkpoint": note.serialise(),
        "paths": [[v.hex() for v in tree.inclusion_proof(n)] for n in range(size)],
        "growths": [[v.hex() for v in tree.consistency_proof(n, size)] for n in range(1, size + 1)],
        "roots": [tree.root(n).hex() for n in range(size + 1)],
    }


if __name__ == "__main__":
    question = json.load(sys.stdin)
    answer = {"read": read, "judge": judge, "write": write}[sys.argv[1]](question)
    json.dump(answer, sys.stdout)
