"""What must be done for a house now and then, by one process: forget by age, copy, watch."""

import asyncio
import logging
from datetime import datetime, timedelta

from unhear.forget.errors import ClockDoubted, ForgetError, MirrorAway
from unhear.house.controls import require_controls
from unhear.house.drill import rehearse_if_due
from unhear.house.elsewhere import Elsewhere
from unhear.house.house import House
from unhear.house.leases import Leases
from unhear.house.watch import Watch
from unhear.service.life import Life
from unhear.stores.errors import StoreError

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
SHIP_EVERY = timedelta(minutes=1)
TIDY_EVERY = timedelta(days=1)
END_EVERY = timedelta(seconds=15)
"""How often grants that are over are looked for: their keys go within a minute."""

DUTIES = "duties"
"""The lease of the worker that does them all; others stand by."""


class Worker:
    """Does what falls due while it has the lease of it."""

    def __init__(self, house: House, leases: Leases, elsewhere: Elsewhere | None) -> None:
        """`elsewhere` is asked what others did, where nothing else of this process asks."""
        self._house = house
        self._leases = leases
        self._elsewhere = elsewhere
        self._begin()

    def _begin(self) -> None:
        """Take over: whoever did it before may have left anything undone."""
        clock = self._house.clock
        self._watch = Watch(self._house, lambda _camera: False)
        self._shipped = self._tidied = self._ended = datetime.fromtimestamp(0, tz=clock().tzinfo)

    async def run(self, life: Life) -> None:
        """Work until the process is told to stop, and finish what is begun.

        Raises `ControlsMissing` on the day on which a control of an operator's house goes off.
        """
        while not life.is_leaving:
            await asyncio.to_thread(self.tick)
            await life.pause(TICK_SECONDS)

    def tick(self) -> None:
        """Do what is due now, if it is this process's."""
        self._obey()
        had = self._leases.has(DUTIES)
        if not self._leases.take(DUTIES):
            return
        if not had:
            self._begin()
        self._watch.look_for_news()
        now = self._house.clock()
        if now - self._ended >= END_EVERY:
            self._ended = now
            self._end_grants()
        if now - self._tidied >= TIDY_EVERY:
            self._tidied = self._shipped = now
            self._tidy()
            require_controls(self._house)
        elif now - self._shipped >= SHIP_EVERY:
            self._shipped = now
            self._ship()

    def _obey(self) -> None:
        if self._elsewhere is None:
            return
        try:
            self._elsewhere.tick()
        except (ForgetError, StoreError) as error:
            log.warning("others were not looked at", extra={"error": type(error).__name__})

    def _tidy(self) -> None:
        try:
            self._house.tidy()
            rehearse_if_due(self._house)
        except (ClockDoubted, MirrorAway, StoreError) as error:
            log.warning("the day's work was not finished", extra={"error": type(error).__name__})
            self._watch.trouble()

    def _end_grants(self) -> None:
        try:
            self._house.grants.end_what_is_over()
        except (ForgetError, StoreError) as error:
            kind = type(error).__name__
            log.warning("ended grants were not all destroyed", extra={"error": kind})

    def _ship(self) -> None:
        try:
            self._house.copies.ship()
        except (MirrorAway, StoreError) as error:
            log.warning("mirror away", extra={"error": type(error).__name__})
