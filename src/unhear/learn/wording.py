"""Words as a vector of whole numbers, by a rule that never learns: hashed n-grams.

Each word, each pair of words and each three letters in a row adds one to a place that its hash
names (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009). So the same
words always make the same vector, and words that share a part make vectors that point alike.
"""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import pairwise

import numpy as np

from unhear.learn.labelled import Vector
from unhear.learn.nearest import LIKE, Directions

DIMENSION = 512
VALUE_MAX = 127
WORD_WEIGHT = 2
"""A word counts more than three letters within one."""

LIKE_ENOUGH = LIKE * 4 // 5
"""How like words must be to such as were once said to mean something."""

SAME = LIKE * 999 // 1000
"""And to be the same: rounding takes a little."""

AHEAD_BY = LIKE // 20
"""How much nearer they must be to one meaning than to the next."""


def wording(plain: str) -> Vector:
    """Answer the vector of words in their plain form: int8, shape (`DIMENSION`,)."""
    values = np.zeros(DIMENSION, np.int64)
    for gram, weight in _grams(plain):
        hashed = int.from_bytes(blake2b(gram.encode(), digest_size=8).digest(), "little")
        sign = 1 if hashed >> 32 & 1 else -1
        values[hashed % DIMENSION] += sign * weight
    return np.clip(values, -VALUE_MAX, VALUE_MAX).astype(np.int8)


def meaning(model: Directions, words: Vector, *, exactly: bool = False) -> str | None:
    """Answer the label of words that are like some that were learned, or `exactly` those."""
    at_least = SAME if exactly else LIKE_ENOUGH
    return model.tell(words, at_least=at_least, ahead_by=AHEAD_BY) if model.labels else None


def _grams(plain: str) -> Iterator[tuple[str, int]]:
    words = plain.split()
    for word in words:
        yield f"word {word}", WORD_WEIGHT
        padded = f" {word} "
        yield from ((padded[at : at + 3], 1) for at in range(len(padded) - 2))
    yield from ((f"pair {first} {second}", WORD_WEIGHT) for first, second in pairwise(words))
