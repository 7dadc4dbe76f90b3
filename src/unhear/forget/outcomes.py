"""What becomes of requests to forget, told to whoever runs the house: how many, not whose."""

from collections.abc import Mapping

from unhear.forget.errors import (
    HeldBack,
    HolderAway,
    MirrorAway,
    NoSuchTrace,
    RootRemains,
    TraceRemains,
)
from unhear.signals.giving import count, note
from unhear.signals.words import ErasureOutcome, Metric

OUTCOMES: Mapping[type[Exception], ErasureOutcome] = {
    HeldBack: ErasureOutcome.HELD_BACK,
    HolderAway: ErasureOutcome.HOLDER_AWAY,
    MirrorAway: ErasureOutcome.COPY_AWAY,
    NoSuchTrace: ErasureOutcome.NOTHING_NAMED,
    RootRemains: ErasureOutcome.ROOT_REMAINS,
    TraceRemains: ErasureOutcome.TRACE_REMAINS,
}


def tell(error: Exception | None) -> None:
    """Tell of one request, and by what error it ended, if any."""
    outcome = ErasureOutcome.DONE
    if error is not None:
        kinds = (known for kind, known in OUTCOMES.items() if isinstance(error, kind))
        outcome = next(kinds, ErasureOutcome.FAILED)
    count(Metric.ERASURES, outcome)
    note(outcome)
