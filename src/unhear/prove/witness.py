"""The rules of a witness (C2SP tlog-witness): it cosigns a log only while it just grows."""

from base64 import b64encode
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from unhear.clock import Clock
from unhear.prove.errors import (
    KeyUnknown,
    LogUnknown,
    NotConsistent,
    ProofMalformed,
    ProofWrong,
    SizeConflict,
)
from unhear.prove.merkle import EMPTY_ROOT, HASH_BYTES, verify_consistency
from unhear.prove.notes import (
    Checkpoint,
    KeyKind,
    Note,
    SignatureLine,
    Signer,
    VerifierKey,
    decimal,
    from_base64,
    verify_note,
)
from unhear.prove.proof import HASHES_MAX


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to cosign: the size the witness saw last, the proof from there, the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: Note

    def __str__(self) -> str:
        """Answer the body of the request `add-checkpoint`."""
        proof = "".join(f"{b64encode(value).decode()}\n" for value in self.proof)
        return f"old {self.old}\n{proof}\n{self.checkpoint}"

    @classmethod
    def parse(cls, body: str) -> "Asked":
        """Answer the request in `body`. Raises `ProofMalformed`."""
        head, separator, note = body.partition("\n\n")
        first, *lines = head.split("\n")
        if not separator or not first.startswith("old "):
            raise ProofMalformed("the request must be: old size, proof, empty line, checkpoint")
        proof = tuple(from_base64(line) for line in lines)
        if len(proof) > HASHES_MAX or any(len(value) != HASH_BYTES for value in proof):
            raise ProofMalformed(f"the proof must be at most {HASHES_MAX} SHA-256 hashes")
        return cls(decimal(first.removeprefix("old ")), proof, Note.parse(note))


class Memory(Protocol):
    """What a witness remembers of one log, while nobody else can change it."""

    @property
    def latest(self) -> Note | None:
        """The checkpoint it cosigned last, with its cosignature."""

    def remember(self, note: Note) -> None:
        """Keep this one instead; durable when this returns."""


class Memories(Protocol):
    """What a witness remembers of all logs."""

    def of(self, origin: str) -> AbstractContextManager[Memory]:
        """Answer the memory of one log, and keep others from it until the block ends."""

    def named(self, origin_hash: str) -> Note | None:
        """Answer the latest checkpoint of the log whose origin has this SHA-256 in hex."""


class Witness:
    """Watches the logs whose keys it was given."""

    def __init__(
        self, *, signer: Signer, logs: Sequence[VerifierKey], memories: Memories, clock: Clock
    ) -> None:
        """Take a key for cosignatures, and the keys of logs; one log may have several.

        Raises `ProofMalformed` when one of them is of the other kind.
        """
        if signer.kind is not KeyKind.COSIGNATURE:
            raise ProofMalformed("a witness needs a key for cosignatures")
        if any(log.kind is not KeyKind.ED25519 for log in logs):
            raise ProofMalformed("a witness watches logs; one of these keys is a witness's")
        self._signer = signer
        self._logs = tuple(logs)
        self._memories = memories
        self._clock = clock

    @property
    def key(self) -> VerifierKey:
        """The witness's public key."""
        return self._signer.verifier

    def add_checkpoint(self, asked: Asked) -> SignatureLine:
        """Answer a cosignature over the checkpoint, remembered before it is answered.

        Raises:
            ProofMalformed: what was asked cannot be read, or names more than it has.
            LogUnknown, KeyUnknown: the checkpoint is of no log that is watched.
            SizeConflict: the proof begins elsewhere than at the checkpoint cosigned last.
            NotConsistent: the log was changed or cut short since then.
        """
        checkpoint = Checkpoint.parse(asked.checkpoint.text)
        note = self._signed_by_log(asked.checkpoint, checkpoint.origin)
        if asked.old > checkpoint.size:
            raise ProofMalformed("the old size is larger than the checkpoint's")
        with self._memories.of(checkpoint.origin) as memory:
            last = None if memory.latest is None else Checkpoint.parse(memory.latest.text)
            seen = 0 if last is None else last.size
            if asked.old != seen:
                raise SizeConflict(seen)
            _follows(last, checkpoint, asked.proof)
            cosigned = self._signer.cosign(note, int(self._clock().timestamp()))
            memory.remember(cosigned)
        return cosigned.signatures[-1]

    def latest(self, origin_hash: str) -> Note | None:
        """Answer the checkpoint cosigned last of the log whose origin has this SHA-256 in hex."""
        return self._memories.named(origin_hash)

    def _signed_by_log(self, note: Note, origin: str) -> Note:
        """Answer the note with the signatures by keys known as the log's, and no others."""
        keys = [log for log in self._logs if log.name == origin]
        if not keys:
            raise LogUnknown("this witness does not watch a log of that origin")
        try:
            signed = verify_note(note, keys)
        except ProofWrong as error:
            raise KeyUnknown(str(error)) from None
        if not signed:
            raise KeyUnknown("no signature is by a key that this witness knows as the log's")
        known = {(key.name, key.id) for key in signed}
        lines = [line for line in note.signatures if (line.name, line.key_id) in known]
        return Note(note.text, tuple(lines))


def _follows(last: Checkpoint | None, now: Checkpoint, proof: Sequence[bytes]) -> None:
    """Raise `NotConsistent` unless `now` only adds to `last`."""
    if now.size == 0 and now.root != EMPTY_ROOT:
        raise NotConsistent("an empty log has another root")
    if last is None or last.size == 0:
        if proof:
            raise NotConsistent("from an empty log there is no proof")
        return
    try:
        verify_consistency(
            old=last.size, size=now.size, proof=proof, old_root=last.root, root_hash=now.root
        )
    except ProofWrong as error:
        raise NotConsistent(str(error)) from None
