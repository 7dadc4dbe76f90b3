"""Which devices this process serves, where several serve one house: each is served by one.

A device's lease says whose it is. What the devices of a process do together (the loudest answers,
a chime in every room, "stop" wherever something rings) needs one process, so the devices of a house
are not spread evenly: the first process takes all that it may, and others stand by. They take what
it leaves, and all of it within about a second of its death.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from time import monotonic
from typing import Protocol

from unhear.house.leases import Leases
from unhear.household.words import DeviceId

log = logging.getLogger(__name__)

LEFT_SECONDS = 2.0
"""How long a device was left by the processes before this one, each, until it is taken here."""

FULL_SECONDS = 10.0
"""How long nobody else took a device until a process takes it that has enough already."""

RANKS_MAX = 1_000
LOOK_SECONDS = 0.1


class Served(Protocol):
    """A device at work in this process."""

    @property
    def busy(self) -> bool:
        """Whether something goes on there that is to be finished."""

    async def end(self) -> None:
        """Leave the device; when this is over, another process may have it."""


class Rank:
    """The place of this process in the row of those that serve the house's devices, from 0."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self._now: int | None = None

    @property
    def now(self) -> int:
        """How many come before this one."""
        return RANKS_MAX if self._now is None else self._now

    def tick(self) -> None:
        """Move up where one before this one is gone."""
        if self._now is not None and not self._leases.has(_place(self._now)):
            self._now = None
        for rank in range(self.now):
            if self._leases.take(_place(rank)):
                if self._now is not None:
                    self._leases.release(_place(self._now))
                self._now = rank
                return


class Devices:
    """The devices of one kind; to be used from one event loop."""

    def __init__(
        self,
        kind: str,
        *,
        leases: Leases,
        rank: Rank,
        most: int | None,
        begin: Callable[[DeviceId], Served],
        now: Callable[[], float] = monotonic,
    ) -> None:
        """`most` is how many are enough for a process, while others take the rest."""
        self._kind = kind
        self._leases = leases
        self._rank = rank
        self._most = most
        self._begin = begin
        self._now = now
        self._served: dict[DeviceId, Served] = {}
        self._left_since: dict[DeviceId, float] = {}

    def serves(self, device: DeviceId) -> bool:
        """Whether this process serves a device."""
        return device in self._served

    def served(self) -> Collection[DeviceId]:
        """Answer the devices that this process serves."""
        return tuple(self._served)

    async def tick(self, named: Collection[DeviceId]) -> None:
        """Serve what of these nobody serves, and leave what is named no more."""
        for device in list(self._served):
            has = await asyncio.to_thread(self._leases.has, self.lease(device))
            if device not in named or not has:
                await self._leave(device)
        for device in sorted(set(named) - self._served.keys()):
            if await asyncio.to_thread(self._take, device):
                self._served[device] = self._begin(device)

    async def leave(self) -> None:
        """Leave every device, each when nothing goes on there, so that others may have it."""
        while self._served:
            for device in [one for one, served in self._served.items() if not served.busy]:
                await self._leave(device)
            await asyncio.sleep(LOOK_SECONDS if self._served else 0)

    async def close(self) -> None:
        """Leave every device at once."""
        for device in list(self._served):
            await self._leave(device)

    def lease(self, device: DeviceId) -> str:
        """Answer the name of a device's lease."""
        return f"{self._kind} {device}"

    async def _leave(self, device: DeviceId) -> None:
        served = self._served.pop(device)
        try:
            await served.end()
        finally:
            await asyncio.to_thread(self._leases.release, self.lease(device))

    def _take(self, device: DeviceId) -> bool:
        full = self._most is not None and len(self._served) >= self._most
        patience = self._rank.now * LEFT_SECONDS + (FULL_SECONDS if full else 0.0)
        if patience and self._leases.taken(self.lease(device)):
            self._left_since.pop(device, None)
            return False
        if self._now() - self._left_since.setdefault(device, self._now()) < patience:
            return False
        taken = self._leases.take(self.lease(device))
        self._left_since.pop(device, None)
        return taken


def _place(rank: int) -> str:
    return f"ears {rank}"
