"""What must be done for a home now and then: forget by age, copy, look, tell.

A duty is done by whichever process has its turn, and says what it leaves for the next one, in a few
words of its own that are nobody's. Each can be done again at any time without harm: whoever did it
may have been killed in the middle.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from unhear.forget.errors import ClockDoubted, ForgetError, MirrorAway
from unhear.house.controls import require_controls
from unhear.house.drill import rehearse_if_due
from unhear.house.house import House
from unhear.house.news import (
    Wrong,
    tell_decisions,
    tell_trouble,
    tell_what_is_wrong,
    wanted_by_anybody,
)
from unhear.service.errors import kind
from unhear.settings import Settings
from unhear.stores.errors import HouseMoved, StoreError

log = logging.getLogger(__name__)

SHIP_EVERY = timedelta(minutes=1)
DECISIONS_EVERY = timedelta(minutes=1)
CHECK_EVERY = timedelta(hours=1)
"""What is wrong at two checks in a row is told."""

DAILY = timedelta(days=1)
END_EVERY = timedelta(seconds=15)
"""How often grants that are over are looked for: their keys go within a minute."""

Left = Mapping[str, Any]
"""What a duty leaves for its next turn, as JSON has it."""

NOT_BEFORE = "not_before"
"""Under this a duty may leave the moment before which its next turn would find nothing to do."""

NOBODY_EVERY = timedelta(minutes=5)
"""How often it is looked whether somebody wants to be told, where nobody did."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What is to be done for a home, and how often.

    `do` raises `ControlsMissing` alone. `wanted` says by its settings whether a home needs it.
    """

    name: str
    every: timedelta
    do: Callable[[House, Left], Left]
    wanted: Callable[[Settings], bool] = lambda _settings: True


def duties_of(settings: Settings) -> list[Duty]:
    """Answer the duties of a home, in the order in which they are done where all are due."""
    return [one for one in DUTIES if one.wanted(settings)]


def next_turn(duty: Duty, left: Left, now: datetime) -> datetime:
    """Answer when a duty is due again that was done `now`."""
    soonest = now + duty.every
    return max(soonest, datetime.fromisoformat(left[NOT_BEFORE])) if NOT_BEFORE in left else soonest


def _decisions(house: House, left: Left) -> Left:
    """Nothing is news at the first look."""
    since = datetime.fromisoformat(left["since"]) if "since" in left else house.clock()
    try:
        since = tell_decisions(house, since)
    except (ForgetError, StoreError) as error:
        log.warning("news was not looked for", extra=kind(error))
    told = {"since": since.isoformat()}
    if not wanted_by_anybody(house):
        told[NOT_BEFORE] = (house.clock() + NOBODY_EVERY).isoformat()
    return told


def _checks(house: House, left: Left) -> Left:
    before = Wrong(frozenset(left.get("seen", ())), frozenset(left.get("told", ())))
    after = tell_what_is_wrong(house, before)
    return {"seen": sorted(after.seen), "told": sorted(after.told)}


def _end_grants(house: House, _left: Left) -> Left:
    try:
        house.grants.end_what_is_over()
        next_end = house.grants.next_end()
    except (ForgetError, StoreError) as error:
        log.warning("ended grants were not all destroyed", extra=kind(error))
        return {}
    return {NOT_BEFORE: next_end.isoformat()}


def _tidy(house: House, left: Left) -> Left:
    _daily(house, house.tidy)
    return left


def _rehearse(house: House, left: Left) -> Left:
    _daily(house, lambda: rehearse_if_due(house))
    return left


def _controls(house: House, left: Left) -> Left:
    require_controls(house)
    return left


def _ship(house: House, left: Left) -> Left:
    try:
        house.copies.ship()
    except (MirrorAway, StoreError) as error:
        log.warning("mirror away", extra=kind(error))
    return left


def _daily(house: House, do: Callable[[], object]) -> None:
    try:
        do()
    except (ClockDoubted, MirrorAway, StoreError) as error:
        log.warning("the day's work was not finished", extra=kind(error))
        if not isinstance(error, HouseMoved):  # where it is now, all is due at once
            tell_trouble(house)


DUTIES = (
    Duty("decisions", DECISIONS_EVERY, _decisions),
    Duty("checks", CHECK_EVERY, _checks),
    Duty("grants", END_EVERY, _end_grants),
    Duty("tidy", DAILY, _tidy),
    Duty("rehearse", DAILY, _rehearse, lambda settings: settings.database is None),
    Duty("controls", DAILY, _controls, lambda settings: settings.profile == "operator"),
    Duty("ship", SHIP_EVERY, _ship, lambda settings: bool(settings.mirror or settings.standbys)),
)
