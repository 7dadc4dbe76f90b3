"""What can be wrong with a proof; every message says what was found."""


class ProofError(Exception):
    """Something that claims to prove does not."""


class ProofMalformed(ProofError):
    """It cannot be read: bytes are missing, of the wrong kind, or left over."""


class ProofWrong(ProofError):
    """It can be read, and what it claims does not follow."""


class LogForked(ProofWrong):
    """Somebody was shown a history of the log that is not this one. It must never happen."""
