"""What somebody who looks at models, or at states, can tell of what was learned or forgotten.

Two attacks on the digits, each by an outsider, who has what a house might hand out, and by an
insider, who has what never leaves it. Recordings are drawn at random into those that are learned
and those that are not, many times; beside each figure stands what guessing would give. Before they
are learned and after they are forgotten the models are equal bits, and so are the areas.

Membership: is this recording one of those that were learned? The outsider looks at the margin, how
much nearer the model is to the recording's own label than to the next (people learn by heart what
they were taught, and so do models). The insider looks at the leverage, how far the recording sticks
out of those in the state: what is inside sticks out less. Told by both as the area under the ROC.

Difference: `versions` compares two models with each other.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.learn import versions
from bench.learn.digits import FIXED
from bench.learn.parts import Part, described, learned, unlearned
from bench.learn.versions import Reals, rows_of, shuffled
from unhear.engines.audio_files import read_sound
from unhear.engines.sound_features import DIMENSION
from unhear.learn.labelled import Labelled
from unhear.learn.sums import Sums
from unhear.learn.telling import PENALTY, Telling, Weights

PENALTIES = (PENALTY, FIXED.penalty)
DRAWS = 40
BASE, LEARNED = 150, 100
"""So many are learned before, and so many more, to be forgotten; all others are never learned."""

ERRORS_MAX = 3.0
"""After forgetting the area may be so many standard errors from guessing."""

WORKS = 0.9
"""What the insiders must reach before anything is forgotten; or the attack proves nothing."""

WHEN = ("before", "learned", "forgotten")


def measure(data: Path, draws: int = DRAWS) -> Part:
    """Answer what both attacks find, and what guessing would."""
    return attack(read(data / "digits"), draws)


def attack(recordings: Sequence[Labelled], draws: int) -> Part:
    """Answer the same for these recordings."""
    members = {f"penalty {one}": membership(recordings, one, draws) for one in PENALTIES}
    releases = versions.difference(recordings, FIXED.penalty, draws)
    alone = [one["found"]["insider with both states"]["share"] for one in releases.values()]
    ok = min(alone) >= WORKS and all(
        found["forgotten_equals_before"]
        and found["leverage"]["learned"]["area"] >= WORKS
        and all(found[by]["forgotten"]["errors_from_chance"] <= ERRORS_MAX for by in BY)
        for found in members.values()
    )
    figures: dict[str, Any] = {
        "recordings": len(recordings),
        "draws": draws,
        "membership": {"chance": 0.5, **members},
        "difference_of_two_versions": releases,
        "aims": {"errors_from_chance_at_most": ERRORS_MAX, "insiders_at_least": WORKS},
    }
    return Part(ok, figures)


def read(folder: Path) -> list[Labelled]:
    """Answer one contribution a recording, labelled by its digit."""
    files = sorted(folder.glob("*.wav"))
    vectors = described([read_sound(file.read_bytes()) for file in files], "digits")
    return [
        Labelled(vector, file.stem.partition("_")[0])
        for file, vector in zip(files, vectors, strict=True)
    ]


def membership(recordings: Sequence[Labelled], penalty: float, draws: int) -> dict[str, Any]:
    """Answer the areas before some recordings are learned, after, and after forgetting them."""
    learner = Telling(DIMENSION, penalty=penalty)
    areas: dict[str, dict[str, list[float]]] = {by: {when: [] for when in WHEN} for by in BY}
    same = True
    for order in shuffled(recordings, draws):
        base, some, never = order[:BASE], order[BASE:][:LEARNED], order[BASE + LEARNED :]
        before = learned(learner, base)
        after = before
        for one in some:
            after = learner.add(after, one)
        states = dict(zip(WHEN, (before, after, unlearned(learner, after, some)), strict=True))
        models = {when: learner.solve(state) for when, state in states.items()}
        same &= models["before"].to_bytes() == models["forgotten"].to_bytes()
        for when in WHEN:
            for by, scores in BY.items():
                inside, outside = (scores(models[when], states[when], w) for w in (some, never))
                areas[by][when].append(area(inside, outside))
    summed = {by: {when: _summary(found) for when, found in of.items()} for by, of in areas.items()}
    return {"forgotten_equals_before": same, **summed}


def margins(model: Weights, _state: Sums, asked: Sequence[Labelled]) -> Reals:
    """Answer how far each recording's own label is ahead of the next."""
    scores = rows_of(asked) @ model.rows.T.astype(np.float64)
    own = np.array([[one.label == label for label in model.labels] for one in asked])
    ahead: Reals = scores[own] - np.where(own, -np.inf, scores).max(axis=1)
    return ahead


def leverages(_model: Weights, state: Sums, asked: Sequence[Labelled]) -> Reals:
    """Answer how little each recording sticks out of those that a state is made of."""
    rows = rows_of(asked)
    gram = state.gram.astype(np.float64)
    gram += np.eye(len(gram)) * PENALTY * np.trace(gram) / len(gram)
    out: Reals = -(rows * np.linalg.solve(gram, rows.T).T).sum(axis=1)
    return out


BY = {"margin": margins, "leverage": leverages}


def area(inside: Reals, outside: Reals) -> float:
    """Answer the share of pairs in which the one inside scores higher; equal ones count half."""
    against: NDArray[np.float64] = np.sign(inside[:, None] - outside[None, :])
    return float((against.mean() + 1) / 2)


def _summary(areas: Sequence[float]) -> dict[str, float]:
    mean = float(np.mean(areas))
    error = float(np.std(areas, ddof=1)) / len(areas) ** 0.5
    away = abs(mean - 0.5) / error if error else 0.0
    return {
        "area": round(mean, 3),
        "standard_error": round(error, 4),
        "errors_from_chance": round(away, 1),
    }
