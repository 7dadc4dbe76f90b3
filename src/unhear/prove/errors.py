"""What can be wrong with a proof; every message says what was found."""


class ProofError(Exception):
    """Something that claims to prove does not."""


class ProofMalformed(ProofError):
    """It cannot be read: bytes are missing, of the wrong kind, or left over."""


class ProofWrong(ProofError):
    """It can be read, and what it claims does not follow."""


class LogForked(ProofWrong):
    """Somebody was shown a history of the log that is not this one. It must never happen."""


class WitnessRefuses(ProofError):
    """A witness does not cosign a checkpoint."""


class LogUnknown(WitnessRefuses):
    """The witness does not watch a log of this origin."""


class KeyUnknown(WitnessRefuses):
    """No signature on the checkpoint is by a key that the witness knows as this log's."""


class SizeConflict(WitnessRefuses):
    """The witness last cosigned another size of the log than it was told."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the witness last cosigned this log at size {size}")
        self.size = size


class NotConsistent(WitnessRefuses):
    """The checkpoint does not follow from the one that the witness last cosigned."""


class WitnessAway(ProofError):
    """A witness does not answer, or not in a way that can be understood."""
