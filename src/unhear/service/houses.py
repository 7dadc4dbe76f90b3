"""The homes that are open in this process: opened when they are needed, few of them at a time."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from unhear.house.own_household import NotSetUp
from unhear.house.shared import Shared
from unhear.service.at_work import AtWork, Process
from unhear.service.errors import kind
from unhear.service.homes import Homes
from unhear.settings import SettingsWrong
from unhear.stores.errors import StoreError
from unhear.stores.moving.journal import Stores
from unhear.web.home import Home

log = logging.getLogger(__name__)

OPEN_ENOUGH = 200
"""How many homes are left open that nobody uses now; one with a console takes 1 to 2 MB."""

IDLE_SECONDS = 300.0


class HomeGone(Exception):
    """A home is none of this process's any more."""


@dataclass
class _Place:
    """Where a home is open, or is being opened or closed, one after the other."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    at_work: AtWork | None = None
    users: int = 0
    """Who uses it, or waits for that."""

    inside: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """How many of them have it, and whether none does since somebody did."""

    used_at: float = 0.0

    def enter(self) -> None:
        self.inside += 1
        self.left.clear()

    def leave(self) -> None:
        self.inside -= 1
        if self.inside == 0:
            self.left.set()

    @property
    def idle(self) -> bool:
        return self.users == 0 and (self.at_work is None or not self.at_work.busy)


class Houses:
    """The open homes of a process; to be used from one event loop."""

    def __init__(self, homes: Homes, process: Process, shared: Shared) -> None:
        """Open none yet."""
        self.homes = homes
        self._process = process
        self._shared = shared
        self._known: dict[str, Home] = {}
        self._places: dict[str, _Place] = {}

    def home(self, name: str) -> Home:
        """Answer what is known of a home while it is closed too. Raises `HomeGone`."""
        if name not in self.homes.all:
            raise HomeGone
        if name not in self._known:
            settings = self.homes.all[name]
            self._known[name] = Home(settings, settings.origin or "", self._shared)
        return self._known[name]

    @asynccontextmanager
    async def use(self, name: str, *, unmade: bool = False) -> AsyncIterator[AtWork]:
        """Let a home be open and at work while the block runs.

        It may be `unmade` still for its console, which does not wait either until it hears and
        answers. Raises `HomeGone`, `NotSetUp`, and what `House`, `AtWork.begin` and `ready` do.
        """
        place = self._places.setdefault(name, _Place())
        place.users += 1
        try:
            async with place.turn:
                if place.inside and place.at_work and self._is_over(name, place.at_work):
                    await place.left.wait()  # whoever has it still is told, too
                at_work = await self._at_work(name, place)
                place.enter()
            try:
                if not unmade:
                    if not at_work.begun:
                        raise NotSetUp(f"no household in {at_work.home.settings.house} yet")
                    await at_work.ready()
                yield at_work
            finally:
                place.leave()
        finally:
            place.users -= 1
            place.used_at = monotonic()

    async def tick(self) -> None:
        """Close what was not used for long, is too much, over, or no home of this process any more.

        Raises what looking at the homes does.
        """
        await self._give_up_moved()
        for name, place in list(self._places.items()):
            unused = monotonic() - place.used_at > IDLE_SECONDS
            over = place.at_work is not None and place.at_work.over
            if place.idle and (unused or over or name not in self.homes.all):
                await self._leave(name, place)
        await self._make_room(0)

    async def end(self, name: str) -> None:
        """Close a home that nobody uses any more, at once."""
        if (place := self._places.get(name)) is not None:
            await self._leave(name, place, also_busy=True)

    async def close(self) -> None:
        """Close all at once."""
        for place in self._places.values():
            if place.at_work is not None:
                await place.at_work.close()
        self._places.clear()

    async def _give_up_moved(self) -> None:
        """Let nobody go on in a house that is elsewhere: it is opened where it is now."""
        opened = [(name, one.at_work) for name, one in self._places.items() if one.at_work]
        if moved := await asyncio.to_thread(_moved, [one for one in opened if not one[1].over]):
            await asyncio.to_thread(self.homes.look)
        for name, one in opened:
            if not one.over and ((name, one) in moved or self._is_over(name, one)):
                log.warning("a house has moved, and is opened where it is now", extra=_named(name))
                one.give_up()

    def _is_over(self, name: str, at_work: AtWork) -> bool:
        """Whether a home must be closed before it is used again; it may not know that yet."""
        now, then = self.homes.all.get(name), at_work.home.settings
        return at_work.over or (now is not None and Stores.of(now) != Stores.of(then))

    async def _at_work(self, name: str, place: _Place) -> AtWork:
        home, before = self.home(name), place.at_work
        stale = before is not None and (before.over or home.settings != self.homes.all[name])
        if before is not None and stale and not place.inside:
            place.at_work = None
            await before.close()
        if place.at_work is None:
            home.settings = self.homes.all[name]
            await self._make_room(1)
            place.at_work = AtWork(home, self._process)
        await self._begin(place, place.at_work)
        return place.at_work

    async def _begin(self, place: _Place, at_work: AtWork) -> None:
        if at_work.begun:
            return
        try:
            await asyncio.to_thread(at_work.home.begin, asyncio.get_running_loop())
            if at_work.home.ready:
                await at_work.begin()
        except BaseException:
            place.at_work = None
            await at_work.close()
            raise

    async def _make_room(self, wanted: int) -> None:
        """Close those that were not used for longest, for so many more."""
        opened = [(name, one) for name, one in self._places.items() if one.at_work is not None]
        idle = sorted((one for one in opened if one[1].idle), key=lambda one: one[1].used_at)
        for name, place in idle[: max(0, len(opened) - OPEN_ENOUGH + wanted)]:
            await self._leave(name, place)

    async def _leave(self, name: str, place: _Place, *, also_busy: bool = False) -> None:
        async with place.turn:
            if place.users or not (place.idle or also_busy):
                return  # somebody came meanwhile
            at_work, place.at_work = place.at_work, None
            if at_work is not None:
                await at_work.close()
        if self._places.get(name) is place and place.users == 0:
            del self._places[name]
        if name not in self.homes.all:
            self._known.pop(name, None)


def _moved(opened: Iterable[tuple[str, AtWork]]) -> list[tuple[str, AtWork]]:
    """Answer those whose house is elsewhere."""
    found = []
    for name, one in opened:
        try:
            if one.has_moved():
                found.append((name, one))
        except (StoreError, SettingsWrong) as error:
            log.warning("nobody can see where a house is", extra={**_named(name), **kind(error)})
    return found


def _named(name: str) -> dict[str, str]:
    """Answer what is logged of whose it is: nothing where there is one alone."""
    return {"home": name} if name else {}
