"""How long others take to unlearn, what is left is worth, and whether it is what they promise.

The peers have environments of their own (`make .venv-learners/.ready .venv-erasus/.ready`); a peer
that is not there is said not to have been run. Recordings beyond the real ones are real ones with
noise: whole numbers between -127 and 127, of ten digits. A quarter of the real ones is held out and
asked about. Everybody starts with the vectors in memory, peers in the form they like.
"""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.learn.attacks import read
from bench.learn.cost import summed
from bench.learn.parts import Part
from bench.learn.versions import shuffled
from bench.report import milliseconds, progress
from unhear.learn.labelled import Labelled, Vector
from unhear.learn.sums import Sums
from unhear.learn.telling import ONE, Telling, Weights

ROOT = Path(__file__).parents[2]
SIZES, FORGOTTEN = (1_000, 100_000, 1_000_000), (1, 1_000)
FLAT_WITHIN = 1.2
NOISE, CHUNK = 20, 50_000
RUNS = {1: 25, 1_000: 7}
SECONDS_MAX = 60
"""So long a peer may take with a size, learning what it has to unlearn included."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Like ours; threads that wait for each other on a busy machine would make peers look slow."""

LEARNERS = ("ridge", "logistic regression", "sisa")
STRATEGIES = ("gradient_ascent", "scrub", "certified_removal")
"""The default of erasus, and two that look at what stays as well."""


@dataclass(frozen=True, slots=True)
class Case:
    """What stays, what is forgotten and what is asked: int8 of shape (n, 1 + d), and labels."""

    stay: Vector
    stay_labels: NDArray[np.int64]
    gone: Vector
    gone_labels: NDArray[np.int64]
    asked: Vector
    asked_labels: NDArray[np.int64]
    names: tuple[str, ...]

    def lessons(self, forgotten: int) -> list[Labelled]:
        """Answer the contributions that are forgotten."""
        pairs = zip(self.gone[:forgotten], self.gone_labels, strict=False)
        return [Labelled(row[1:], self.names[label]) for row, label in pairs]

    def state(self, forgotten: int) -> Sums:
        """Answer the state in which everything is learned."""
        rows = np.concatenate([self.stay, self.gone[:forgotten]])
        labels = np.concatenate([self.stay_labels, self.gone_labels[:forgotten]])
        return summed(rows, labels, self.names)

    def never(self) -> Sums:
        """Answer the state of what stays, put together the other way round."""
        return summed(self.stay[::-1], self.stay_labels[::-1], self.names)

    def write(self, folder: Path, forgotten: int) -> None:
        """Write the arrays for a peer, without the constant."""
        parts = {
            "stay": (self.stay, self.stay_labels),
            "gone": (self.gone[:forgotten], self.gone_labels[:forgotten]),
            "asked": (self.asked, self.asked_labels),
        }
        for name, (rows, labels) in parts.items():
            np.save(folder / f"{name}.npy", rows[:, 1:])
            np.save(folder / f"{name}-labels.npy", labels)


def measure(data: Path, sizes: Sequence[int] = SIZES, forgotten: Sequence[int] = FORGOTTEN) -> Part:
    """Answer times, what is told afterwards and whether bytes are equal, for all."""
    return compare(read(data / "digits"), sizes, forgotten)


def compare(recordings: Sequence[Labelled], sizes: Sequence[int], forgotten: Sequence[int]) -> Part:
    """Answer the same for these recordings."""
    cases = {size: made(recordings, size, max(forgotten)) for size in sizes}
    ours = {count: _ours(cases, count) for count in forgotten}
    ratios = {
        count: round(found[sizes[-1]]["p50_ms"] / found[sizes[0]]["p50_ms"], 3)
        for count, found in ours.items()
    }
    exact = all(one["equals_never_learned"] for found in ours.values() for one in found.values())
    peers: dict[str, Any] = {}
    for environment, names in ((".venv-learners", LEARNERS), (".venv-erasus", STRATEGIES)):
        for name in names:
            label = f"erasus {name}" if names is STRATEGIES else name
            peers[label] = _peer(environment, name, cases, forgotten)
    figures = {
        "unlearned_by_forgotten_and_staying": ours,
        "most_to_fewest_recordings": ratios,
        "peers_to_unlearned": {name: _ratios(found, ours) for name, found in peers.items()},
        "aims": {"most_to_fewest_recordings": FLAT_WITHIN},
    }
    return Part(exact and max(ratios.values()) <= FLAT_WITHIN, figures, peers)


def made(recordings: Sequence[Labelled], size: int, gone: int) -> Case:
    """Answer so many recordings that stay, and so many to be forgotten, made of real ones."""
    (order,) = shuffled(recordings, 1)
    names = tuple(sorted({one.label for one in order}))
    rows = np.stack([np.array([ONE, *one.vector], np.int8) for one in order])
    labels = np.array([names.index(one.label) for one in order], np.int64)
    asked = len(order) // 4
    rng = np.random.default_rng(size)
    of = rng.integers(asked, len(order), size + gone)
    noisy = np.empty((size + gone, rows.shape[1]), np.int8)
    for start in range(0, len(of), CHUNK):
        part = of[start : start + CHUNK]
        noise = np.rint(NOISE * rng.standard_normal((len(part), rows.shape[1]), np.float32))
        noisy[start : start + CHUNK] = np.clip(rows[part] + noise, -127, 127)
    noisy[:, 0] = ONE
    return Case(
        noisy[:size], labels[of[:size]], noisy[size:], labels[of[size:]],
        rows[:asked], labels[:asked], names,
    )  # fmt: skip


def _ours(cases: dict[int, Case], forgotten: int) -> dict[int, dict[str, Any]]:
    """Time all sizes in turn, so that whatever else the machine does falls on all of them."""
    learner = Telling(len(next(iter(cases.values())).asked[0]) - 1)
    progress(f"to unlearn {forgotten:,}")
    states = {size: case.state(forgotten) for size, case in cases.items()}
    lessons = {size: case.lessons(forgotten) for size, case in cases.items()}
    after, times = dict(states), {size: list[float]() for size in cases}
    for _ in range(RUNS.get(forgotten, 3)):
        for size, state in states.items():
            started = perf_counter()
            left = state
            for one in lessons[size]:
                left = learner.sub(left, one)
            learner.solve(left)
            times[size].append(perf_counter() - started)
            after[size] = left
    return {
        size: {
            **milliseconds(times[size]),
            "told": round(_told(learner.solve(after[size]), case), 4),
            "equals_never_learned": _same(learner, after[size], case.never()),
        }
        for size, case in cases.items()
    }


def _same(learner: Telling, one: Sums, other: Sums) -> bool:
    states = learner.digest(one) == learner.digest(other)
    return states and learner.solve(one).digest() == learner.solve(other).digest()


def _told(model: Weights, case: Case) -> float:
    told = [model.tell(row[1:]) for row in case.asked]
    right = [one == case.names[n] for one, n in zip(told, case.asked_labels, strict=True)]
    return right.count(True) / len(right)


def _peer(
    environment: str, name: str, cases: dict[int, Case], forgotten: Sequence[int]
) -> dict[int, Any] | str:
    python = ROOT / environment / "bin" / "python"
    if not (ROOT / environment / ".ready").exists():
        return f"not run: it is not installed (make {environment}/.ready)"
    return {
        count: {size: _run(python, name, case, count) for size, case in cases.items()}
        for count in forgotten
    }


def _ratios(found: dict[int, Any] | str, ours: dict[int, Any]) -> Any:
    """Answer how many times as long a peer took, where it was measured."""
    if isinstance(found, str):
        return None
    return {
        count: {
            size: round(1000 * one["seconds"] / ours[count][size]["p50_ms"], 2)
            for size, one in of.items()
            if isinstance(one, dict)
        }
        for count, of in found.items()
    }


def _run(python: Path, name: str, case: Case, forgotten: int) -> dict[str, Any] | str:
    progress(f"{name}, {len(case.stay):,} stay, {forgotten:,} forgotten")
    with tempfile.TemporaryDirectory() as folder:
        case.write(Path(folder), forgotten)
        script = ROOT / "bench" / "learn" / "peer_learners.py"
        command = [str(python), "-W", "ignore", str(script), name, folder]
        try:
            done = subprocess.run(
                command, env=ONE_THREAD, capture_output=True, text=True, check=False,
                timeout=SECONDS_MAX,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return f"not measured: it did not end within {SECONDS_MAX} seconds"
    if done.returncode:
        lines = done.stderr.splitlines() or ["without a word"]
        return f"failed: {lines[-1]}"
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {key: round(v, 4) if isinstance(v, float) else v for key, v in found.items()}
