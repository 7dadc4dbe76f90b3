"""Learn with other homes which sounds were the wake word: from the means of both kinds alone.

A sound is told by the side of a line on which it lies between the two means, drawn as `wake` draws
it. Means need no products of values with one another, as least squares does, and so much less noise
hides one home in them.

What one home can change is bounded at the door: no vector is longer than `LENGTH_MAX`, and none of
a home's contributions counts more than once.
"""

from math import isqrt

import numpy as np

from unhear.learn.labelled import Integers, Labelled, OfLabel, Vector
from unhear.learn.totals import Totals
from unhear.learn.wake import EXAMPLES_MIN, OTHER, WORD, WakeModel, line_between

LENGTH_MAX = 512
"""The greatest length of a vector, about that of most sounds'."""

UNIT_BITS = 20
"""Weights are whole multiples of one in so many bits."""


def bounded(vector: Vector) -> Vector:
    """Answer a vector (int8) of the same direction, shortened to `LENGTH_MAX` where it is longer.

    In whole numbers, rounded towards nothing, so that it is never longer than that.
    """
    values = vector.astype(np.int64)
    squares = int((values * values).sum())
    if squares <= LENGTH_MAX**2:
        return vector
    length = isqrt(squares) + 1
    shortened: Vector = (np.sign(values) * (np.abs(values) * LENGTH_MAX // length)).astype(np.int8)
    return shortened


class FleetLearner:
    """Learns from vectors of `dimension` values, labelled `WORD` or `OTHER`."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension

    def zero(self) -> Totals:
        """Answer the totals of nothing."""
        return Totals(self._dimension, {})

    def add(self, state: Totals, contribution: Labelled) -> Totals:
        """Answer the totals with a wake more.

        Raises `ValueError` for one that another home could not hide: longer than `LENGTH_MAX`,
        weighing more than one, or of any other label.
        """
        values = contribution.vector.astype(np.int64)
        if contribution.label not in (WORD, OTHER) or contribution.weight != 1:
            raise ValueError(f"a wake was the {WORD} or an {OTHER}, and counts once")
        if int((values * values).sum()) > LENGTH_MAX**2:
            raise ValueError(f"a vector is no longer than {LENGTH_MAX}")
        return state.plus(contribution)

    def sub(self, state: Totals, contribution: Labelled) -> Totals:
        """Answer the totals without a wake. Raises `NeverLearned`."""
        return state.minus(contribution)

    def solve(self, state: Totals) -> WakeModel:
        """Answer the model, the same bits for the same totals."""
        word, other = (state.labels.get(label) for label in (WORD, OTHER))
        if word is None or other is None or min(word.count, other.count) < EXAMPLES_MIN:
            return WakeModel(np.zeros(0, np.int64), 0)
        weights = _mean(word) - _mean(other)
        line = line_between(weights, word, other)
        return WakeModel(np.concatenate([[0], weights]), line)

    def digest(self, state: Totals) -> bytes:
        """Answer 32 bytes for what was learned."""
        return state.digest()


def _mean(label: OfLabel) -> Integers:
    """Answer the mean of a label's vectors in units of 1 / 2**`UNIT_BITS`, rounded down."""
    means = [(value << UNIT_BITS) // label.count for value in label.total.tolist()]
    return np.array(means, np.int64)
