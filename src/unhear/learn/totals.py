"""Totals of labelled whole-number vectors: how many of each label, and their sum.

They take as many values a label as a vector has; `Sums` adds what values have in common.
"""

import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from unhear.learn.labelled import Labelled, OfLabel
from unhear.learn.learner import NeverLearned

VALUE_MIN, VALUE_MAX = -128, 127


@dataclass(frozen=True, slots=True)
class Totals:
    """All that is learned of vectors of `dimension` values.

    A label that nothing is left of is not there.
    """

    dimension: int
    labels: Mapping[str, OfLabel]

    def plus(self, one: Labelled) -> "Totals":
        """Answer the totals with a vector more. Raises `ValueError` for one of another length."""
        return self._changed(one, 1)

    def minus(self, one: Labelled) -> "Totals":
        """Answer the totals without a vector.

        Raises `NeverLearned` where no vectors of its label could add up to what would be left.
        """
        return self._changed(one, -1)

    def with_all(self, other: "Totals") -> "Totals":
        """Answer the totals of all that is in either."""
        labels = dict(self.labels)
        for label, one in other.labels.items():
            before = labels.get(label) or OfLabel(0, np.zeros(self.dimension, np.int64))
            labels[label] = OfLabel(before.count + one.count, before.total + one.total)
        return Totals(self.dimension, labels)

    def only(self, labels: Collection[str]) -> "Totals":
        """Answer the totals of these labels alone."""
        kept = {label: one for label, one in self.labels.items() if label in labels}
        return Totals(self.dimension, kept)

    def _changed(self, one: Labelled, sign: int) -> "Totals":
        if len(one.vector) != self.dimension:
            raise ValueError(f"a vector of {len(one.vector)} values; {self.dimension} are expected")
        before = self.labels.get(one.label) or OfLabel(0, np.zeros(self.dimension, np.int64))
        weight = sign * one.weight
        after = OfLabel(before.count + weight, before.total + weight * one.vector.astype(np.int64))
        if not _can_be(after):
            raise NeverLearned("this was never learned, or is unlearned already")
        labels = {**self.labels, one.label: after}
        if after.count == 0:
            del labels[one.label]
        return Totals(self.dimension, labels)

    def to_bytes(self) -> bytes:
        """Answer the one way to write these totals down: little-endian, labels in their order."""
        parts = [struct.pack("<II", self.dimension, len(self.labels))]
        for label in sorted(self.labels):
            name, of_label = label.encode(), self.labels[label]
            parts.append(struct.pack("<Bq", len(name), of_label.count) + name)
            parts.append(of_label.total.astype("<i8").tobytes())
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, written: bytes) -> "Totals":
        """Read what `to_bytes` wrote. Raises `ValueError` for anything else."""
        try:
            totals = cls._read(written)
        except (struct.error, UnicodeDecodeError, ValueError):
            totals = None
        if totals is None or totals.to_bytes() != written:
            raise ValueError("these bytes are no totals")
        return totals

    @classmethod
    def _read(cls, written: bytes) -> "Totals | None":
        dimension, count = struct.unpack_from("<II", written)
        place, labels = 8, dict[str, OfLabel]()
        for _ in range(count):
            length, number = struct.unpack_from("<Bq", written, place)
            place += 9
            label = written[place : place + length].decode()
            place += length
            total = np.frombuffer(written, "<i8", dimension, place).astype(np.int64)
            place += 8 * dimension
            labels[label] = OfLabel(number, total)
        sound = dimension > 0 and all(
            label and one.count > 0 and _can_be(one) for label, one in labels.items()
        )
        return cls(dimension, labels) if sound else None

    def digest(self) -> bytes:
        """Answer 32 bytes that are the same for equal totals only."""
        return sha256(b"unhear/learn/totals/v1" + self.to_bytes()).digest()


def _can_be(one: OfLabel) -> bool:
    """Whether so many vectors of int8 can have this sum; never for fewer than none."""
    low, high = VALUE_MIN * one.count, VALUE_MAX * one.count
    return bool(np.all((low <= one.total) & (one.total <= high)))
