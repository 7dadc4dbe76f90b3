"""The roles of a process at work: for one home, or for many; all roles, or each in processes."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from unhear.engines.speech_pool import SpeechAway
from unhear.house.controls import ControlsMissing
from unhear.house.gauges import Gauge, gauges_of
from unhear.house.own_household import is_made
from unhear.house.shared import Shared
from unhear.service import notify
from unhear.service.answering import Answering, answering_at
from unhear.service.at_work import TICK_SECONDS, AtWork, Process, Ready, Role
from unhear.service.errors import kind
from unhear.service.health import Check, telling_health
from unhear.service.homes import Homes, HomesInFolder, OneHome
from unhear.service.houses import Houses
from unhear.service.life import DRAIN_SECONDS_MAX, Life, Stage
from unhear.service.spread import HeardHomes
from unhear.service.worker import Workers
from unhear.settings import Settings
from unhear.stores.errors import StoreError
from unhear.telling.page import telling
from unhear.web.home import Home
from unhear.web.serving import serving

log = logging.getLogger(__name__)

ANSWERS_AT_ONCE = 8
AGAIN_SECONDS = 0.1
"""How long it is waited until whoever used a house that moved is done with it."""

EVERYTHING = frozenset(Role)


async def work(
    settings: Settings,
    ready: Ready,
    roles: Collection[Role] = EVERYTHING,
    life: Life | None = None,
) -> None:
    """Do the work of these roles for one home until `life` is told to leave, or cancelled.

    `ready` is told what is served, line by line. Where there is no house yet, the console makes
    one. Told to leave, it finishes what it has begun, for `DRAIN_SECONDS_MAX` at most. Raises
    `NotSetUp` where there is neither, `SettingsWrong`, `AddressWrong` and `OSError`, what `House`
    raises, and `ControlsMissing`, at once or on the day on which a control goes off.
    """
    async with notify.watched():
        await _ForOne(settings, ready, roles, life or Life()).run()


async def work_for_many(
    folder: Path, settings: Settings, ready: Ready, role: Role, life: Life
) -> None:
    """Do the work of a role for all homes in a folder, which may come and go, as `work` does.

    `settings` are the process's own: where it is asked, told and watched. What one home lacks is
    named in the log, and ends the work for no other. Raises `SettingsWrong` and `AddressWrong`.
    """
    async with notify.watched():
        await _ForMany(folder, settings, ready, role, life).run()


class _Process(ABC):
    """One process at work for its homes."""

    def __init__(
        self, homes: Homes, settings: Settings, ready: Ready, roles: Collection[Role], life: Life
    ) -> None:
        self._settings = settings
        self._ready = ready
        self._roles = roles
        self._life = life
        self._shared = Shared()
        deaf = settings.speech and {Role.WEB, Role.EARS} & set(roles)
        self._checks: list[Check] = [self._deaf] if deaf else []
        self._console = AsyncExitStack()
        self._answering = None
        if settings.devices_at is not None and {Role.WEB, Role.EARS} & set(roles):
            self._answering = Answering()
        others = [one for one in settings.devices_from if one != settings.devices_at]
        self._process = Process(
            roles,
            ThreadPoolExecutor(ANSWERS_AT_ONCE, "answers"),
            ready,
            self._failed,
            others,
            self._answering,
        )
        self._houses = Houses(homes, self._process, self._shared)
        self._workers = Workers(self._houses, self._process, self._shared, life)

    async def run(self) -> None:
        """Work until it is told to leave."""
        async with AsyncExitStack() as stack:
            stack.callback(self._shared.close)
            stack.enter_context(self._process.answers)
            stack.push_async_callback(self._houses.close)
            health = telling_health(self._settings.health, self._life, self._checks)
            await stack.enter_async_context(health)
            await self._tell(stack)
            await self._answer_others(stack)
            await stack.enter_async_context(self._console)
            stack.push_async_callback(self._workers.close)
            await self._work(stack)

    @abstractmethod
    async def _work(self, stack: AsyncExitStack) -> None:
        """Begin, and work until it is told to leave; then leave."""

    @abstractmethod
    def _failed(self, home: Home, error: Exception) -> None:
        """Hear that the work for a home, once begun, cannot go on."""

    def _gauges(self) -> Iterable[Gauge]:
        return ()

    async def _tell(self, stack: AsyncExitStack) -> None:
        """Serve metrics and send traces, where the settings say so."""
        if (page := stack.enter_context(telling(self._settings, self._gauges))) is not None:
            url = await stack.enter_async_context(serving(lambda _: page.app, page.at))
            self._ready(f"metrics at {url}/metrics")

    async def _answer_others(self, stack: AsyncExitStack) -> None:
        """Let other processes of the homes ask for devices, where the settings say so."""
        where = self._settings.devices_at
        if self._answering is not None and where is not None:
            bound = await stack.enter_async_context(answering_at(self._answering, where))
            self._ready(f"cameras and speakers for other processes at {bound}")

    def _is_ready(self) -> None:
        self._life.ready()
        notify.notify(notify.READY)

    async def _leave(self, rest: Callable[[], Awaitable[object]]) -> None:
        """Finish what is begun: what is answered first, then what is asked, then what is due."""
        notify.notify(notify.STOPPING)
        await _in_time(self._left(rest))

    async def _left(self, rest: Callable[[], Awaitable[object]]) -> None:
        await rest()
        await self._console.aclose()
        await self._workers.over()

    def _deaf(self) -> str | None:
        try:
            self._shared.recogniser(self._settings).warm()
        except SpeechAway:
            return "nobody recognises speech"
        return None


class _ForOne(_Process):
    """For one home: its house is open for as long as there is one."""

    def __init__(
        self, settings: Settings, ready: Ready, roles: Collection[Role], life: Life
    ) -> None:
        super().__init__(OneHome(settings), settings, ready, roles, life)
        self._home = self._houses.home(OneHome.NAME)
        self._error: Exception | None = None
        self._stopped = asyncio.Event()

    async def _work(self, stack: AsyncExitStack) -> None:  # noqa: ARG002 - others need it
        home = self._home
        await asyncio.to_thread(home.begin, asyncio.get_running_loop())
        if Role.WEB in self._roles and self._settings.page:
            # Imported here: a process without consoles need not load what they need.
            from unhear.service.console import serving_console  # noqa: PLC0415

            await self._console.enter_async_context(serving_console(home, self._houses))
            self._ready(f"the console at {home.origin}")
        elif not home.ready:
            home.open()
        if not await self._has_house():
            return
        self._checks.append(lambda: _unreadable(home))
        if self._roles == {Role.WORKER}:
            self._ready("what is due now and then, where no other worker does it")
        while not self._life.is_leaving:
            await self._serve()
            await self._life.pause(AGAIN_SECONDS)

    async def _serve(self) -> None:
        """Do the work where the house is, until it is elsewhere, or the process told to leave."""
        async with self._houses.use(OneHome.NAME) as at_work:
            self._is_ready()
            tending = asyncio.create_task(self._tend(at_work))
            try:
                await first_of(
                    self._life.until_left(), self._stopped.wait(), asyncio.wait([tending])
                )
            finally:
                await _cut_off(tending)
            if self._error is not None:
                raise self._error
            if not tending.cancelled():
                tending.result()
            if self._life.is_leaving:
                await self._leave(at_work.rest)
            else:
                self._life.anew()
                await _in_time(at_work.rest())

    async def _tend(self, at_work: AtWork) -> None:
        """Look after the workers, and where the house is, until it is to be closed."""
        while not at_work.over:
            if Role.WORKER in self._roles:
                self._workers.tick()
            await self._houses.tick()
            await asyncio.sleep(TICK_SECONDS)

    async def _has_house(self) -> bool:
        """Wait until there is a house; answer whether there is one before it is told to leave."""
        home, life = self._home, self._life
        if home.ready:
            return True
        life.stage = Stage.NO_HOUSEHOLD
        notify.notify(notify.READY)
        self._ready("nothing else until the household is made there")
        await first_of(home.opened.wait(), self._made_elsewhere(), life.until_left())
        return home.ready and not life.is_leaving

    async def _made_elsewhere(self) -> None:
        """Open the house once another process has made its household."""
        home, loop = self._home, asyncio.get_running_loop()
        while await self._life.pause(TICK_SECONDS) and not home.ready:
            if await asyncio.to_thread(is_made, self._settings):
                await asyncio.to_thread(home.begin, loop)

    def _failed(self, home: Home, error: Exception) -> None:  # noqa: ARG002 - there is one
        self._error = error
        self._stopped.set()

    def _gauges(self) -> Iterable[Gauge]:
        return gauges_of(self._home.house) if self._home.ready else ()


class _ForMany(_Process):
    """For all homes in a folder, of which those are open that are needed now."""

    def __init__(
        self, folder: Path, settings: Settings, ready: Ready, role: Role, life: Life
    ) -> None:
        self._homes = HomesInFolder(folder)
        super().__init__(self._homes, settings, ready, {role}, life)
        self._heard = HeardHomes(self._homes, self._houses, self._shared)

    async def _work(self, stack: AsyncExitStack) -> None:
        count = f"{len(self._homes.all)} homes so far"
        if Role.WEB in self._roles:
            from unhear.service.console import serving_consoles  # noqa: PLC0415

            consoles = serving_consoles(self._settings, self._houses)
            self._ready(f"consoles at {await self._console.enter_async_context(consoles)}, {count}")
        elif Role.EARS in self._roles:
            stack.push_async_callback(self._heard.close)
            self._ready(f"what nobody else hears, of {count}")
        else:
            self._ready(f"what is due now and then, {count}")
        tending = asyncio.create_task(self._tend())
        stack.push_async_callback(_cut_off, tending)
        self._is_ready()
        await first_of(self._life.until_left(), asyncio.wait([tending]))
        if tending.done():
            tending.result()  # what nobody foresaw
        await self._life.until_left()
        await self._leave(lambda: self._rest(tending))

    async def _tend(self) -> None:
        """Look which homes there are, and take and leave them; begin nothing when told to leave."""
        while not self._life.is_leaving:
            await asyncio.to_thread(self._homes.look)
            if Role.WORKER in self._roles:
                self._workers.tick()
            if Role.EARS in self._roles:
                await self._heard.tick()
            await self._houses.tick()
            await self._life.pause(TICK_SECONDS)

    async def _rest(self, tending: "asyncio.Task[None]") -> None:
        await asyncio.wait([tending])
        await self._heard.leave()

    def _failed(self, home: Home, error: Exception) -> None:
        why = {"why": str(error)} if isinstance(error, ControlsMissing) else kind(error)
        log.error("the work for a home ended", extra={"home": home.settings.house.name, **why})


async def first_of(*waiting: Coroutine[Any, Any, object]) -> None:
    """Wait for whatever comes first, and no longer for the rest."""
    tasks = [asyncio.ensure_future(one) for one in waiting]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _in_time(finishing: Coroutine[Any, Any, None]) -> None:
    """Let what was begun be finished, for no longer than that may take."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS_MAX):
            await finishing
    except TimeoutError:
        log.warning("not all that was begun could be finished")


async def _cut_off(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _unreadable(home: Home) -> str | None:
    if not home.ready:
        return "the house is being opened"
    try:
        with home.house.database.reading() as transaction:
            transaction.households()
    except StoreError:
        return "the database cannot be read"
    return None
