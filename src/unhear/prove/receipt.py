"""Receipts: what a guardian holds, and anybody can check with the log's public key alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unhear.prove.errors import ProofMalformed, ProofWrong
from unhear.prove.notes import VerifierKey
from unhear.prove.proof import Inclusion, TlogProof
from unhear.prove.statement import (
    Committed,
    Statement,
    commit,
    count_class,
    items_root,
    statement_bytes,
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
class Receipt:
    """A statement, the proof that it is in the ledger, and perhaps its opening."""

    statement: Statement
    proof: TlogProof
    opening: Opening | None

    def to_json(self) -> str:
        """Answer the receipt as it is stored and sent."""
        fields: dict[str, Any] = {
            "format": FORMAT,
            "statement": dict(self.statement),
            "proof": str(self.proof),
        }
        if self.opening is not None:
            fields["opening"] = {
                "subject": _committed_json(self.opening.subject),
                "items": [_committed_json(item) for item in self.opening.items],
            }
        return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "Receipt":
        """Answer the receipt in `text`. Raises `ProofMalformed`."""
        if len(text) > RECEIPT_BYTES_MAX:
            raise ProofMalformed("this is too large for a receipt")
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError):
            raise ProofMalformed("this is no receipt: it is not JSON") from None
        if not isinstance(fields, dict) or fields.get("format") != FORMAT:
            raise ProofMalformed(f"this is no receipt of the format {FORMAT}")
        if set(fields) - {"format", "statement", "proof", "opening"}:
            raise ProofMalformed("the receipt has fields that do not belong there")
        proof = fields.get("proof")
        if not isinstance(proof, str):
            raise ProofMalformed("the receipt has no proof")
        statement_bytes(fields.get("statement"))  # type: ignore[arg-type] # it checks the type
        opening = _opening(fields["opening"]) if "opening" in fields else None
        return cls(fields["statement"], TlogProof.parse(proof), opening)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verified receipt shows, also in plain sentences."""

    statement: Statement
    inclusion: Inclusion
    proves: tuple[str, ...]
    cannot_prove: tuple[str, ...]


def verify(receipt: Receipt, log: VerifierKey, witnesses: Sequence[VerifierKey] = ()) -> Verdict:
    """Answer what the receipt proves to somebody who trusts the key `log`.

    The leaf is computed anew from the statement; a key inside the receipt is never trusted.
    Raises `ProofWrong` and `ProofMalformed`.
    """
    inclusion = receipt.proof.verify(statement_bytes(receipt.statement), log, witnesses)
    if receipt.opening is not None:
        _verify_opening(receipt.statement, receipt.opening)
    return Verdict(
        receipt.statement,
        inclusion,
        _proves(receipt, inclusion),
        _CANNOT_PROVE.get(str(receipt.statement["kind"]), ()),
    )


def _verify_opening(statement: Statement, opening: Opening) -> None:
    if commit("subject", opening.subject) != statement.get("subject"):
        raise ProofWrong("the opening names another household than the statement commits to")
    if "items_root" in statement and items_root(opening.items) != statement["items_root"]:
        raise ProofWrong("the opening names other recordings than the statement commits to")
    if "count" in statement and count_class(len(opening.items)) != statement["count"]:
        raise ProofWrong("the opening names another number of recordings than the statement")


def _proves(receipt: Receipt, inclusion: Inclusion) -> tuple[str, ...]:
    statement = receipt.statement
    sentences = [
        f"The log {inclusion.checkpoint.origin} recorded this statement as entry "
        f"{inclusion.index} of {inclusion.checkpoint.size}, signed with the key you gave."
    ]
    if inclusion.witnesses:
        sentences.append(f"{len(inclusion.witnesses)} witnesses saw the log in that state.")
    if statement["kind"] == "erasure":
        keeper = statement["keeper"]
        sentences += [
            f"Its operator states that {_counted(statement['count'])} "
            f"(scope: {statement['scope']}) lost their keys by {statement['done_at']}, "
            f"asked for at {statement['asked_at']} (times rounded to the hour).",
            f"The key tree went from epoch {statement['epoch_from']} to {statement['epoch_to']}; "
            f"the old root was destroyed by a keeper of kind {keeper.get('kind')}.",
            f"Afterwards these places were looked at and found empty: "
            f"{', '.join(str(look.get('holder')) for look in statement['looked'])}.",
        ]
        if receipt.opening is not None:
            sentences.append("The opening shows which recordings and whose household it was.")
    return tuple(sentences)


def _counted(count: str) -> str:
    return "1 kept thing" if count == "1" else f"{count} kept things"


_CANNOT_PROVE = {
    "erasure": (
        "That nobody copied the recording before, or wrote down or acted on what was said.",
        "That the operator's software did what it states; the statement is a signed claim "
        "that cannot be taken back, and `unhear audit` checks it on the operator's machine.",
        "What physical remnants the root keeper's medium holds: see the keeper's grade.",
    )
}


def _committed_json(committed: Committed) -> dict[str, str]:
    return {"item": committed.item.hex(), "salt": committed.salt.hex()}


def _opening(fields: object) -> Opening:
    if not isinstance(fields, Mapping) or set(fields) != {"subject", "items"}:
        raise ProofMalformed("the opening must have a subject and items")
    items = fields["items"]
    if not isinstance(items, list):
        raise ProofMalformed("the opening's items must be a list")
    return Opening(_committed(fields["subject"]), tuple(_committed(item) for item in items))


def _committed(fields: object) -> Committed:
    if not isinstance(fields, Mapping) or set(fields) != {"item", "salt"}:
        raise ProofMalformed("an opened item must have an item and a salt")
    try:
        return Committed(bytes.fromhex(fields["item"]), bytes.fromhex(fields["salt"]))
    except (TypeError, ValueError):
        raise ProofMalformed("an opened item must be written in hex") from None
