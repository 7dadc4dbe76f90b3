"""Offline proofs that a leaf is in a log (C2SP tlog-proof@v1)."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unhear.prove.errors import ProofMalformed, ProofWrong
from unhear.prove.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from unhear.prove.notes import (
    Checkpoint,
    KeyKind,
    Note,
    VerifierKey,
    decimal,
    from_base64,
    verify_note,
)

FIRST_LINE = "c2sp.org/tlog-proof@v1"
HASHES_MAX = 63


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Where a leaf is, the hashes that lead from it to the root, and the signed checkpoint."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note

    def __str__(self) -> str:
        """Answer the proof as text."""
        hashes = "".join(f"{b64encode(value).decode()}\n" for value in self.hashes)
        return f"{FIRST_LINE}\nindex {self.index}\n{hashes}\n{self.checkpoint}"

    @classmethod
    def parse(cls, text: str) -> "TlogProof":
        """Answer the proof in `text`. Raises `ProofMalformed`."""
        head, separator, note = text.partition("\n\n")
        lines = head.split("\n")
        if not separator or lines[0] != FIRST_LINE:
            raise ProofMalformed(f"the proof must begin with {FIRST_LINE}")
        if len(lines) > 1 and lines[1].startswith("extra "):
            from_base64(lines.pop(1).removeprefix("extra "))
        if len(lines) < 2 or not lines[1].startswith("index "):  # noqa: PLR2004 - title, index
            raise ProofMalformed("the proof does not say where the leaf is")
        hashes = tuple(from_base64(line) for line in lines[2:])
        if len(hashes) > HASHES_MAX or any(len(value) != HASH_BYTES for value in hashes):
            raise ProofMalformed("the proof's lines must be SHA-256 hashes")
        return cls(decimal(lines[1].removeprefix("index ")), hashes, Note.parse(note))

    def verify(
        self, leaf: bytes, log: VerifierKey, witnesses: Sequence[VerifierKey] = ()
    ) -> "Inclusion":
        """Answer where `leaf` is in the log whose key is `log`, and who else saw that state.

        Raises `ProofWrong` and `ProofMalformed`.
        """
        _plausible(log, witnesses)
        signed = verify_note(self.checkpoint, [log, *witnesses])
        if log not in signed:
            raise ProofWrong("the checkpoint is not signed by the log key you gave")
        checkpoint = Checkpoint.parse(self.checkpoint.text)
        if checkpoint.origin != log.name:
            raise ProofWrong("the checkpoint is of another log")
        verify_inclusion(
            leaf=leaf_hash(leaf),
            index=self.index,
            size=checkpoint.size,
            proof=self.hashes,
            root_hash=checkpoint.root,
        )
        seen = {key: seconds for key, seconds in signed.items() if seconds is not None}
        return Inclusion(checkpoint, self.index, seen)


@dataclass(frozen=True, slots=True)
class Inclusion:
    """What a verified proof shows: the checkpoint, and the leaf's index.

    `witnesses` holds those that cosigned, with the time they give, in seconds since 1970.
    """

    checkpoint: Checkpoint
    index: int
    witnesses: Mapping[VerifierKey, int]


def _plausible(log: VerifierKey, witnesses: Sequence[VerifierKey]) -> None:
    """Raise `ProofWrong` when the keys cannot be what the caller takes them for."""
    if log.kind is not KeyKind.ED25519:
        raise ProofWrong(f"{log.name} is a witness's key, not a log's")
    if any(witness.kind is not KeyKind.COSIGNATURE for witness in witnesses):
        raise ProofWrong("a witness's key must be one for cosignatures (type 4)")
    # One key under two names would count as two witnesses (C2SP tlog-cosignature).
    if len({key.public for key in (log, *witnesses)}) <= len(witnesses):
        raise ProofWrong("the log and every witness must each have a key of their own")
