"""Receipts: what a guardian holds, and anybody can check with the log's public key alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from unhear.prove.claims import Claim
from unhear.prove.errors import ProofMalformed
from unhear.prove.fields import fields, load_json
from unhear.prove.notes import VerifierKey
from unhear.prove.opening import (
    AnyOpening,
    disclosed,
    opening_json,
    read_opening,
    verify_opening,
)
from unhear.prove.proof import Inclusion, TlogProof
from unhear.prove.sentences import cannot_prove, proves
from unhear.prove.statement import Statement, leaf_of, read_statement

FORMAT = "unhear-receipt/v1"
RECEIPT_BYTES_MAX = 64 << 20


@dataclass(frozen=True, slots=True)
class Receipt:
    """A statement, the proof that it is in the ledger, and perhaps what opens it."""

    statement: Statement
    proof: TlogProof
    opening: AnyOpening | None

    def disclosing(self, item: bytes) -> "Receipt":
        """Answer this receipt with `item` opened and nothing else. Raises `ProofWrong`."""
        return replace(self, opening=disclosed(self.opening, item))

    def to_json(self, *, indent: int | None = 2) -> str:
        """Answer the receipt as it is sent; without `indent`, in one line, as it is stored."""
        written: dict[str, Any] = {
            "format": FORMAT,
            "statement": dict(self.statement),
            "proof": str(self.proof),
        }
        if self.opening is not None:
            written["opening"] = opening_json(self.opening)
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
        opening = read_opening(found["opening"]) if opened else None
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
    shown = () if receipt.opening is None else (verify_opening(statement, receipt.opening),)
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
