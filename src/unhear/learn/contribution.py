"""What one recording contributes to one subject, as it is written down and sealed."""

import json
from dataclasses import dataclass

from unhear.household.learning import Subject
from unhear.household.words import TraceId


@dataclass(frozen=True, slots=True)
class Contribution:
    """The numbers that were added for a recording, to be subtracted bit for bit.

    `others` are contributions that go with it: what two recordings taught together lies with one
    of them, and the other's has no numbers.
    """

    subject: Subject
    numbers: bytes
    others: tuple[TraceId, ...] = ()

    def to_bytes(self) -> bytes:
        """Answer a line of JSON, and the numbers."""
        fields = {"subject": self.subject, "others": [other.hex() for other in self.others]}
        return json.dumps(fields).encode() + b"\n" + self.numbers

    @classmethod
    def from_bytes(cls, written: bytes) -> "Contribution":
        """Read what `to_bytes` wrote. Raises `ValueError` for anything else."""
        line, _, numbers = written.partition(b"\n")
        fields = json.loads(line)
        others = tuple(TraceId(bytes.fromhex(other)) for other in fields["others"])
        return cls(Subject(fields["subject"]), numbers, others)
