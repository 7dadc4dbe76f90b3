"""Tell which label a vector is nearest to in direction, in whole numbers alone.

A label is the direction of the mean of its vectors (Rocchio's classifier, 1971). Unlike weights
that are solved from all labels at once, it says how like a vector is, so that one which is like
none of them can be turned away. Python's integers make every step the same on every machine.
"""

import struct
from dataclasses import dataclass
from hashlib import sha256
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from unhear.learn.labelled import Labelled, Vector
from unhear.learn.totals import Totals

Rows = NDArray[np.int32]

LIKE = 1_000_000
"""The score of two vectors of the same direction; 0 is that of two at a right angle."""

UNIT_BITS = 20
"""A direction has the length of one in so many bits."""


@dataclass(frozen=True, slots=True)
class Directions:
    """A model: labels in their order, and for each the direction of its mean, shape (k, d)."""

    labels: tuple[str, ...]
    rows: Rows

    def tell(self, vector: Vector, *, at_least: int, ahead_by: int = 0) -> str | None:
        """Answer the label that a vector (int8, shape (d,)) is most like.

        None where no score is `at_least`, or where another label's is less than `ahead_by` behind;
        both are parts of `LIKE`.
        """
        ranked = sorted((-score, label) for label, score in self.scores(vector).items())
        if not ranked or -ranked[0][0] < at_least:
            return None
        behind = [score - ranked[0][0] for score, _ in ranked[1:2]]
        return ranked[0][1] if all(by >= ahead_by for by in behind) else None

    def scores(self, vector: Vector) -> dict[str, int]:
        """Answer how like a vector is to each label: the cosine of their angle, times `LIKE`.

        Raises `ValueError` for a vector of another length.
        """
        if vector.dtype != np.int8 or vector.shape != self.rows.shape[1:]:
            raise ValueError(f"features are one row of {self.rows.shape[1]} int8")
        known = vector.astype(np.int64)
        length = _length([int(value) for value in known])
        products = np.multiply(self.rows.astype(np.int64), known).sum(axis=1)
        return {
            label: int(product) * LIKE // length if length else 0
            for label, product in zip(self.labels, products, strict=True)
        }

    def to_bytes(self) -> bytes:
        """Answer the one way to write this model down: little-endian, labels in their order."""
        parts = [struct.pack("<II", self.rows.shape[1], len(self.labels))]
        for label, row in zip(self.labels, self.rows, strict=True):
            name = label.encode()
            parts.append(bytes([len(name)]) + name + row.astype("<i4").tobytes())
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, written: bytes) -> "Directions":
        """Read what `to_bytes` wrote. Raises `ValueError` for anything else."""
        try:
            model = cls._read(written)
        except (struct.error, UnicodeDecodeError, ValueError, IndexError):
            model = None
        if model is None or model.to_bytes() != written:
            raise ValueError("these bytes are no directions")
        return model

    @classmethod
    def _read(cls, written: bytes) -> "Directions | None":
        dimension, count = struct.unpack_from("<II", written)
        if not dimension or count * dimension * 4 > len(written):
            return None
        place, labels = 8, list[str]()
        rows = np.zeros((count, dimension), np.int32)
        for number in range(count):
            end = place + 1 + written[place]
            labels.append(written[place + 1 : end].decode())
            rows[number] = np.frombuffer(written, "<i4", dimension, end)
            place = end + 4 * dimension
        return cls(tuple(labels), rows) if labels == sorted({*labels} - {""}) else None

    def digest(self) -> bytes:
        """Answer 32 bytes that are the same for equal models only."""
        return sha256(b"unhear/learn/directions/v1" + self.to_bytes()).digest()


class Nearest:
    """Learns which label a vector of `dimension` values is nearest to."""

    def __init__(self, dimension: int) -> None:
        if dimension < 1:
            raise ValueError("a vector has one value at least")
        self._dimension = dimension

    def zero(self) -> Totals:
        """Answer the totals of nothing."""
        return Totals(self._dimension, {})

    def add(self, state: Totals, contribution: Labelled) -> Totals:
        """Answer the totals with a vector more. Raises `ValueError` for one of another length."""
        return state.plus(contribution)

    def sub(self, state: Totals, contribution: Labelled) -> Totals:
        """Answer the totals without a vector. Raises `NeverLearned`."""
        return state.minus(contribution)

    def solve(self, state: Totals) -> Directions:
        """Answer the direction of each label, the same bits for the same totals."""
        labels = tuple(sorted(state.labels))
        rows = np.zeros((len(labels), self._dimension), np.int32)
        for number, label in enumerate(labels):
            rows[number] = _direction([int(value) for value in state.labels[label].total])
        return Directions(labels, rows)

    def digest(self, state: Totals) -> bytes:
        """Answer 32 bytes for what was learned."""
        return state.digest()


def _direction(total: list[int]) -> list[int]:
    """Answer a total at the length of one, rounded; that of nothing stays nothing."""
    length = _length(total)
    if not length:
        return total
    return [((value << 2 * UNIT_BITS + 1) + length) // (2 * length) for value in total]


def _length(values: list[int]) -> int:
    """Answer the length of a vector in units of 2**-`UNIT_BITS`, rounded down."""
    return isqrt(sum(value * value for value in values) << 2 * UNIT_BITS)
