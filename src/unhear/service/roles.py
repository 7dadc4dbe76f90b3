"""The roles of a house at work, all in one process or each in processes of its own."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from unhear.engines.speech_pool import SpeechAway
from unhear.forget.errors import ForgetError
from unhear.house.arbiter import Arbiter
from unhear.house.controls import ControlsMissing, require_controls
from unhear.house.due import due_by
from unhear.house.elsewhere import Elsewhere
from unhear.house.gauges import Gauge, gauges_of
from unhear.house.house import House
from unhear.house.leases import Leases, open_leases
from unhear.house.turn import Assistant
from unhear.house.voice import Ways, listening_in
from unhear.service import notify
from unhear.service.console import named, serving_console
from unhear.service.ears import Ears, hearing
from unhear.service.health import Check, telling_health
from unhear.service.life import DRAIN_SECONDS_MAX, Life, Stage
from unhear.service.worker import TICK_SECONDS, TIDY_EVERY, Worker
from unhear.settings import Settings
from unhear.stores.errors import StoreError
from unhear.telling.page import telling
from unhear.web.home import Home
from unhear.web.serving import serving

log = logging.getLogger(__name__)

ACCOUNTS_EVERY = timedelta(minutes=1)
ANSWERS_AT_ONCE = 8
REST_SECONDS, LAST_WORDS_SECONDS = 0.1, 0.5
"""How often it is looked whether somebody is still answered; how long a device plays after that."""

Ready = Callable[[str], None]


class Role(StrEnum):
    """What a process of a house does."""

    WEB = "web"
    """The console."""

    EARS = "ears"
    """Satellites and cameras, and speech for other programs."""

    WORKER = "worker"
    """What is to be done now and then."""


EVERYTHING = frozenset(Role)


async def work(
    settings: Settings,
    ready: Ready,
    roles: Collection[Role] = EVERYTHING,
    life: Life | None = None,
) -> None:
    """Do the work of these roles until `life` is told to leave, or cancelled.

    `ready` is told what is served, line by line. Where there is no house yet, the console makes
    one. Told to leave, it finishes what it has begun, for `DRAIN_SECONDS_MAX` at most. Raises
    `NotSetUp` where there is neither, `SettingsWrong`, `AddressWrong` and `OSError`, what `House`
    raises, and `ControlsMissing`, at once or on the day on which a control goes off.
    """
    try:
        async with notify.watched():
            await _Process(settings, ready, roles, life or Life()).run()
    except ExceptionGroup as errors:
        if (stopped := errors.subgroup(ControlsMissing)) is None:
            raise
        raise ControlsMissing(*stopped.exceptions[0].args) from None


class _Process:
    """One process at work."""

    def __init__(
        self, settings: Settings, ready: Ready, roles: Collection[Role], life: Life
    ) -> None:
        self._settings = settings
        self._ready = ready
        self._roles = roles
        self._life = life
        self._home = Home(settings)
        self._checks: list[Check] = []
        self._console = AsyncExitStack()

    async def run(self) -> None:
        """Work until it is told to leave."""
        home, life = self._home, self._life
        async with AsyncExitStack() as stack:
            stack.callback(home.close)
            await stack.enter_async_context(
                telling_health(self._settings.health, life, self._checks)
            )
            await self._tell(stack)
            await asyncio.to_thread(home.begin, asyncio.get_running_loop())
            await stack.enter_async_context(self._console)
            if Role.WEB in self._roles and self._settings.page:
                url = await self._console.enter_async_context(serving_console(home))
                home.origin = self._settings.origin or named(url)
                self._ready(f"the console at {home.origin}")
            elif not home.ready:
                home.open()
            if await self._has_house():
                await self._at_work(stack)

    async def _tell(self, stack: AsyncExitStack) -> None:
        """Serve metrics and send traces, where the settings say so."""
        home = self._home

        def gauges() -> Iterable[Gauge]:
            return gauges_of(home.house) if home.ready else ()

        if (page := stack.enter_context(telling(self._settings, gauges))) is not None:
            url = await stack.enter_async_context(serving(lambda _: page.app, page.at))
            self._ready(f"metrics at {url}/metrics")

    async def _has_house(self) -> bool:
        """Wait until there is a house; answer whether there is one before it is told to leave."""
        home, life = self._home, self._life
        if home.ready:
            return True
        life.stage = Stage.NO_HOUSEHOLD
        notify.notify(notify.READY)
        self._ready("nothing else until the household is made there")
        waiting = [
            asyncio.create_task(home.opened.wait()),
            asyncio.create_task(life.until_left()),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
        return home.ready and not life.is_leaving

    async def _at_work(self, stack: AsyncExitStack) -> None:
        house, life = self._home.house, self._life
        self._checks.append(lambda: _unreadable(house))
        leases = open_leases(house.settings)
        stack.callback(leases.close)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        begun = _Begun()
        if self._roles != {Role.WORKER}:
            begun.ways = ways = await self._speaking(house, leases, stack)
            if Role.EARS in self._roles:
                self._checks.append(lambda: _deaf(house))
                begun.ears = await stack.enter_async_context(hearing(ways, leases, self._ready))
        stack.push_async_callback(begun.end)
        if begun.ears is not None and house.settings.discover:
            begun.finding = tasks.create_task(begun.ears.find())
        if begun.ways is not None:
            begun.tending = tasks.create_task(self._tend(begun.ways, begun.ears, leases))
        if Role.WORKER in self._roles:
            if begun.ways is None:
                self._ready("what is due now and then, where no other worker does it")
            worker = Worker(house, leases, Elsewhere(house) if begun.ways is None else None)
            begun.working = tasks.create_task(worker.run(life))
        life.ready()
        notify.notify(notify.READY)
        await life.until_left()
        await self._leave(begun)

    async def _speaking(self, house: House, leases: Leases, stack: AsyncExitStack) -> Ways:
        """Answer how devices are listened to and answered, browsers too."""
        assistant = Assistant(house)
        stack.callback(assistant.close)
        answers = stack.enter_context(ThreadPoolExecutor(ANSWERS_AT_ONCE, "answers"))
        ways = Ways(assistant, Arbiter(), answers, listening_in(house))
        await asyncio.to_thread(_warm, house)
        home = self._home
        house.cameras.elsewhere = Role.EARS not in self._roles
        if Role.WEB in self._roles:
            home.leases, home.ways, home.bell = leases, ways, house.door
        return ways

    async def _tend(self, ways: Ways, ears: Ears | None, leases: Leases) -> None:
        """Let fall due what falls due where somebody is heard, until the process leaves.

        Raises `ControlsMissing` on the day on which a control of an operator's house goes off.
        """
        house, mine = ways.assistant.house, due_by(leases)
        elsewhere = await asyncio.to_thread(Elsewhere, house)
        looked = datetime.fromtimestamp(0, tz=house.clock().tzinfo)
        allowed = house.clock()
        while not self._life.is_leaving:
            now = house.clock()
            await asyncio.to_thread(_obey, elsewhere)
            await asyncio.to_thread(ways.assistant.tick, mine)
            if ears is not None:
                await ears.tick()
            if Role.WEB in self._roles and now - looked >= ACCOUNTS_EVERY:
                looked = now
                await asyncio.to_thread(self._home.tick)
            if now - allowed >= TIDY_EVERY:
                allowed = now
                await asyncio.to_thread(require_controls, house)
            await self._life.pause(TICK_SECONDS)

    async def _leave(self, begun: "_Begun") -> None:
        """Finish what is begun: what is answered first, then what is asked, then what is due."""
        notify.notify(notify.STOPPING)
        if begun.finding is not None:
            begun.finding.cancel()
        try:
            async with asyncio.timeout(DRAIN_SECONDS_MAX):
                await _over(begun.tending)
                if begun.ears is not None:
                    await begun.ears.leave()
                if begun.ways is not None:
                    await _rest(begun.ways)
                await self._console.aclose()
                await _over(begun.working)
        except TimeoutError:
            log.warning("not all that was begun could be finished")


@dataclass
class _Begun:
    """What goes on in a process."""

    ways: Ways | None = None
    ears: Ears | None = None
    finding: "asyncio.Task[None] | None" = None
    tending: "asyncio.Task[None] | None" = None
    working: "asyncio.Task[None] | None" = None

    async def end(self) -> None:
        """Cut off what is not over yet."""
        tasks = [one for one in (self.finding, self.tending, self.working) if one is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _over(task: "asyncio.Task[None] | None") -> None:
    if task is not None:
        await asyncio.wait([task])


async def _rest(ways: Ways) -> None:
    """Wait until nobody is being answered, and what was said is played."""
    spoke = ways.busy()
    while ways.busy():  # noqa: ASYNC110 - devices tell nobody
        await asyncio.sleep(REST_SECONDS)
    if spoke:
        await asyncio.sleep(LAST_WORDS_SECONDS)


def _warm(house: House) -> None:
    try:
        house.recogniser.warm()
    except SpeechAway as error:
        log.warning("nobody recognises speech", extra={"error": type(error).__name__})
    house.synthesiser.warm()
    house.grammar.vocabulary()


def _obey(elsewhere: Elsewhere) -> None:
    try:
        elsewhere.tick()
    except (ForgetError, StoreError) as error:
        log.warning("others were not looked at", extra={"error": type(error).__name__})


def _unreadable(house: House) -> str | None:
    try:
        with house.database.reading() as transaction:
            transaction.households()
    except StoreError:
        return "the database cannot be read"
    return None


def _deaf(house: House) -> str | None:
    if not house.settings.speech:
        return None
    try:
        house.recogniser.warm()
    except SpeechAway:
        return "nobody recognises speech"
    return None
