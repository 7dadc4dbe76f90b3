"""What the difference of two models tells of the recordings that were forgotten between them.

Somebody has the whole-number models of two releases and the recordings that may have been
forgotten, with their labels, among others that were never learned; they know how models are made.
For each candidate they work out how forgetting it would have changed the model, and choose the one
whose change is most like the one that was seen.

Forgetting x with label y takes -x (y - W x)' + p |x|**2 / d W out of what the system was solved
with, where W are the old weights and p is the penalty; seen is M (W' - W), M being the matrix that
was solved. An outsider must guess M from other recordings. An insider has the new state, and so M
itself. An insider with both states sees what was subtracted. How much of M weighs in the comparison
is the attackers' choice: of several the best counts, chosen afterwards, in the attackers' favour.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.learn.parts import learned
from unhear.engines.sound_features import DIMENSION
from unhear.learn.labelled import Labelled
from unhear.learn.sums import Sums
from unhear.learn.telling import ONE, PENALTY_MIN, UNIT, Telling

Reals = NDArray[np.float64]

WEIGHINGS = (0.0, 0.25, 0.5, 1.0)
RANK_PART = 1e-9


@dataclass(frozen=True, slots=True)
class Release:
    """Of `learned` recordings `forgotten` go, and `added` come, before the next model goes out.

    The candidates are the forgotten ones and `others`, which were never learned.
    """

    learned: int
    forgotten: int
    added: int
    others: int

    @property
    def chance(self) -> float:
        """The share of candidates that were forgotten."""
        return self.forgotten / (self.forgotten + self.others)

    @property
    def name(self) -> str:
        """What happens in this release."""
        also = f", {self.added} learned in the same release" if self.added else ""
        return f"{self.forgotten} of {self.learned} forgotten{also}"


RELEASES = (
    Release(150, 1, 0, 200),
    Release(150, 5, 0, 200),
    Release(150, 20, 0, 200),
    Release(150, 1, 50, 200),
    Release(150, 1, 100, 200),
    Release(100, 1, 200, 149),
)
"""Drawn of 450 recordings; where 200 are added no more than 149 others are left."""


def difference(
    recordings: Sequence[Labelled], penalty: float, draws: int
) -> dict[str, dict[str, Any]]:
    """Answer how often each attacker chooses a forgotten recording, for every release."""
    return {
        release.name: {
            "candidates": release.forgotten + release.others,
            "chance": round(release.chance, 4),
            "found": _found(recordings, release, penalty, draws),
        }
        for release in RELEASES
    }


def _found(
    recordings: Sequence[Labelled], release: Release, penalty: float, draws: int
) -> dict[str, Any]:
    hits: dict[str, list[dict[str, bool]]] = {}
    for drawn in shuffled(recordings, draws):
        for who, how in choices(drawn, release, penalty).items():
            right = {name: chosen < release.forgotten for name, chosen in how.items()}
            hits.setdefault(who, []).append(right)
    return {who: _best(found) for who, found in hits.items()}


def _best(found: Sequence[Mapping[str, bool]]) -> dict[str, Any]:
    shares = {how: float(np.mean([one[how] for one in found])) for how in found[0]}
    how = max(shares, key=lambda name: shares[name])
    error = (shares[how] * (1 - shares[how]) / len(found)) ** 0.5
    return {"share": round(shares[how], 3), "standard_error": round(error, 3), "by": how}


def choices(
    drawn: Sequence[Labelled], release: Release, penalty: float
) -> dict[str, dict[str, int]]:
    """Answer which candidate each attacker chooses, each way; the forgotten ones come first."""
    learner = Telling(DIMENSION, penalty=penalty)
    first, rest = drawn[: release.learned], drawn[release.learned :]
    gone, added = first[: release.forgotten], rest[: release.added]
    candidates = [*gone, *rest[release.added :][: release.others]]
    known = [*candidates, *rest[release.added + release.others :]]
    old = learned(learner, first)
    new = learned(learner, [*first[release.forgotten :], *added])
    model, after = learner.solve(old), learner.solve(new)
    weights = model.rows.T / UNIT
    change = after.rows.T / UNIT - weights
    wanted = np.array([[one.label == label for label in model.labels] for one in candidates])
    rows, seen = rows_of(candidates), rows_of(known)
    errors = wanted - rows @ weights
    count = release.learned - release.forgotten + release.added
    guess = seen.T @ seen * (count / len(seen))
    pulls = penalty * (rows**2).sum(axis=1) / rows.shape[1]
    changes = _Changes(rows, errors, pulls, weights, change)
    return {
        "outsider": changes.likest(_solved(guess, penalty)),
        "insider with the new state": changes.likest(_solved(new.gram.astype(float), penalty)),
        "insider with both states": {"what was subtracted": _subtracted(rows, old, new)},
    }


@dataclass(frozen=True, slots=True)
class _Changes:
    """What forgetting each candidate would change, and the change that was seen, shape (d, k)."""

    rows: Reals
    errors: Reals
    pulls: Reals
    weights: Reals
    seen: Reals

    def likest(self, matrix: Reals) -> dict[str, int]:
        """Answer the candidate whose change is most like the seen one, for every weighing."""
        values, vectors = np.linalg.eigh(matrix)
        found = {}
        for weighing in WEIGHINGS:
            seen = (vectors * values**weighing) @ (vectors.T @ self.seen)
            back = (vectors * values ** (weighing - 1)) @ vectors.T
            found[f"matrix to the power of {weighing}"] = int(np.argmax(self._like(seen, back)))
        return found

    def _like(self, seen: Reals, back: Reals) -> Reals:
        rows, weights = self.rows @ back, back @ self.weights
        changes = self.pulls[:, None, None] * weights - rows[:, :, None] * self.errors[:, None, :]
        lengths = np.linalg.norm(changes, axis=(1, 2))
        like: Reals = (changes * seen).sum(axis=(1, 2)) / lengths
        return like


def _solved(gram: Reals, penalty: float) -> Reals:
    """Answer the matrix that is solved for a Gram, as `Telling` does."""
    matrix: Reals = gram + np.eye(len(gram)) * (penalty * np.trace(gram) / len(gram) + PENALTY_MIN)
    return matrix


def _subtracted(rows: Reals, old: Sums, new: Sums) -> int:
    """Answer the candidate that was taken out: the difference of the Grams is made of it.

    With D the old Gram less the new, x' D^+ x is 1 for what was taken out, -1 for what came in, and
    what is neither does not lie in the space of D.
    """
    difference = (old.gram - new.gram).astype(np.float64)
    inverse = np.linalg.pinv(difference, rcond=RANK_PART, hermitian=True)
    parts = rows @ inverse
    outside = np.linalg.norm(rows - parts @ difference, axis=1) / np.linalg.norm(rows, axis=1)
    return int(np.argmin(outside + np.abs((parts * rows).sum(axis=1) - 1)))


def shuffled(recordings: Sequence[Labelled], draws: int) -> Iterator[list[Labelled]]:
    """Yield the recordings in so many orders, the same at every run."""
    for draw in range(draws):
        order = np.random.default_rng(draw).permutation(len(recordings))
        yield [recordings[place] for place in order]


def rows_of(some: Sequence[Labelled]) -> Reals:
    """Answer the vectors as `Telling` learns them, shape (n, 1 + d)."""
    return np.stack([np.array([ONE, *one.vector], np.float64) for one in some])
