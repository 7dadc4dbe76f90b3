"""When a fleet shows a model to its homes, and of what it is made.

Two models that differ by one home's recording give that recording nearly away. So a model comes of
labels that enough homes know, is made on a schedule, and only once the parts of enough homes have
changed; until then the last one stays. What is erased leaves the homes' totals at once, and the
model with the next release. Where the next does not come in time the last one is withdrawn, not
made anew from too little.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from unhear.household.words import HouseholdId
from unhear.learn.fleet import FleetLearner
from unhear.learn.noise import Noise
from unhear.learn.totals import Totals
from unhear.learn.wake import WakeModel

Homes = Mapping[HouseholdId, Totals]
"""What each home of a fleet contributed, summed; homes of nothing need not be there."""

PER_HOME_MAX = 64
"""How many contributions of a home count, so that none outweighs the others."""

HOMES_MIN = 2
"""One home alone is never released."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a fleet releases.

    `homes_min` is how many homes a label must come from, and in how many something must have
    changed; `every` the least time between two models; `stays` the longest that one stays in which
    something has changed since.
    """

    homes_min: int = 5
    every: timedelta = timedelta(days=7)
    stays: timedelta = timedelta(days=30)
    noise: Noise | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` for rules that hide nobody."""
        if self.homes_min < HOMES_MIN or not timedelta(0) < self.every <= self.stays:
            raise ValueError(
                f"a model comes of {HOMES_MIN} homes at least, and stays as long as the time "
                "between two"
            )


@dataclass(frozen=True, slots=True)
class Release:
    """A model that homes may fetch; None once it is withdrawn.

    `homes` is how many homes each label came from, `parts` the digest of what each home had in it:
    these tell how much is different next time, and are shown to nobody.
    """

    at: datetime
    model: WakeModel | None
    homes: Mapping[str, int]
    parts: Mapping[HouseholdId, bytes]
    noise: Noise | None = None


def next_release(last: Release | None, homes: Homes, now: datetime, rules: Rules) -> Release | None:
    """Answer what is released from now on: the last release, another, or the last withdrawn."""
    if last is not None and now - last.at < rules.every:
        return last
    made = _made(homes, now, rules)
    changed = _changed(last, made)
    if made is not None and changed >= rules.homes_min:
        return made
    if last is not None and changed and (made is None or now - last.at >= rules.stays):
        return replace(last, model=None, homes={}, noise=None)
    return last


def summed(homes: Homes, dimension: int) -> Totals:
    """Answer the totals of all homes."""
    total = Totals(dimension, {})
    for one in homes.values():
        total = total.with_all(one)
    return total


def known(homes: Homes) -> Mapping[str, int]:
    """Answer from how many homes each label came."""
    labels = sorted(label for one in homes.values() for label in one.labels)
    return {label: labels.count(label) for label in labels}


def _made(homes: Homes, now: datetime, rules: Rules) -> Release | None:
    """Answer a model of the labels that enough homes know; None where it would decide nothing."""
    enough = {label: count for label, count in known(homes).items() if count >= rules.homes_min}
    parts = {home: one.only(enough) for home, one in homes.items()}
    parts = {home: one for home, one in parts.items() if one.labels}
    if not parts:
        return None
    dimension = next(iter(parts.values())).dimension
    totals, learner = summed(parts, dimension), FleetLearner(dimension)
    if not learner.solve(totals).decides:
        return None
    if rules.noise is not None:
        totals = rules.noise.on(totals, per_home_max=PER_HOME_MAX)
    model = learner.solve(totals)
    digests = {home: one.digest() for home, one in parts.items()}
    return Release(now, model, enough, digests, rules.noise) if model.decides else None


def _changed(last: Release | None, made: Release | None) -> int:
    """Answer in how many homes something is not as in the last release, withdrawn or not."""
    before = {} if last is None else last.parts
    after = {} if made is None else made.parts
    return sum(before.get(home) != after.get(home) for home in before.keys() | after.keys())
