"""Which homes this process hears for, of many: each is heard by one, and by another after it.

Every process has a place, by a lease, and sees which places are taken. From that alone each works
out whose every home is: as many each, and few change hands when one process comes or goes. A home's
own lease then says who has it, so that it is never two that listen.
"""

import asyncio
import logging
from collections.abc import Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from math import ceil
from time import monotonic

from unhear.house.leases import Leases
from unhear.house.own_household import NotSetUp
from unhear.house.shared import Shared
from unhear.service.at_work import AtWork
from unhear.service.errors import kind
from unhear.service.homes import HomesInFolder
from unhear.service.houses import Houses
from unhear.settings import Settings
from unhear.stores.leases import FileLeases

log = logging.getLogger(__name__)

PLACES = 128
"""How many processes hear for the homes of one folder, at most; others stand by."""

HEARING = "hearing"
"""The lease of whoever hears for a home."""

AGAIN_SECONDS = 30.0
"""How long a home that cannot be opened is left alone."""


def spread(homes: Collection[str], places: Collection[int]) -> dict[str, int]:
    """Answer whose every home is: by rendezvous hashing, with no place above its fair share."""
    share = ceil(len(homes) / len(places)) if places else 0
    left = dict.fromkeys(places, share)
    whose = {}
    for home in sorted(homes, key=_hash):
        place = max((one for one, room in left.items() if room), key=lambda p: _hash(f"{p} {home}"))
        left[place] -= 1
        whose[home] = place
    return whose


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()


class Place:
    """The place of this process among those that share homes on one database."""

    def __init__(self, leases: Leases) -> None:
        """`leases` are those of the homes' folder, and no home's."""
        self._leases = leases
        self._mine: int | None = None
        self._spread: tuple[object, frozenset[str]] = None, frozenset()

    def homes(self, homes: Collection[str]) -> frozenset[str]:
        """Answer which of these homes are this process's now."""
        taken = self._leases.taken_among([_place(number) for number in range(PLACES)])
        if self._mine is None or not self._leases.has(_place(self._mine)):
            free = (n for n in range(PLACES) if _place(n) not in taken)
            self._mine = next((n for n in free if self._leases.take(_place(n))), None)
        if self._mine is None:
            return frozenset()
        places = {n for n in range(PLACES) if _place(n) in taken} | {self._mine}
        seen = (frozenset(homes), frozenset(places))
        if self._spread[0] != seen:
            whose = spread(homes, sorted(places))
            mine = frozenset(home for home, place in whose.items() if place == self._mine)
            self._spread = seen, mine
        return self._spread[1]

    def leave(self) -> None:
        """Let the others have what is this process's."""
        self._leases.close()


@dataclass
class _Heard:
    """A home that this process hears for."""

    settings: Settings
    lease: Leases
    at_work: AtWork
    stack: AsyncExitStack
    leaving: "asyncio.Task[None] | None" = field(default=None)


class HeardHomes:
    """The homes that this process hears for; to be used from one event loop."""

    def __init__(self, homes: HomesInFolder, houses: Houses, shared: Shared) -> None:
        """Hear for none yet."""
        self._homes = homes
        self._houses = houses
        self._shared = shared
        self._places: dict[str | None, Place] = {}
        self._heard: dict[str, _Heard] = {}
        self._again_at: dict[str, float] = {}

    async def tick(self) -> None:
        """Take what is this process's and nobody has; leave what is another's; once a second."""
        wanted = await asyncio.to_thread(self._wanted)
        for name, one in list(self._heard.items()):
            has = await asyncio.to_thread(one.lease.has, HEARING)
            current = self._homes.all.get(name) is one.settings and not one.at_work.over
            if not has:
                await self._drop(name, one)
            elif (name not in wanted or not current) and one.leaving is None:
                one.leaving = asyncio.create_task(self._leave(name, one))
        for name in sorted(wanted - self._heard.keys()):
            if self._again_at.get(name, 0.0) <= monotonic():
                await self._take(name, self._homes.all[name])

    async def leave(self) -> None:
        """Leave all to others, each when what was said there is answered."""
        for place in self._places.values():
            await asyncio.to_thread(place.leave)
        await asyncio.gather(*(self._leave(name, one) for name, one in list(self._heard.items())))

    async def close(self) -> None:
        """Leave all at once."""
        for name, one in list(self._heard.items()):
            await self._drop(name, one)

    def _wanted(self) -> frozenset[str]:
        by_database: dict[str | None, list[str]] = {}
        for name, settings in self._homes.all.items():
            by_database.setdefault(settings.database, []).append(name)
        found: set[str] = set()
        for database, names in by_database.items():
            if database not in self._places:
                self._places[database] = Place(self._leases(database))
            found |= self._places[database].homes(names)
        return frozenset(found)

    def _leases(self, database: str | None) -> Leases:
        if database is None:
            return FileLeases(self._homes.folder / "leases")
        return self._shared.leases_on(database, f"homes {self._homes.id}")

    async def _take(self, name: str, settings: Settings) -> None:
        lease = self._shared.leases(settings)
        if not await asyncio.to_thread(lease.take, HEARING):
            return
        stack = AsyncExitStack()
        stack.push_async_callback(asyncio.to_thread, lease.release, HEARING)
        stack.push_async_callback(self._houses.end, name)
        try:
            at_work = await stack.enter_async_context(self._houses.use(name))
        except Exception as error:  # noqa: BLE001 - one home must not end the others
            if not isinstance(error, NotSetUp):
                log.error("a home cannot be heard", extra={"home": name, **kind(error)})  # noqa: TRY400 - words
            self._again_at[name] = monotonic() + AGAIN_SECONDS
            await stack.aclose()
            return
        self._heard[name] = _Heard(settings, lease, at_work, stack)

    async def _leave(self, name: str, one: _Heard) -> None:
        await one.at_work.rest()
        await self._drop(name, one)

    async def _drop(self, name: str, one: _Heard) -> None:
        if self._heard.pop(name, None) is None:
            return
        if one.leaving is not None and one.leaving is not asyncio.current_task():
            one.leaving.cancel()
        await one.stack.aclose()


def _place(number: int) -> str:
    return f"ears {number}"
