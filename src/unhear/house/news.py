"""What guardians want to be told at once: questions for them, and trouble.

Who looks says what was seen before: any process may look next, and knows nothing of the last one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from unhear.forget.errors import ForgetError
from unhear.forget.snapshot import snapshot
from unhear.house.accounts import OF_ACCOUNTS
from unhear.house.advice import Health
from unhear.house.doctor import QUICK_CHECKS
from unhear.house.house import House
from unhear.house.machine import free_space
from unhear.household.alerts import Alert, AlertKind
from unhear.keep.notices import notices
from unhear.signals.giving import level
from unhear.signals.words import Metric
from unhear.stores.errors import StoreError


@dataclass(frozen=True, slots=True)
class Wrong:
    """The checks that were wrong, and those of them that were told, once, until they are well."""

    seen: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()


def wanted_by_anybody(house: House) -> bool:
    """Whether a browser wants to be told of decisions."""
    return any(AlertKind.DECISION in one.kinds for one in house.household.subscriptions)


def tell_decisions(house: House, since: datetime) -> datetime:
    """Tell each guardian of what was asked of them, or told them; answer until when.

    Any process may have written it down, so the house is read.
    """
    now = house.clock()
    if not wanted_by_anybody(house):
        return now
    household = house.family.read()
    told = snapshot(house.database, house.keeper, lambda tx, tree: notices(tx, tree, household.id))
    asked = {one.choice.by for one in household.waiting if since <= one.asked_at < now}
    news = [one for one in told if since <= one.at < now and one.told.key not in OF_ACCOUNTS]
    for guardian in asked | {one.guardian for one in news}:
        house.alerting.tell(Alert(AlertKind.DECISION, now, whom=guardian))
    return now


def tell_what_is_wrong(house: House, before: Wrong) -> Wrong:
    """Tell what was wrong at the look before, and is; answer what was seen."""
    wrong = frozenset(_whats_wrong(house))
    level(Metric.WRONG, len(wrong))
    lasting = wrong & before.seen
    if lasting - before.told:
        tell_trouble(house)
    return Wrong(wrong, (before.told & wrong) | lasting)


def tell_trouble(house: House) -> None:
    """Tell that something is not as it should be."""
    house.alerting.tell(Alert(AlertKind.TROUBLE, house.clock()))


def _whats_wrong(house: House) -> Iterator[str]:
    for advice in free_space(house.settings):
        if advice.health is not Health.OK:
            yield advice.check
    for check in QUICK_CHECKS:
        try:
            yield from (a.check for a in check(house) if a.health is Health.WRONG)
        except (ForgetError, StoreError):
            yield check.__name__
