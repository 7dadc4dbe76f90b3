"""Sums of labelled whole-number vectors: the totals of each label, and the Gram of all vectors.

Values are int8, so a product is at most 2**14, and int64 holds the sum of 2**48 of them. Beyond
that sums would wrap around, which addition and subtraction survive and a model would not see;
nobody has so many recordings.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from unhear.learn.labelled import Integers, Labelled, OfLabel
from unhear.learn.totals import Totals


@dataclass(frozen=True, slots=True)
class Sums:
    """All that is learned; `gram` sums the vectors' outer products, int64, shape (d, d)."""

    gram: Integers
    totals: Totals

    @classmethod
    def nothing(cls, dimension: int) -> "Sums":
        """Answer the sums of no vectors of `dimension` values."""
        return cls(np.zeros((dimension, dimension), np.int64), Totals(dimension, {}))

    @property
    def labels(self) -> Mapping[str, OfLabel]:
        """The totals by label; one that nothing is left of is not there."""
        return self.totals.labels

    def plus(self, one: Labelled) -> "Sums":
        """Answer the sums with a vector more. Raises `ValueError` for one of another length."""
        totals = self.totals.plus(one)
        return Sums(self.gram + _products(one), totals)

    def minus(self, one: Labelled) -> "Sums":
        """Answer the sums without a vector.

        Raises `NeverLearned` where no vectors of its label could add up to what would be left.
        """
        totals = self.totals.minus(one)
        return Sums(self.gram - _products(one), totals)

    def to_bytes(self) -> bytes:
        """Answer the one way to write these sums down: the totals, then the Gram, little-endian."""
        return self.totals.to_bytes() + self.gram.astype("<i8").tobytes()

    @classmethod
    def from_bytes(cls, written: bytes) -> "Sums":
        """Read what `to_bytes` wrote. Raises `ValueError` for anything else."""
        try:
            (dimension,) = struct.unpack_from("<I", written)
            split = len(written) - 8 * dimension**2
            totals = Totals.from_bytes(written[: max(0, split)])
        except (struct.error, ValueError):
            raise ValueError("these bytes are no sums") from None
        gram = np.frombuffer(written[split:], "<i8").astype(np.int64)
        return cls(gram.reshape(dimension, dimension), totals)

    def digest(self) -> bytes:
        """Answer 32 bytes that are the same for equal sums only."""
        return sha256(b"unhear/learn/sums/v1" + self.to_bytes()).digest()


def _products(one: Labelled) -> Integers:
    vector = one.vector.astype(np.int64)
    return one.weight * np.multiply.outer(vector, vector)
