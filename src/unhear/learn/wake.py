"""Learn which sounds were the wake word, and which only woke the house.

Least squares between the two kinds (see `telling`), on the vectors of what woke the house. The line
between them is drawn a third of the way from the mean of the others to the mean of the word, so
that a voice that is new here is rather let in than turned away. All of it comes from the sums.
"""

import struct
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from unhear.learn.labelled import Integers, Labelled, OfLabel, Vector
from unhear.learn.sums import Sums
from unhear.learn.telling import ONE, Telling

WORD, OTHER = "word", "other"
"""The labels: somebody said the wake word, or something else sounded like it."""

DIMENSION = 288
"""How many values say what a sound is like."""

EXAMPLES_MIN = 5
"""How many of each are needed before anything is turned away."""

PENALTY = 0.1
"""Ten times that of `telling`: few examples should not be learned by heart."""

NEARER = 3
"""The line is one part in so many from the others to the word."""


@dataclass(frozen=True, slots=True)
class WakeModel:
    """A model of whole numbers: weights (shape (1 + d,), or none before it decides) and a line."""

    weights: Integers
    line: int

    @property
    def decides(self) -> bool:
        """Whether there were examples enough."""
        return len(self.weights) > 0

    def is_word(self, vector: Vector) -> bool:
        """Whether a sound (int8, shape (d,)) counts as the wake word; all do before it decides."""
        if not self.decides:
            return True
        known = np.concatenate([[ONE], vector]).astype(np.int64)
        return int(np.multiply(self.weights, known).sum()) > self.line

    def to_bytes(self) -> bytes:
        """Answer the one way to write this model down, little-endian."""
        return struct.pack("<q", self.line) + self.weights.astype("<i8").tobytes()

    @classmethod
    def from_bytes(cls, written: bytes) -> "WakeModel":
        """Read what `to_bytes` wrote. Raises `ValueError` for anything else."""
        try:
            (line,) = struct.unpack_from("<q", written)
            weights = np.frombuffer(written, "<i8", offset=8).astype(np.int64)
        except (struct.error, ValueError):
            raise ValueError("these bytes are no model of wakes") from None
        if line and not len(weights):
            raise ValueError("these bytes are no model of wakes")
        return cls(weights, line)

    def digest(self) -> bytes:
        """Answer 32 bytes that are the same for equal models only."""
        return sha256(b"unhear/learn/wake-model/v1" + self.to_bytes()).digest()


class WakeLearner:
    """Learns from vectors of `dimension` values, labelled `WORD` or `OTHER`."""

    def __init__(self, dimension: int) -> None:
        self._telling = Telling(dimension, penalty=PENALTY)

    def zero(self) -> Sums:
        """Answer the sums of nothing."""
        return self._telling.zero()

    def add(self, state: Sums, contribution: Labelled) -> Sums:
        """Answer the sums with a wake more. Raises `ValueError` for any other label."""
        if contribution.label not in (WORD, OTHER):
            raise ValueError(f"a wake was the {WORD} or an {OTHER}")
        return self._telling.add(state, contribution)

    def sub(self, state: Sums, contribution: Labelled) -> Sums:
        """Answer the sums without a wake. Raises `NeverLearned`."""
        return self._telling.sub(state, contribution)

    def solve(self, state: Sums) -> WakeModel:
        """Answer the model, the same bits for the same sums."""
        word, other = (state.labels.get(label) for label in (WORD, OTHER))
        if word is None or other is None or min(word.count, other.count) < EXAMPLES_MIN:
            return WakeModel(np.zeros(0, np.int64), 0)
        told = self._telling.solve(state)
        rows = dict(zip(told.labels, told.rows, strict=True))
        weights = rows[WORD] - rows[OTHER]
        return WakeModel(weights, line_between(weights, word, other))

    def digest(self, state: Sums) -> bytes:
        """Answer 32 bytes for what was learned."""
        return sha256(b"unhear/learn/wake/v1" + state.to_bytes()).digest()


def line_between(weights: Integers, word: OfLabel, other: OfLabel) -> int:
    """Answer the score of the line, rounded down; in Python's integers, which have no greatest.

    The weights are those of the values that the labels' totals have.
    """
    up, down = _score(weights, word), _score(weights, other)
    whole = (NEARER - 1) * down * word.count + up * other.count
    return whole // (NEARER * word.count * other.count)


def _score(weights: Integers, label: OfLabel) -> int:
    pairs = zip(weights.tolist(), label.total.tolist(), strict=True)
    return sum(weight * value for weight, value in pairs)
