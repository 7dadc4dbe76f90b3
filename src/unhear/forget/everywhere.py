"""Have what lost its keys destroyed everywhere outside the database, and look again.

A holder that is away stops no other. We do not believe `destroy`; we believe an empty answer.
"""

import logging
from collections.abc import Sequence

from unhear.forget.commit import Case
from unhear.forget.errors import HeldBack, HolderAway, TraceRemains
from unhear.forget.holder import Holder, Place
from unhear.household.words import HouseholdId, TraceId
from unhear.signals.giving import timed
from unhear.signals.words import Work

log = logging.getLogger(__name__)

TRACES_PER_SWEEP_MAX = 1_000
"""Traces handed to one `destroy`: bounds a holder's work, not the erasure."""


def gone_everywhere(case: Case, holders: Sequence[Holder]) -> Exception | None:
    """Sweep every holder and look again; answer what stands in the way, or None."""
    words_only = case.record.scope.words_only
    concerned = [holder for holder in holders if holder.holds_words or not words_only]
    household, traces = case.row.household, case.gone
    with timed(Work.ERASE_SWEEP):
        away = [one.place for one in concerned if not _swept(one, household, traces)]
    if away:
        return _away(away)
    with timed(Work.ERASE_LOOK):
        return _look(case, concerned)


def _look(case: Case, holders: Sequence[Holder]) -> Exception | None:
    for holder in holders:
        try:
            held = holder.held(case.row.household, case.gone)
        except HolderAway:
            return _away([holder.place])
        if held:
            return TraceRemains(f"{holder.place} still holds something of {len(held)} traces")
    if case.waits:
        return HeldBack(
            "some of this may not be erased yet; the rest is. It is finished by itself as "
            "soon as that ends (see `unhear hold list`)"
        )
    return None


def _away(places: Sequence[Place]) -> HolderAway:
    return HolderAway(
        f"cannot reach: {', '.join(places)}. The keys are destroyed; the rest is swept when it is "
        "back (run `unhear audit`)"
    )


def _swept(holder: Holder, household: HouseholdId, traces: Sequence[TraceId]) -> bool:
    """Destroy what `holder` has; False if it is away."""
    try:
        for start in range(0, len(traces), TRACES_PER_SWEEP_MAX):
            holder.destroy(household, traces[start : start + TRACES_PER_SWEEP_MAX])
    except HolderAway:
        log.warning("holder away", extra={"place": holder.place.value})
        return False
    return True
