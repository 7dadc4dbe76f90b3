"""Receipts: what a guardian holds, and anybody can check with the log's public key alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from unhear.prove.claims import Claim
from unhear.prove.errors import ProofMalformed, ProofWrong
from unhear.prove.fields import fields, hex_bytes, list_of, load_json, whole
from unhear.prove.merkle import inclusion_proof, leaf_hash, verify_inclusion
from unhear.prove.notes import VerifierKey
from unhear.prove.proof import Inclusion, TlogProof
from unhear.prove.sentences import cannot_prove, proves
from unhear.prove.statement import (
    Committed,
    Statement,
    commit,
    count_class,
    item_leaves,
    items_root,
    leaf_of,
    read_statement,
    subtrees,
)

FORMAT = "unhear-receipt/v1"
RECEIPT_BYTES_MAX = 64 << 20


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens the statement's commitments: whose erasure it was, and of what.

    Kept by the guardian; the receipt verifies without it.
    """

    subject: Committed
    items: tuple[Committed, ...]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One item out of `size`, with its place and path in the statement's `items_root`.

    It shows that this item was among the forgotten, and tells neither the others nor the household.
    """

    item: Committed
    index: int
    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A statement, the proof that it is in the ledger, and perhaps what opens it."""

    statement: Statement
    proof: TlogProof
    opening: Opening | Disclosure | None

    def disclosing(self, item: bytes) -> "Receipt":
        """Answer this receipt with `item` opened and nothing else. Raises `ProofWrong`."""
        items = self.opening.items if isinstance(self.opening, Opening) else ()
        chosen = next((committed for committed in items if committed.item == item), None)
        if chosen is None:
            raise ProofWrong("this receipt's opening does not hold that item")
        leaves = item_leaves(items)
        index = leaves.index(bytes.fromhex(commit("item", chosen)))
        path = inclusion_proof(index, len(leaves), subtrees(leaves))
        return replace(self, opening=Disclosure(chosen, index, len(leaves), tuple(path)))

    def to_json(self, *, indent: int | None = 2) -> str:
        """Answer the receipt as it is sent; without `indent`, in one line, as it is stored."""
        written: dict[str, Any] = {
            "format": FORMAT,
            "statement": dict(self.statement),
            "proof": str(self.proof),
        }
        if self.opening is not None:
            written["opening"] = _opening_json(self.opening)
        return json.dumps(written, indent=indent, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "Receipt":
        """Answer the receipt in `text`. Raises `ProofMalformed`."""
        if len(text) > RECEIPT_BYTES_MAX:
            raise ProofMalformed("this is too large for a receipt")
        found = load_json(text, "this receipt")
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise ProofMalformed(f"this is no receipt of the format {FORMAT}")
        opened = {"opening"} & set(found)
        found = fields(found, "the receipt", frozenset({"format", "statement", "proof"} | opened))
        proof, statement = found["proof"], found["statement"]
        if not isinstance(proof, str):
            raise ProofMalformed("the receipt's proof must be text")
        leaf_of(statement)
        opening = _opening(found["opening"]) if opened else None
        return cls(statement, TlogProof.parse(proof), opening)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verified receipt shows, also in plain sentences. A refused one has no verdict.

    `claim` is None for a statement that only a newer unhear knows in full; the sentences then hold
    it word for word.
    """

    statement: Statement
    claim: Claim | None
    inclusion: Inclusion
    proves: tuple[str, ...]
    cannot_prove: tuple[str, ...]


def verify(receipt: Receipt, log: VerifierKey, witnesses: Sequence[VerifierKey] = ()) -> Verdict:
    """Answer what the receipt proves to somebody who trusts the key `log`.

    `witnesses` are the cosigners that the caller trusts; those that cosigned are named in the
    verdict, and how many are enough is the caller's policy. The leaf is computed anew from the
    statement; a key inside the receipt is never trusted. Raises `ProofWrong` and `ProofMalformed`.
    """
    statement = receipt.statement
    claim = _known(statement)
    inclusion = receipt.proof.verify(leaf_of(statement), log, witnesses)
    shown = () if receipt.opening is None else (_verify_opening(statement, receipt.opening),)
    return Verdict(
        statement=statement,
        claim=claim,
        inclusion=inclusion,
        proves=(*proves(claim, statement, inclusion), *shown),
        cannot_prove=cannot_prove(claim, inclusion),
    )


def _known(statement: Statement) -> Claim | None:
    """Answer what a statement claims; None for one that only a newer unhear knows in full."""
    try:
        return read_statement(statement)
    except ProofMalformed:
        return None


def _verify_opening(statement: Statement, opening: Opening | Disclosure) -> str:
    """Answer what the opening shows, as a sentence. Raises `ProofWrong` and `ProofMalformed`."""
    if statement["kind"] != "erasure":
        raise ProofWrong("only the statement of an erasure has an opening")
    count = len(opening.items) if isinstance(opening, Opening) else opening.size
    if count_class(count) != statement.get("count"):
        raise ProofWrong("the opening names another number of recordings than the statement")
    if isinstance(opening, Disclosure):
        verify_inclusion(
            leaf=leaf_hash(bytes.fromhex(commit("item", opening.item))),
            index=opening.index,
            size=opening.size,
            proof=opening.path,
            root_hash=hex_bytes(statement.get("items_root"), "items_root"),
        )
        return f"The opening shows that {opening.item.item.hex()} is among what was forgotten."
    if commit("subject", opening.subject) != statement.get("subject"):
        raise ProofWrong("the opening names another household than the statement commits to")
    if items_root(opening.items) != statement.get("items_root"):
        raise ProofWrong("the opening names other recordings than the statement commits to")
    return "The opening shows which recordings and whose household it was."


def _opening_json(opening: Opening | Disclosure) -> dict[str, Any]:
    if isinstance(opening, Opening):
        return {
            "subject": _committed_json(opening.subject),
            "items": [_committed_json(item) for item in opening.items],
        }
    return {
        "item": _committed_json(opening.item),
        "index": opening.index,
        "size": opening.size,
        "path": [value.hex() for value in opening.path],
    }


def _committed_json(committed: Committed) -> dict[str, str]:
    return {"item": committed.item.hex(), "salt": committed.salt.hex()}


def _opening(value: object) -> Opening | Disclosure:
    if isinstance(value, Mapping) and "items" not in value:
        found = fields(value, "the opening", frozenset({"item", "index", "size", "path"}))
        return Disclosure(
            _committed(found["item"], "opening.item"),
            whole(found["index"], "opening.index"),
            whole(found["size"], "opening.size"),
            list_of(hex_bytes)(found["path"], "opening.path"),
        )
    found = fields(value, "the opening", frozenset({"subject", "items"}))
    if not isinstance(found["items"], list):
        raise ProofMalformed("opening.items must be a list")
    items = (_committed(item, f"opening.items[{n}]") for n, item in enumerate(found["items"]))
    return Opening(_committed(found["subject"], "opening.subject"), tuple(items))


def _committed(value: object, where: str) -> Committed:
    found = fields(value, where, frozenset({"item", "salt"}))
    return Committed(
        hex_bytes(found["item"], f"{where}.item"), hex_bytes(found["salt"], f"{where}.salt")
    )
