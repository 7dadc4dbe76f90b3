"""Noise that hides one home in what is released: the Gaussian mechanism on totals.

How much is needed is by Balle and Wang, "Improving the Gaussian Mechanism for Differential Privacy"
(2018), which holds for every epsilon. The noise is drawn from the operating system's randomness,
added and rounded to whole numbers, and kept nowhere; that it is drawn in 53 bits and not in real
numbers is not part of the bound.
"""

from dataclasses import dataclass
from math import erfc, exp, sqrt
from statistics import NormalDist

import numpy as np

from unhear.clock import random_bytes
from unhear.learn.fleet import LENGTH_MAX
from unhear.learn.labelled import Integers, OfLabel
from unhear.learn.totals import Totals

EPSILON_MAX = 50.0
"""Beyond this nothing is hidden that noise could be said to hide."""

_STEPS = 200
_BITS = 52


@dataclass(frozen=True, slots=True)
class Noise:
    """What a release may tell of one home: (`epsilon`, `delta`)-differential privacy.

    Two fleets are neighbours when one has a home more than the other. It is of one release: several
    tell the sum of what each tells.
    """

    epsilon: float
    delta: float

    def __post_init__(self) -> None:
        """Raise `ValueError` for what promises nothing, or cannot be."""
        if not (0 < self.epsilon <= EPSILON_MAX and 0 < self.delta < 1):
            raise ValueError(f"epsilon is above 0 to {EPSILON_MAX:g}, and delta between 0 and 1")

    def deviation(self, sensitivity: float) -> float:
        """Answer the least standard deviation for what one home changes by `sensitivity` (L2)."""
        low, high = 0.0, 1.0
        while _delta(high, self.epsilon) > self.delta:
            low, high = high, 2 * high
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if _delta(middle, self.epsilon) > self.delta:
                low = middle
            else:
                high = middle
        return high * sensitivity

    def on(self, totals: Totals, *, per_home_max: int) -> Totals:
        """Answer totals that hide a home of at most `per_home_max` contributions.

        How many there are is hidden like a value of length `LENGTH_MAX`.
        """
        spread = self.deviation(sensitivity(per_home_max))
        labels = {label: _noisy(one, spread) for label, one in totals.labels.items()}
        return Totals(totals.dimension, labels)


def sensitivity(per_home_max: int) -> float:
    """Answer how much a home can change totals, and counts in units of 1 / `LENGTH_MAX`, in L2."""
    return per_home_max * LENGTH_MAX * sqrt(2)


def _delta(deviation: float, epsilon: float) -> float:
    """Answer the least delta for a deviation, at a sensitivity of one (their Theorem 8)."""
    half, rest = 1 / (2 * deviation), epsilon * deviation
    return _below(half - rest) - exp(epsilon) * _below(-half - rest)


def _below(value: float) -> float:
    return erfc(-value / sqrt(2)) / 2


def _noisy(one: OfLabel, spread: float) -> OfLabel:
    count = one.count + round(_drawn(spread) / LENGTH_MAX)
    drawn: Integers = np.array([round(_drawn(spread)) for _ in one.total], np.int64)
    return OfLabel(max(1, count), one.total + drawn)


def _drawn(spread: float) -> float:
    """Draw from a normal distribution, by its inverse."""
    drawn = int.from_bytes(random_bytes(8), "little") >> (64 - _BITS)
    return NormalDist(0, spread).inv_cdf((drawn + 0.5) / 2**_BITS)
