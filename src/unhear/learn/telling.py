"""Tell labels apart by their vectors: ridge regression on sums, with a model of whole numbers.

For each label the weights are those that answer 1 for its vectors and 0 for the others, in the
sense of least squares with a penalty (Hoerl and Kennard, "Ridge Regression", 1970). They need
nothing but the sums. Rounded to whole numbers, they decide alike on every machine.
"""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from unhear.learn.labelled import Integers, Labelled, Vector
from unhear.learn.solving import solve
from unhear.learn.sums import Sums

ONE = 127
"""A constant in front of every vector, of which the weights make each label's offset."""

PENALTY = 0.01
"""The penalty where no other is asked for, as a part of the mean squared value."""

PENALTY_MIN = 1.0
"""And at least this, so that one vector alone can be solved."""

UNIT = 2.0**40
"""Weights are whole multiples of one in so many."""

WEIGHT_MAX = 2**42
"""With which the score of 4,000 values is below 2**63."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A model: labels in their order, and for each a row of whole weights, shape (k, 1 + d)."""

    labels: tuple[str, ...]
    rows: Integers

    def tell(self, vector: Vector) -> str | None:
        """Answer the label that a vector (int8, shape (d,)) is most like; None before any."""
        if not self.labels:
            return None
        return self.labels[int(np.argmax(self.scores(vector)))]

    def scores(self, vector: Vector) -> Integers:
        """Answer how much a vector is like each label, in units of 1 / `UNIT`."""
        known = np.concatenate([[ONE], vector]).astype(np.int64)
        scores: Integers = np.multiply(self.rows, known).sum(axis=1)
        return scores

    def to_bytes(self) -> bytes:
        """Answer the one way to write this model down: labels, then little-endian rows."""
        names = b"".join(bytes([len(label.encode())]) + label.encode() for label in self.labels)
        return names + b"\0" + self.rows.astype("<i8").tobytes()

    @classmethod
    def from_bytes(cls, written: bytes) -> "Weights":
        """Read what `to_bytes` wrote. Raises `ValueError` for anything else.

        How many values a model without labels would take is not written: it has none.
        """
        try:
            weights = cls._read(written)
        except (IndexError, UnicodeDecodeError, ValueError):
            weights = None
        if weights is None or weights.to_bytes() != written:
            raise ValueError("these bytes are no weights")
        return weights

    @classmethod
    def _read(cls, written: bytes) -> "Weights":
        place, labels = 0, list[str]()
        while length := written[place]:
            labels.append(written[place + 1 : place + 1 + length].decode())
            place += 1 + length
        if labels != sorted(set(labels)):
            raise ValueError("labels stand in their order, each once")
        values = np.frombuffer(written, "<i8", offset=place + 1).astype(np.int64)
        width = len(values) // len(labels) if labels else 1
        if not width:
            raise ValueError("a label without weights")
        return cls(tuple(labels), values.reshape(len(labels), width))

    def digest(self) -> bytes:
        """Answer 32 bytes that are the same for equal models only."""
        return sha256(b"unhear/learn/weights/v1" + self.to_bytes()).digest()


class Telling:
    """Learns which label a vector of `dimension` values has."""

    def __init__(self, dimension: int, *, penalty: float = PENALTY) -> None:
        self._dimension = dimension
        self._penalty = penalty

    def zero(self) -> Sums:
        """Answer the sums of nothing."""
        return Sums.nothing(1 + self._dimension)

    def add(self, state: Sums, contribution: Labelled) -> Sums:
        """Answer the sums with a vector more. Raises `ValueError` for one of another length."""
        return state.plus(_with_one(contribution))

    def sub(self, state: Sums, contribution: Labelled) -> Sums:
        """Answer the sums without a vector. Raises `NeverLearned`."""
        return state.minus(_with_one(contribution))

    def solve(self, state: Sums) -> Weights:
        """Answer the weights, the same bits for the same sums.

        Raises `ValueError` where a weight is beyond what whole numbers can hold.
        """
        labels = tuple(sorted(state.labels))
        if not labels:
            return Weights((), np.zeros((0, 1 + self._dimension), np.int64))
        matrix = state.gram.astype(np.float64)
        squares = int(np.trace(state.gram))  # whole, so that no order of adding matters
        penalty = self._penalty * squares / len(matrix) + PENALTY_MIN
        matrix[np.diag_indices_from(matrix)] += penalty
        right = np.stack([state.labels[label].total for label in labels], axis=1)
        weights = np.rint(solve(matrix, right.astype(np.float64)) * UNIT)
        if np.abs(weights).max() > WEIGHT_MAX:
            raise ValueError("the weights are too large for whole numbers")
        return Weights(labels, np.ascontiguousarray(weights.T.astype(np.int64)))

    def digest(self, state: Sums) -> bytes:
        """Answer 32 bytes for what was learned."""
        return state.digest()


def _with_one(contribution: Labelled) -> Labelled:
    vector = np.concatenate([np.array([ONE], np.int8), contribution.vector])
    return Labelled(vector, contribution.label, contribution.weight)
