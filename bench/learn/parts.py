"""What every part of the measurement is made of: folds, stages, and unlearning to the bit."""

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from rich.progress import track

from unhear.capture.sound import Pcm
from unhear.engines.sound_features import SoundFeatures
from unhear.learn.labelled import Vector
from unhear.learn.learner import Learner

FOLDS = 5

STAGES = ("nothing", "a tenth", "a third", "all", "a third", "nothing")
"""How much is learned, and then unlearned again."""

SHARES = (0.0, 0.1, 1 / 3, 1.0)

Contribution = TypeVar("Contribution")
State = TypeVar("State")
Model = TypeVar("Model")
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the measurement found; `curves` have a share (0 to 1) a stage."""

    ok: bool
    figures: Mapping[str, Any]
    peers: Mapping[str, Any] = field(default_factory=dict)
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)


def learned(
    learner: Learner[Contribution, State, Model], contributions: Iterable[Contribution]
) -> State:
    """Answer what a learner knows of these alone."""
    state = learner.zero()
    for one in contributions:
        state = learner.add(state, one)
    return state


def unlearned(
    learner: Learner[Contribution, State, Model],
    state: State,
    contributions: Iterable[Contribution],
) -> State:
    """Answer the state without these."""
    for one in contributions:
        state = learner.sub(state, one)
    return state


def forgetting(
    learner: Learner[Contribution, State, Model],
    contributions: Sequence[Contribution],
    written: Callable[[Model], bytes],
) -> dict[str, bool]:
    """Answer whether states and models are, to the bit, those of never having learned.

    Every third is unlearned and compared with learning the others in another order; then the rest.
    A change of nothing must not pass: with one unlearned too few the comparison has to fail.
    """
    go, stay = contributions[::3], [one for n, one in enumerate(contributions) if n % 3]
    everything = learned(learner, contributions)
    one_too_few = unlearned(learner, everything, go[1:])
    part = unlearned(learner, one_too_few, go[:1])
    fresh = learned(learner, reversed(stay))
    nothing = unlearned(learner, part, stay)

    def same(one: State, other: State) -> bool:
        return learner.digest(one) == learner.digest(other)

    def same_model(one: State, other: State) -> bool:
        return written(learner.solve(one)) == written(learner.solve(other))

    return {
        "a part: state": same(part, fresh),
        "a part: model": same_model(part, fresh),
        "everything: state": same(nothing, learner.zero()),
        "everything: model": same_model(nothing, learner.zero()),
        "one too few is seen": not same(one_too_few, fresh),
    }


def in_folds(items: Sequence[Item]) -> Iterator[tuple[list[Item], list[Item]]]:
    """Yield what may be learned from and what is then asked, `FOLDS` times."""
    for fold in range(FOLDS):
        ours = [item for number, item in enumerate(items) if number % FOLDS == fold]
        others = [item for number, item in enumerate(items) if number % FOLDS != fold]
        yield others, ours


def first(items: Sequence[Item], share: float) -> Sequence[Item]:
    """Answer the first `share` (0 to 1) of the items."""
    return items[: round(share * len(items))]


def by_threads(work: Callable[[Item], Result], items: Sequence[Item], what: str) -> list[Result]:
    """Do a piece of work for every item, in as many threads as there are cores."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        results = threads.map(work, items)
        return list(track(results, what, len(items), disable=not sys.stderr.isatty()))


def described(sounds: Sequence[Pcm], what: str) -> list[Vector]:
    """Answer what sounds are like, each by the features of its thread."""
    local = threading.local()

    def describe(sound: Pcm) -> Vector:
        if not hasattr(local, "features"):
            local.features = SoundFeatures()
        features: SoundFeatures = local.features
        return features.vector(sound)

    return by_threads(describe, sounds, what)
