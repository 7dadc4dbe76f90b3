"""What it costs to unlearn one recording of many, beside training again without it.

The vectors are as many and as long as those of sounds; their values are from a seeded generator,
since nobody has a million recordings to give. The peer keeps the vectors and solves the same least
squares anew with a library (LAPACK by numpy), reading them from memory.
"""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from bench.learn.parts import Part
from bench.report import milliseconds, progress
from unhear.engines.sound_features import DIMENSION
from unhear.learn.labelled import Labelled, OfLabel, Vector
from unhear.learn.sums import Sums
from unhear.learn.telling import ONE, PENALTY, Telling
from unhear.learn.totals import Totals

SIZES = (1_000, 10_000, 100_000, 1_000_000)
LABELS = ("one", "two", "three", "four")
FLAT_WITHIN = 2.0
RUNS, REFITS = 15, 3
CHUNK = 50_000
"""So many vectors are multiplied at once: in float64, whose sums of these are whole and exact."""


def measure(sizes: Sequence[int] = SIZES) -> Part:
    """Answer times by how much was learned, and whether what is left is the fresh build."""
    figures: dict[str, Any] = {}
    for size in sizes:
        progress(f"{size:,} recordings")
        figures[f"{size}"] = _measure(size)
    times = [figure["unlearned"]["p50_ms"] for figure in figures.values()]
    spread = max(times) / min(times)
    exact = all(figure["equals_never_learned"] for figure in figures.values())
    return Part(
        ok=spread <= FLAT_WITHIN and exact,
        figures={
            "by_recordings": figures,
            "slowest_to_fastest": round(spread, 2),
            "retrained_to_unlearned": {
                size: round(figure["retrained"]["p50_ms"] / figure["unlearned"]["p50_ms"], 1)
                for size, figure in figures.items()
            },
            "aims": {"slowest_to_fastest": FLAT_WITHIN},
        },
        peers={
            "LAPACK ridge from the raw vectors, by numpy": {
                size: figure["retrained"] for size, figure in figures.items()
            }
        },
    )


def _measure(size: int) -> dict[str, Any]:
    rng = np.random.default_rng(size)
    rows = rng.integers(-127, 128, (size, 1 + DIMENSION), np.int8)
    rows[:, 0] = ONE
    labels = np.arange(size) % len(LABELS)
    learner, state = Telling(DIMENSION), summed(rows, labels)
    gone = Labelled(rows[-1, 1:], LABELS[labels[-1]])
    after = learner.sub(state, gone)
    fresh = summed(rows[:-1], labels[:-1])
    same = learner.digest(after) == learner.digest(fresh) and (
        learner.solve(after).digest() == learner.solve(fresh).digest()
    )
    return {
        "unlearned": milliseconds(_timed(lambda: learner.solve(learner.sub(state, gone)), RUNS)),
        "of_which_subtracted": milliseconds(_timed(lambda: learner.sub(state, gone), RUNS)),
        "retrained": milliseconds(_timed(lambda: _refit(rows[:-1], labels[:-1]), REFITS)),
        "equals_never_learned": same,
    }


def summed(
    rows: Vector, labels: "np.ndarray[Any, np.dtype[np.int64]]", names: Sequence[str] = LABELS
) -> Sums:
    """Answer the sums of many vectors at once (int8, shape (n, 1 + d)), equal to adding each."""
    gram = _gram(rows).astype(np.int64)
    kinds = {
        name: OfLabel(int((labels == n).sum()), rows[labels == n].sum(axis=0, dtype=np.int64))
        for n, name in enumerate(names)
        if (labels == n).any()
    }
    return Sums(gram, Totals(len(gram), kinds))


def _gram(rows: Vector) -> "np.ndarray[Any, np.dtype[np.float64]]":
    gram = np.zeros((rows.shape[1], rows.shape[1]))
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK].astype(np.float64)
        gram += part.T @ part
    return gram


def _refit(rows: Vector, labels: "np.ndarray[Any, np.dtype[np.int64]]") -> None:
    gram = _gram(rows)
    gram += np.eye(len(gram)) * PENALTY * np.trace(gram) / len(gram)
    wanted = [rows[labels == n].sum(axis=0, dtype=np.float64) for n in range(len(LABELS))]
    np.linalg.solve(gram, np.stack(wanted, axis=1))


def _timed(work: Callable[[], object], runs: int) -> list[float]:
    times = []
    for _ in range(runs):
        started = perf_counter()
        work()
        times.append(perf_counter() - started)
    return times
