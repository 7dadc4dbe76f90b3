"""Who does the duties of a process's homes: of those on files here, of others a server's queue.

Each home on a file has a lease of its duties: the process that has it does them.
"""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from unhear import clock
from unhear.house.leases import Leases
from unhear.house.own_household import NotSetUp
from unhear.house.shared import Shared
from unhear.service.at_work import TICK_SECONDS, Process
from unhear.service.duties import Duty, Left, duties_of, next_turn
from unhear.service.houses import HomeGone, Houses
from unhear.service.life import Life
from unhear.settings import Settings
from unhear.stores.errors import StoreError

if TYPE_CHECKING:
    from unhear.service.queue import QueueWorker

NO_QUEUE = StoreError(
    "duties of homes on PostgreSQL need a library that is not installed: "
    "pip install 'unhear[service]'"
)

DUTIES = "duties"
"""The lease of the process that does them all; others stand by."""


class Agenda:
    """When the duties of one home are due, while this process has the lease of them."""

    def __init__(self, settings: Settings, leases: Leases) -> None:
        """Have none yet."""
        self.settings = settings
        self._leases = leases
        self._due_at: dict[str, datetime] = {}
        self._left: dict[str, Left] = {}

    def due(self) -> list[Duty]:
        """Answer what is due now, if it is this process's.

        Whoever did it before may have left anything undone, so all is due at first.
        """
        had = self._leases.has(DUTIES)
        if not self._leases.take(DUTIES):
            return []
        if not had:
            self._due_at, self._left = {}, {}
        now = clock.now()
        return [duty for duty in duties_of(self.settings) if self._is_due(duty, now)]

    def begin(self, duty: Duty) -> Left:
        """Begin a turn of a duty; answer what its last turn left."""
        left = self._left.get(duty.name, {})
        self._due_at[duty.name] = clock.now() + duty.every
        return left

    def end(self, duty: Duty, left: Left) -> None:
        """Note what a turn leaves."""
        self._left[duty.name] = left
        self._due_at[duty.name] = next_turn(duty, left, clock.now())

    def leave(self) -> None:
        """Let another process do them."""
        self._leases.close()

    def _is_due(self, duty: Duty, now: datetime) -> bool:
        due_at = self._due_at.get(duty.name)
        return due_at is None or now >= due_at


class FileWorker:
    """Does what falls due for the homes on files; to be used from one event loop."""

    def __init__(self, houses: Houses, process: Process, shared: Shared) -> None:
        """Do nothing yet."""
        self._houses = houses
        self._process = process
        self._shared = shared
        self._agendas: dict[str, Agenda] = {}

    async def run(self, life: Life) -> None:
        """Work until the process is told to stop, and finish what is begun."""
        while not life.is_leaving:
            await self.tick()
            await life.pause(TICK_SECONDS)

    async def tick(self) -> None:
        """Do what is due now."""
        homes = {n: one for n, one in self._houses.homes.all.items() if one.database is None}
        for name in [
            name for name, one in self._agendas.items() if homes.get(name) != one.settings
        ]:
            await asyncio.to_thread(self._agendas.pop(name).leave)
        for name, settings in homes.items():
            if name not in self._agendas:
                self._agendas[name] = Agenda(settings, self._shared.leases(settings))
            agenda = self._agendas[name]
            if due := await asyncio.to_thread(agenda.due):
                await self._do(name, agenda, due)

    async def _do(self, name: str, agenda: Agenda, due: list[Duty]) -> None:
        for duty in due:
            left = agenda.begin(duty)
            try:
                async with self._houses.use(name) as at_work:
                    agenda.end(duty, await at_work.do(duty, left))
            except (NotSetUp, HomeGone):
                return
            except Exception as error:  # noqa: BLE001 - whoever runs the process decides
                self._process.failed(self._houses.home(name), error)


class Workers:
    """What does the duties of all homes of a process; to be used from one event loop."""

    def __init__(self, houses: Houses, process: Process, shared: Shared, life: Life) -> None:
        """Do nothing yet."""
        self._houses = houses
        self._process = process
        self._shared = shared
        self._life = life
        self._working: dict[str | None, asyncio.Task[None]] = {}

    def tick(self) -> None:
        """Begin where there are homes that were not there. Raises `StoreError`."""
        for place, task in list(self._working.items()):
            if task.done():
                task.result()
                del self._working[place]
        for place in {one.database for one in self._houses.homes.all.values()}:
            if place not in self._working:
                worker = self._on_files() if place is None else self._on(place)
                self._working[place] = asyncio.create_task(worker.run(self._life))

    async def over(self) -> None:
        """Wait until all have finished what they had begun when they were told to leave."""
        if self._working:
            await asyncio.wait(self._working.values())

    async def close(self) -> None:
        """Cut off what is not over."""
        for task in self._working.values():
            task.cancel()
        await asyncio.gather(*self._working.values(), return_exceptions=True)

    def _on_files(self) -> FileWorker:
        return FileWorker(self._houses, self._process, self._shared)

    def _on(self, server: str) -> "QueueWorker":
        try:
            # Imported here: homes on files need not have the queue's library.
            from unhear.service.queue import QueueWorker  # noqa: PLC0415
        except ImportError:
            raise NO_QUEUE from None
        leases = self._shared.leases_on(server, "the queue")
        return QueueWorker(server, leases, self._houses, self._process)
