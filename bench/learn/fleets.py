"""What two releases of a fleet tell of the recording that was forgotten between them.

As in `versions`, but of a fleet's model: the line between the means of two labels. Who has both
models and candidates with their labels works out how forgetting each would have moved the means,
and chooses the one most like what was seen, by angle or by the covariance of candidates and others
(of both the better counts). Other contributions come in the same release, as the schedule demands.
The noise is that of `unhear fleet serve --epsilon`, drawn for each release anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.learn.attacks import read
from bench.learn.parts import Part, learned
from unhear.learn.fleet import FleetLearner, bounded
from unhear.learn.labelled import Labelled
from unhear.learn.noise import Noise
from unhear.learn.releases import PER_HOME_MAX
from unhear.learn.wake import OTHER, WORD

Reals = NDArray[np.float64]

LEARNED, OTHERS, DRAWS = 200, 100, 60
ADDED = (0, 5, 20, 50)
EPSILON, DELTA = 8.0, 1e-6
FLOOR = 50.0
"""Added to the covariance's diagonal, which has fewer recordings than values."""

CHANCES = 3
"""How many standard errors of guessing still count as guessing."""


@dataclass(frozen=True, slots=True)
class Case:
    """So many contributions come while one goes; with noise or without."""

    added: int
    noise: Noise | None

    @property
    def name(self) -> str:
        """What happens between the two releases."""
        also = f", epsilon {self.noise.epsilon:g}" if self.noise else ""
        return f"1 of {LEARNED} forgotten, {self.added} learned{also}"


def measure(data: Path) -> Part:
    """Answer how often the forgotten one is picked; with noise no more than by guessing."""
    recordings = [
        Labelled(bounded(one.vector), (WORD, OTHER)[number % 2])
        for number, one in enumerate(read(data / "digits"))
    ]
    noise = Noise(EPSILON, DELTA)
    cases = [Case(added, hidden) for hidden in (None, noise) for added in ADDED]
    chance = 1 / (1 + OTHERS)
    error = float(np.sqrt(chance * (1 - chance) / DRAWS))
    figures: dict[str, Any] = {"guessing": round(chance, 4), "draws": DRAWS}
    hidden = True
    for case in cases:
        picked = picks(recordings, case, DRAWS)
        figures[case.name] = round(picked, 4)
        hidden &= case.noise is None or picked <= chance + CHANCES * error
    return Part(ok=hidden, figures=figures)


def picks(recordings: Sequence[Labelled], case: Case, draws: int) -> float:
    """Answer the share of draws in which the better attacker picks the forgotten recording."""
    rng = np.random.default_rng(1)
    values = np.array([one.vector for one in recordings], np.float64)
    spread = np.cov(values.T) + FLOOR * np.eye(values.shape[1])
    weighings: tuple[Reals, ...] = (np.eye(len(spread)), np.linalg.inv(spread).astype(np.float64))
    right = np.zeros(len(weighings))
    for _ in range(draws):
        order = rng.permutation(len(recordings)).tolist()
        before, rest = order[:LEARNED], order[LEARNED:]
        after, others = [*before[1:], *rest[: case.added]], rest[case.added :][:OTHERS]
        seen = _line(recordings, after, case.noise) - _line(recordings, before, case.noise)
        if not seen.any():
            continue  # of noise so much that no model decides: there is nothing to see
        candidates = [recordings[number] for number in (before[0], *others)]
        right += [np.argmax(_alike(candidates, seen, how)) == 0 for how in weighings]
    return float(right.max()) / draws


def _line(recordings: Sequence[Labelled], members: Sequence[int], noise: Noise | None) -> Reals:
    learner = FleetLearner(len(recordings[0].vector))
    totals = learned(learner, [recordings[number] for number in members])
    if noise is not None:
        totals = noise.on(totals, per_home_max=PER_HOME_MAX)
    weights: Reals = learner.solve(totals).weights[1:].astype(np.float64)
    return weights if len(weights) else np.zeros(len(recordings[0].vector))


def _alike(candidates: Sequence[Labelled], seen: Reals, weighing: Reals) -> list[float]:
    """Answer how like what was seen is to what forgetting each candidate would have done."""
    means = {
        label: np.mean([one.vector for one in candidates if one.label == label], axis=0)
        for label in (WORD, OTHER)
    }
    alike = []
    for one in candidates:
        moved = (one.vector - means[one.label]) * (-1 if one.label == WORD else 1)
        length = float(np.sqrt(moved @ weighing @ moved))
        alike.append(float(seen @ weighing @ moved) / max(length, 1e-9))
    return alike
