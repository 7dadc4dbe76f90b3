"""Learn whose a voice is: for each person the direction of their vectors (see `nearest`)."""

from unhear.learn.labelled import Vector
from unhear.learn.nearest import LIKE, Directions

DIMENSION = 256
"""How many values say what a voice is like."""

AT_LEAST = LIKE * 3 // 4
"""From which likeness on somebody is recognised; `bench.voices` measures it."""

AHEAD_BY = LIKE // 20
"""And how much more like them than like anybody else a voice must be."""


def speaker(model: Directions, voice: Vector) -> str | None:
    """Answer whose voice it is by its label; None for a voice that is not known."""
    return model.tell(voice, at_least=AT_LEAST, ahead_by=AHEAD_BY) if model.labels else None
