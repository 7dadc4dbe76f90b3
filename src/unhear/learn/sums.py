"""Sums of labelled whole-number vectors: how many of each label, their sum, and the Gram of all.

Values are int8, so a product is at most 2**14, and int64 holds the sum of 2**48 of them. Beyond
that sums would wrap around, which addition and subtraction survive and a model would not see;
nobody has so many recordings.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from unhear.learn.learner import NeverLearned

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


@dataclass(frozen=True, slots=True)
class Sums:
    """All that is learned. `gram` is the sum of the vectors' outer products, int64, shape (d, d).

    A label that nothing is left of is not there.
    """

    gram: Integers
    labels: Mapping[str, OfLabel]

    @classmethod
    def nothing(cls, dimension: int) -> "Sums":
        """Answer the sums of no vectors of `dimension` values."""
        return cls(np.zeros((dimension, dimension), np.int64), {})

    @property
    def dimension(self) -> int:
        """How many values a vector has."""
        return len(self.gram)

    def plus(self, one: Labelled) -> "Sums":
        """Answer the sums with a vector more. Raises `ValueError` for one of another length."""
        return self._changed(one, 1)

    def minus(self, one: Labelled) -> "Sums":
        """Answer the sums without a vector.

        Raises `NeverLearned` where no vectors of its label and weight are inside.
        """
        found = self.labels.get(one.label)
        if found is None or found.count < one.weight:
            raise NeverLearned("this was never learned, or is unlearned already")
        return self._changed(one, -1)

    def _changed(self, one: Labelled, sign: int) -> "Sums":
        if len(one.vector) != self.dimension:
            raise ValueError(f"a vector of {len(one.vector)} values; {self.dimension} are expected")
        vector = one.vector.astype(np.int64)
        weight = sign * one.weight
        before = self.labels.get(one.label) or OfLabel(0, np.zeros_like(vector))
        after = OfLabel(before.count + weight, before.total + weight * vector)
        labels = {**self.labels, one.label: after}
        gram = self.gram + weight * np.multiply.outer(vector, vector)
        if after.count == 0:
            if after.total.any():
                raise NeverLearned("another vector was learned under this label")
            del labels[one.label]
        return Sums(gram, labels)

    def to_bytes(self) -> bytes:
        """Answer the one way to write these sums down: little-endian, labels in their order."""
        parts = [struct.pack("<II", self.dimension, len(self.labels))]
        for label in sorted(self.labels):
            name, of_label = label.encode(), self.labels[label]
            parts.append(struct.pack("<Bq", len(name), of_label.count) + name)
            parts.append(of_label.total.astype("<i8").tobytes())
        parts.append(self.gram.astype("<i8").tobytes())
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, written: bytes) -> "Sums":
        """Read what `to_bytes` wrote. Raises `ValueError` for anything else."""
        try:
            sums = cls._read(written)
        except (struct.error, UnicodeDecodeError, ValueError):
            sums = None
        if sums is None or sums.to_bytes() != written:
            raise ValueError("these bytes are no sums")
        return sums

    @classmethod
    def _read(cls, written: bytes) -> "Sums":
        dimension, count = struct.unpack_from("<II", written)
        place, labels = 8, {}
        for _ in range(count):
            length, number = struct.unpack_from("<Bq", written, place)
            place += 9
            label = written[place : place + length].decode()
            place += length
            total = np.frombuffer(written, "<i8", dimension, place).astype(np.int64)
            labels[label] = OfLabel(number, total)
            place += 8 * dimension
        gram = np.frombuffer(written, "<i8", dimension * dimension, place).astype(np.int64)
        return cls(gram.reshape(dimension, dimension), labels)

    def digest(self) -> bytes:
        """Answer 32 bytes that are the same for equal sums only."""
        return sha256(b"unhear/learn/sums/v1" + self.to_bytes()).digest()
