"""What one recording teaches where labels are told apart: small whole numbers, and a label."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.int8]
Integers = NDArray[np.int64]

LABEL_BYTES_MAX = 255


@dataclass(frozen=True, slots=True)
class Labelled:
    """What one recording teaches: quantised features (int8, shape (d,)), and what they are.

    It counts `weight` times.
    """

    vector: Vector
    label: str
    weight: int = 1

    def __post_init__(self) -> None:
        """Raise `ValueError` for what cannot be added."""
        if self.vector.dtype != np.int8 or self.vector.ndim != 1:
            raise ValueError("features are one row of int8")
        if not 0 < len(self.label.encode()) <= LABEL_BYTES_MAX:
            raise ValueError(f"a label has 1 to {LABEL_BYTES_MAX} bytes")
        if self.weight < 1:
            raise ValueError("a contribution counts once at least")

    def to_bytes(self) -> bytes:
        """Answer weight and label, and the values as they are."""
        name = self.label.encode()
        return struct.pack("<IB", self.weight, len(name)) + name + self.vector.tobytes()

    @classmethod
    def from_bytes(cls, written: bytes) -> "Labelled":
        """Read what `to_bytes` wrote. Raises `ValueError` for anything else."""
        try:
            weight, length = struct.unpack_from("<IB", written)
        except struct.error:
            raise ValueError("these bytes are no contribution") from None
        label, values = written[5 : 5 + length], written[5 + length :]
        return cls(np.frombuffer(values, np.int8), label.decode(), weight)


@dataclass(frozen=True, slots=True)
class OfLabel:
    """How many vectors of a label there are, by weight, and their sum (int64, shape (d,))."""

    count: int
    total: Integers
