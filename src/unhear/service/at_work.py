"""One home at work in this process: its house, and what is done for it by the process's roles."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from starlette.applications import Starlette

from unhear.engines.speech_pool import SpeechAway
from unhear.forget.errors import ForgetError
from unhear.house.arbiter import Arbiter
from unhear.house.controls import require_controls
from unhear.house.due import due_by
from unhear.house.elsewhere import Elsewhere
from unhear.house.house import House
from unhear.house.leases import Leases
from unhear.house.moved import Departure
from unhear.house.turn import Assistant
from unhear.house.voice import Ways, listening_in
from unhear.service.answering import Answering
from unhear.service.asking import Asking
from unhear.service.devices_here import DevicesHere
from unhear.service.duties import DAILY, Duty, Left
from unhear.service.errors import kind
from unhear.service.life import Life
from unhear.service.others import Others
from unhear.service.sealing import HomeKey
from unhear.stores.errors import StoreError
from unhear.web.home import Home

if TYPE_CHECKING:
    from unhear.service.ears import Ears

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
ACCOUNTS_EVERY = timedelta(minutes=1)
REST_SECONDS, LAST_WORDS_SECONDS = 0.1, 0.5
"""How often it is looked whether somebody is still answered; how long a device plays after that."""

Ready = Callable[[str], None]


class Role(StrEnum):
    """What a process does for its homes."""

    WEB = "web"
    """The console."""

    EARS = "ears"
    """Satellites and cameras, and speech for other programs."""

    WORKER = "worker"
    """What is to be done now and then."""


@dataclass(frozen=True, slots=True)
class Process:
    """What a process does with each of its homes, and has for all of them.

    `answers` are the threads in which answers are given. `failed` is told what ends the work for a
    home that was begun: `ControlsMissing`, or what nobody foresaw. Other processes are asked at
    `devices_from` for devices that this one does not have, and ask it where it is `answering`.
    """

    roles: Collection[Role]
    answers: Executor
    ready: Ready
    failed: Callable[[Home, Exception], None]
    devices_from: Sequence[str] = ()
    answering: Answering | None = None


class AtWork:
    """A home at work; to be used from one event loop."""

    def __init__(self, home: Home, process: Process) -> None:
        """Do nothing yet: there may be no house."""
        self.home = home
        self.console: Starlette | None = None
        """What answers browsers, from the first that asks on."""

        self._process = process
        self._over = asyncio.Event()
        self._departure: Departure | None = None
        self._stack = AsyncExitStack()
        self._life = Life()
        self._elsewhere: Elsewhere | None = None
        self._ways: Ways | None = None
        self._ears: Ears | None = None
        self._preparing: asyncio.Task[None] | None = None
        self._finding: asyncio.Task[None] | None = None
        self._tending: asyncio.Task[None] | None = None

    @property
    def begun(self) -> bool:
        """Whether it is at work."""
        return self._elsewhere is not None

    @property
    def over(self) -> bool:
        """Whether it is to be closed: its work failed, or its house is elsewhere."""
        return self._over.is_set()

    async def until_over(self) -> None:
        """Wait until it is to be closed."""
        await self._over.wait()

    def give_up(self) -> None:
        """Let nobody begin anything more with it: it is to be closed."""
        self._over.set()

    def has_moved(self) -> bool:
        """Whether its house left the stores in which it was opened; to be asked from one thread.

        Raises `StoreError` and `SettingsWrong`.
        """
        return self._departure is not None and self._departure.is_over()

    @property
    def busy(self) -> bool:
        """Whether something goes on that would be cut off, or lost."""
        home, ways = self.home, self._ways
        return (ways is not None and ways.busy()) or (home.ready and home.house.alerting.busy)

    async def begin(self) -> None:
        """Work, now that there is a house, until it is closed; see `ready` for what takes longer.

        Raises `ControlsMissing` and what looking at the house does.
        """
        house, roles = self.home.house, self._process.roles
        elsewhere = await asyncio.to_thread(Elsewhere, house)
        self._departure = Departure(house.settings)
        if not {Role.WEB, Role.EARS}.isdisjoint(roles):
            assistant = Assistant(house)
            self._stack.callback(assistant.close)
            leases = self.home.shared.leases(house.settings)
            self._stack.callback(leases.close)
            self._ways = Ways(assistant, Arbiter(), self._process.answers, listening_in(house))
            house.beyond = self._others(house)
            preparing = self._prepare(self._ways, elsewhere, leases)
            self._preparing = asyncio.create_task(preparing)
            self._preparing.add_done_callback(self._prepared)
        self._elsewhere = elsewhere

    async def ready(self) -> None:
        """Wait until it hears and answers. Raises `SettingsWrong`, `AddressWrong` and `OSError`."""
        if self._preparing is not None:
            await asyncio.shield(self._preparing)

    async def do(self, duty: Duty, left: Left) -> Left:
        """Do a duty, and answer what it leaves for its next turn. Raises `ControlsMissing`."""
        return await asyncio.to_thread(self._do, duty, left)

    async def rest(self) -> None:
        """Begin nothing more, and finish what is being answered; the house stays open."""
        await _cut_off(self._preparing)
        if self._finding is not None:
            self._finding.cancel()
        self._life.leave()
        if self._tending is not None:
            await asyncio.wait([self._tending])
        if self._ears is not None:
            await self._ears.leave()
        if self._ways is not None:
            await _rest(self._ways)

    async def close(self) -> None:
        """End at once, and close the house."""
        await _cut_off(self._preparing)
        await _cut_off(self._finding)
        await _cut_off(self._tending)
        try:
            await self._stack.aclose()
        finally:
            await asyncio.to_thread(self.home.close)

    async def _prepare(self, ways: Ways, elsewhere: Elsewhere, leases: Leases) -> None:
        """Load what understands and speaks, and begin to hear."""
        home, house = self.home, self.home.house
        await asyncio.to_thread(_warm, house)
        if Role.WEB in self._process.roles:
            home.leases, home.ways, home.bell = leases, ways, house.door
        if Role.EARS in self._process.roles:
            # Imported here: who serves pages need not load what cameras and satellites need.
            from unhear.service.ears import hearing  # noqa: PLC0415

            entered = hearing(ways, leases, self._process.ready)
            self._ears = await self._stack.enter_async_context(entered)
            if house.settings.discover:
                self._finding = asyncio.create_task(self._ears.find())
        if self._process.answering is not None:
            serves = None if self._ears is None else self._ears.satellites
            here = DevicesHere(house, _key_of(house), serves)
            self._stack.enter_context(self._process.answering.answering_for(here))
        self._tending = asyncio.create_task(self._tend(ways, elsewhere, leases))

    def _others(self, house: House) -> Others | None:
        """Answer the other processes; a process without ears has nobody else to ask for devices."""
        addresses = self._process.devices_from
        if Role.EARS in self._process.roles and not addresses:
            return None
        return Others(Asking(addresses, _key_of(house)))

    def _prepared(self, preparing: "asyncio.Task[None]") -> None:
        if not preparing.cancelled() and isinstance(error := preparing.exception(), Exception):
            self.give_up()
            self._process.failed(self.home, error)

    async def _tend(self, ways: Ways, elsewhere: Elsewhere, leases: Leases) -> None:
        """Let fall due what falls due where somebody is heard, until it is to rest."""
        try:
            await self._tended(ways, elsewhere, leases)
        except Exception as error:  # noqa: BLE001 - whoever runs the process decides
            self.give_up()
            self._process.failed(self.home, error)

    async def _tended(self, ways: Ways, elsewhere: Elsewhere, leases: Leases) -> None:
        """Tend; raises `ControlsMissing` on the day on which a control goes off."""
        house, mine = ways.assistant.house, due_by(leases)
        looked = datetime.fromtimestamp(0, tz=house.clock().tzinfo)
        allowed = house.clock()
        while not (self._life.is_leaving or self.over):
            now = house.clock()
            await asyncio.to_thread(_try, elsewhere.tick)
            # A console alone mostly has no page with a microphone: 70 replies would be in vain.
            heard = self._ears is not None or bool(ways.sessions)
            await asyncio.to_thread(_try, partial(ways.assistant.tick, mine, prepare=heard))
            if self._ears is not None:
                await self._ears.tick()
            if Role.WEB in self._process.roles and now - looked >= ACCOUNTS_EVERY:
                looked = now
                await asyncio.to_thread(_try, self.home.tick)
            if now - allowed >= DAILY:
                allowed = now
                await asyncio.to_thread(_try, lambda: require_controls(house))
            await self._life.pause(TICK_SECONDS)

    def _do(self, duty: Duty, left: Left) -> Left:
        if self._ways is None and self._elsewhere is not None:
            _try(self._elsewhere.tick)
        return duty.do(self.home.house, left)


def _key_of(house: House) -> HomeKey:
    return HomeKey(house.settings.log_key_file, house.household.id)


async def _cut_off(task: "asyncio.Task[None] | None") -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


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
        log.warning("nobody recognises speech", extra=kind(error))
    house.synthesiser.warm()
    house.grammar.vocabulary()


def _try(due: Callable[[], object]) -> None:
    """Do what is due now and then; while stores or keeper are away it waits for its next turn."""
    try:
        due()
    except (ForgetError, StoreError) as error:
        log.warning("what is due was not done", extra=kind(error))
