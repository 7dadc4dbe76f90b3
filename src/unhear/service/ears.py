"""What a house hears and sees with: satellites and cameras, and what it offers other programs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from unhear.cameras.at_work import CamerasAtWork, events_at, watching
from unhear.engines.choose import choose_wake
from unhear.engines.sight import analyser
from unhear.house.due import DUE
from unhear.house.house import House
from unhear.house.leases import CAMERA, DEVICE, Leases
from unhear.house.voice import Ways
from unhear.house.watch import Watch
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId
from unhear.satellites.discovery import announced
from unhear.satellites.esphome import EsphomeSatellite, EsphomeWays
from unhear.satellites.places import Place
from unhear.satellites.speech_files import SpeechFiles, own_address, serve_speech
from unhear.satellites.wyoming_provider import Provider, provide
from unhear.satellites.wyoming_satellite import WyomingSatellite
from unhear.service.addresses import ESPHOME, address_of
from unhear.service.devices import Devices, Rank
from unhear.settings import SatelliteSettings, SettingsWrong

SATELLITES_ENOUGH, CAMERAS_ENOUGH = 100, 8
"""How many one process takes while others take the rest; measured on two cores, half as many
satellites as they can listen to."""

PROVIDES = "speech for others"
Ready = Callable[[str], None]


@dataclass
class _Running:
    """A device whose work is a task of this process's loop."""

    task: "asyncio.Task[None]"
    is_busy: Callable[[], bool]

    @property
    def busy(self) -> bool:
        return self.is_busy()

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])


class Ears:
    """The devices of a house that this process serves; to be used from one event loop."""

    def __init__(self, ways: Ways, leases: Leases, ready: Ready, stack: AsyncExitStack) -> None:
        """`stack` closes what is opened here. Raises `SettingsWrong`, and what cameras lack."""
        self._ways = ways
        self._leases = leases
        self._ready = ready
        self._stack = stack
        self._house = house = ways.assistant.house
        self._files = SpeechFiles(house.clock)
        self._named = {DeviceId(one.name): one for one in house.settings.satellites}
        self._places = {device: place_of(house, one) for device, one in self._named.items()}
        self._rank = Rank(leases)
        self._satellites = Devices(
            DEVICE, leases=leases, rank=self._rank, most=SATELLITES_ENOUGH, begin=self._listen
        )
        # One broker is told of the house by one process.
        most = CAMERAS_ENOUGH if house.settings.mqtt is None else None
        self._cameras = Devices(CAMERA, leases=leases, rank=self._rank, most=most, begin=self._look)
        self._watch = Watch(house, self._cameras.serves)
        self._at_work: CamerasAtWork | None = None
        self._provider: Provider | None = None

    async def begin(self) -> None:
        """Serve what is to be served from the beginning."""
        self._stack.enter_context(self._serving_speech())
        watched = watching(self._house, analyser, self._cameras.serves)
        self._at_work = await asyncio.to_thread(self._stack.enter_context, watched)
        await self.tick()

    async def tick(self) -> None:
        """Take what nobody serves, and look after what is served; about once a second."""
        await asyncio.to_thread(self._rank.tick)
        await asyncio.to_thread(self._leases.take, DUE)
        await self._satellites.tick(self._places.keys())
        await self._provide()
        await self._cameras.tick(self._house.cameras.named.keys())
        if self._at_work is not None:
            await asyncio.to_thread(self._at_work.tick)
        await asyncio.to_thread(self._watch.look_for_devices)

    def satellites(self) -> Collection[DeviceId]:
        """Answer the satellites that this process serves, there or not."""
        return self._satellites.served()

    async def find(self) -> None:
        """Count satellites that announce themselves as the house's, for ever."""
        async with announced() as found:
            self._ready("looking for satellites on the network")
            while True:
                place = await found.get()
                self._places.setdefault(place.device, place)

    async def leave(self) -> None:
        """Leave the devices to others, each when what was said there is answered."""
        await asyncio.gather(self._satellites.leave(), self._cameras.leave())
        if self._provider is not None:
            await self._provider.rest()

    async def close(self) -> None:
        """Leave the devices at once."""
        await self._satellites.close()
        await self._cameras.close()

    def _listen(self, device: DeviceId) -> _Running:
        place, one = self._places[device], self._named.get(device)
        self._watch.expect(device, place.room)
        if one is None:
            self._ready(f"satellite {device} was found at {place.host}:{place.port}")
        else:
            self._ready(f"satellite {device} in the {place.room}, at {place.host}:{place.port}")
        return self._run(self._satellite(place, one), device, lambda: self._ways.busy(device))

    def _look(self, device: DeviceId) -> "_Camera":
        named = self._house.cameras.named[device]
        self._ready(f"camera {device} in the {named.room or named.name}")
        events = events_at(self._house, device)
        task = None if events is None else asyncio.create_task(events.run())
        return _Camera(task, self._follow)

    async def _follow(self) -> None:
        if self._at_work is not None:
            await asyncio.to_thread(self._at_work.follow)

    def _run(
        self, work: Coroutine[Any, Any, None], device: DeviceId, busy: Callable[[], bool]
    ) -> _Running:
        running = asyncio.create_task(work)
        running.add_done_callback(lambda _: self._watch.expect_no_more(device))
        return _Running(running, busy)

    def _satellite(self, place: Place, one: SatelliteSettings | None) -> Coroutine[Any, Any, None]:
        if one is None or not one.address.startswith(ESPHOME):
            return WyomingSatellite(place, self._ways).run()
        key = None if one.key is None else one.key.get_secret_value()
        return EsphomeSatellite(place, EsphomeWays(self._ways, self._files), key).run()

    async def _provide(self) -> None:
        """Offer speech to others where no other process does."""
        where = self._house.settings.provide
        if where is None or self._provider is not None:
            return
        if await asyncio.to_thread(self._leases.take, PROVIDES):
            host, port = address_of(where)
            self._provider = provider = _provider(self._ways)
            bound = await self._stack.enter_async_context(provide(provider, host, port))
            self._ready(f"speech for others (Wyoming) at {host}:{bound}")

    def _serving_speech(self) -> AbstractContextManager[None]:
        """Serve answers to ESPHome devices that fetch them, at the address they can reach."""
        devices = [one for one in self._named.values() if one.address.startswith(ESPHOME)]
        if not devices:
            return nullcontext()
        host, _ = address_of(devices[0].address)
        return serve_speech(self._files, own_address(host), 0)


@dataclass
class _Camera:
    """A camera that is watched, and what listens to its button, if anything does.

    What it films is ended well whenever it is left, so that it need not be waited for.
    """

    events: "asyncio.Task[None] | None"
    follow: Callable[[], Coroutine[Any, Any, None]]
    busy: bool = False

    async def end(self) -> None:
        if self.events is not None:
            self.events.cancel()
            await asyncio.wait([self.events])
        await self.follow()


@asynccontextmanager
async def hearing(ways: Ways, leases: Leases, ready: Ready) -> AsyncIterator[Ears]:
    """Serve the devices of a house while the block runs, those that no other process serves."""
    async with AsyncExitStack() as stack:
        ears = Ears(ways, leases, ready, stack)
        stack.push_async_callback(ears.close)
        await ears.begin()
        yield ears


def place_of(house: House, one: SatelliteSettings) -> Place:
    """Answer where a satellite is, and whose. Raises `SettingsWrong`."""
    host, port = address_of(one.address)
    return Place(DeviceId(one.name), host, port, one.room or one.name, _person(house, one.person))


def _person(house: House, name: str | None) -> PersonId:
    if name is None:
        return UNKNOWN_PERSON
    person = house.household.named(name)
    if person is None:
        raise SettingsWrong(f"a satellite belongs to {name!r}, but nobody here is called that")
    return person.id


def _provider(ways: Ways) -> Provider:
    settings = ways.assistant.house.settings
    return Provider(
        ways.assistant,
        lambda: choose_wake(settings.wake_engine, [settings.wake_word]),
        DeviceId("others"),
        UNKNOWN_PERSON,
    )
