"""How much it helps: learn from some recordings, and try what was learned on others.

The recordings that taught a subject are dealt into folds. Each fold in turn is held out: the others
are learned, the held out are tried, and then the others are unlearned one by one, and the held out
tried again. Whoever learned nothing must do as well as before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from unhear.household.learning import Subject
from unhear.learn.subjects import TAUGHT, Taught

FOLDS = 5

TRIED_MIN = 2 * FOLDS
"""With fewer recordings a share would say nothing."""

TRIED_MAX = 200
"""Of more, the newest so many: it says as much, and is told within a second, while people wait."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How many of `tried` recordings that were held out came out right.

    `before` anything was learned, `after` the others were, and when they were `forgotten` again.
    """

    subject: Subject
    tried: int
    before: int
    after: int
    forgotten: int


def trial(subject: Subject, lessons: Sequence[bytes]) -> Trial | None:
    """Try a subject on contributions, the newest last; None where there are too few."""
    taught, lessons = TAUGHT[subject], lessons[-TRIED_MAX:]
    if len(lessons) < TRIED_MIN:
        return None
    counts = [0, 0, 0]
    for fold in range(FOLDS):
        held_out, others = lessons[fold::FOLDS], _others(lessons, fold)
        nothing = taught.nothing()
        learned = taught.added(nothing, others)
        states = (nothing, learned, taught.taken(learned, others[::-1]))
        for place, state in enumerate(states):
            counts[place] += _right(taught, state, held_out)
    return Trial(subject, len(lessons), *counts)


def _others(lessons: Sequence[bytes], fold: int) -> list[bytes]:
    return [one for number, one in enumerate(lessons) if number % FOLDS != fold]


def _right(taught: Taught[Any, Any, Any], state: bytes, held_out: Sequence[bytes]) -> int:
    model = taught.model.read(taught.solved(state))
    return sum(taught.right(model, taught.contribution.read(one)) for one in held_out)
