"""From the first key of a log to the one that signs today: every key hands over to the next.

A handover is the receipt of a leaf that names the new key, under a checkpoint that the old key
signed. Who trusts the old key therefore learns the new one from nobody else.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from unhear.prove.claims import LogKey
from unhear.prove.errors import ProofMalformed, ProofWrong
from unhear.prove.fields import fields, load_json
from unhear.prove.notes import KeyKind, Note, VerifierKey, verify_note
from unhear.prove.receipt import Receipt, Verdict, verify

FORMAT = "unhear-log-keys/v1"
FILE = "log-keys.json"
"""What the handovers are called where they are published, beside the checkpoint."""

HANDOVERS_MAX = 64


@dataclass(frozen=True, slots=True)
class FollowedKey:
    """A key of the log, and the index of the entry by which it was handed over; -1 if given."""

    key: VerifierKey
    since: int


def bundle(handovers: Sequence[Receipt]) -> str:
    """Answer the handovers as they are published."""
    receipts = [json.loads(handover.to_json()) for handover in handovers]
    return json.dumps({"format": FORMAT, "handovers": receipts}, indent=2) + "\n"


def read_bundle(text: str | bytes) -> tuple[Receipt, ...]:
    """Answer the handovers in `text`. Raises `ProofMalformed`."""
    found: Any = load_json(text, "the file of the log's keys")
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ProofMalformed(f"this is no file of the format {FORMAT}")
    handovers = fields(found, "the file", frozenset({"format", "handovers"}))["handovers"]
    if not isinstance(handovers, list) or len(handovers) > HANDOVERS_MAX:
        raise ProofMalformed(f"handovers must be a list of at most {HANDOVERS_MAX}")
    return tuple(Receipt.from_json(json.dumps(handover)) for handover in handovers)


def follow(log: VerifierKey, handovers: Sequence[Receipt]) -> list[FollowedKey]:
    """Answer the given key and every one that it leads to, in order.

    Handovers from before the given key are passed over. Raises `ProofWrong` and `ProofMalformed`
    when one by a key that is followed does not verify, or does not name another key of this log.
    """
    followed = [FollowedKey(log, -1)]
    for handover in handovers:
        last = followed[-1]
        if not verify_note(handover.proof.checkpoint, [last.key]):
            continue
        verdict = verify(handover, last.key)
        if not isinstance(verdict.claim, LogKey):
            raise ProofWrong("a handover must name a key of the log, and this one does not")
        key = VerifierKey.parse(verdict.claim.key)
        if key.kind is not KeyKind.ED25519 or key.name != log.name:
            raise ProofWrong("the log handed over to the key of another log, or of a witness")
        if verdict.inclusion.index <= last.since or key in [one.key for one in followed]:
            raise ProofWrong("the log's handovers are not in the order in which they were made")
        followed.append(FollowedKey(key, verdict.inclusion.index))
    return followed


def verify_following(
    receipt: Receipt,
    log: VerifierKey,
    handovers: Sequence[Receipt],
    witnesses: Sequence[VerifierKey] = (),
) -> Verdict:
    """Answer what the receipt proves to who trusts `log`, or a key that it handed over to.

    Raises `ProofWrong` and `ProofMalformed`.
    """
    followed = follow(log, handovers)
    signer = next((one for one in reversed(followed) if _signed(receipt, one.key)), followed[0])
    verdict = verify(receipt, signer.key, witnesses)
    if signer is followed[0]:
        return verdict
    if verdict.inclusion.checkpoint.size <= signer.since:
        raise ProofWrong("the checkpoint is older than the key that signed it")
    steps = [one for one in followed[1:] if one.since <= signer.since]
    told = tuple(
        f"The key you gave leads to {one.key}, which entry {one.since} of the log names."
        for one in steps
    )
    return replace(verdict, proves=(*told, *verdict.proves))


def key_named_by(handover: bytes) -> VerifierKey:
    """Answer the key that a handover of one's own log leads to, without verifying it."""
    return VerifierKey.parse(str(Receipt.from_json(handover).statement["key"]))


def _signed(receipt: Receipt, key: VerifierKey) -> bool:
    note: Note = receipt.proof.checkpoint
    return bool(verify_note(note, [key]))
