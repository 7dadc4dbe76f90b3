"""Voice devices show the timers that were set on them, also when they come back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import numpy as np
import pytest
from aioesphomeapi.model import VoiceAssistantTimerEventType as Type
from wyoming.event import Event
from wyoming.timer import TimerCancelled, TimerFinished, TimerStarted, TimerUpdated

from tests.home import SetClock
from tests.satellites.esphome_device import SHOWS_TIMERS, Device
from tests.satellites.quick import quick_house, quick_ways
from tests.satellites.serving import esphome, until, wyoming
from tests.satellites.wyoming_device import WyomingDevice
from unhear.house.house import House
from unhear.house.voice import Ways
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId

PATIENCE = 60
HALL = DeviceId("hall")
NOTHING = np.zeros(0, np.int16)
LENGTH = 600


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with quick_house(tmp_path_factory.mktemp("timers")) as (house, _):
        yield house


@pytest.fixture
def ways(house: House) -> Iterator[Ways]:
    with quick_ways(house) as ways:
        yield ways


@asynccontextmanager
async def ticking(ways: Ways) -> AsyncIterator[None]:
    """Let fall due what falls due, often."""

    async def tick() -> None:
        while True:
            await asyncio.to_thread(ways.assistant.tick)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(tick())
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def say(ways: Ways, words: str) -> str:
    return ways.assistant.read(words, HALL, UNKNOWN_PERSON, None).reply.text


def test_an_esphome_device_shows_its_timers_until_they_go(house: House, ways: Ways) -> None:
    device = Device(NOTHING, features=int(SHOWS_TIMERS))

    async def talk() -> None:
        async with esphome(device.serve, ways), ticking(ways):
            say(ways, "set a pizza timer for ten minutes")
            shown = await device.timers.get()
            told = (shown.event_type, shown.name, shown.total_seconds, shown.is_active)
            assert told == (Type.VOICE_ASSISTANT_TIMER_STARTED, "pizza", LENGTH, True)
            assert LENGTH - 5 <= shown.seconds_left <= LENGTH
            say(ways, "cancel the pizza timer")
            gone = await device.timers.get()
            cancelled = (Type.VOICE_ASSISTANT_TIMER_CANCELLED, shown.timer_id)
            assert (gone.event_type, gone.timer_id) == cancelled
            say(ways, "set a tea timer for one second")
            kinds = [(await device.timers.get()).event_type for _ in range(2)]
            assert kinds[1] == Type.VOICE_ASSISTANT_TIMER_FINISHED

    asyncio.run(talk())
    assert device.timers.empty()
    assert house.rooms.held(house.household.id, []) == []


def test_a_timer_that_is_forgotten_is_shown_no_more(house: House, ways: Ways) -> None:
    device = Device(NOTHING, features=int(SHOWS_TIMERS))

    async def talk() -> None:
        async with esphome(device.serve, ways), asyncio.timeout(PATIENCE):
            await device.subscribed.wait()
            say(ways, "set a pizza timer for ten minutes")
            await asyncio.to_thread(ways.assistant.tick)
            shown = await device.timers.get()
            await asyncio.to_thread(house.forgetter.forget, house.household.id, Scope())
            gone = await device.timers.get()
            cancelled = (Type.VOICE_ASSISTANT_TIMER_CANCELLED, shown.timer_id)
            assert (gone.event_type, gone.timer_id) == cancelled

    asyncio.run(talk())


def test_an_esphome_device_that_comes_back_shows_what_is_left(
    house: House, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SetClock(house.clock())
    device = Device(NOTHING, features=int(SHOWS_TIMERS))

    async def talk() -> None:
        async with esphome(device.serve, ways), ticking(ways):
            say(ways, "set a pizza timer for ten minutes")
            shown = await device.timers.get()
            device.subscribed.clear()
            device._writer.transport.abort()
            clock.pass_time(seconds=240)
            monkeypatch.setattr(house.rooms._timers, "_clock", clock)
            await device.subscribed.wait()
            again = await device.timers.get()
            assert (again.event_type, again.timer_id, again.name, again.total_seconds) == (
                Type.VOICE_ASSISTANT_TIMER_STARTED,
                shown.timer_id,
                "pizza",
                LENGTH,
            )
            assert abs(again.seconds_left - (LENGTH - 240)) <= 5

    asyncio.run(talk())


def test_a_device_that_cannot_show_timers_is_told_of_none(ways: Ways) -> None:
    device = Device(NOTHING)

    async def talk() -> None:
        async with esphome(device.serve, ways), asyncio.timeout(PATIENCE):
            await device.subscribed.wait()
            say(ways, "set a pizza timer for ten minutes")
            await asyncio.to_thread(ways.assistant.tick)
            ways.assistant.house.rooms.say("hello", HALL)
            await until(lambda: device.played)

    asyncio.run(talk())
    assert device.timers.empty()


def test_a_wyoming_satellite_is_told_of_its_timers(house: House, ways: Ways) -> None:
    device = WyomingDevice()

    async def next_timer() -> Event:
        return await device.timers.get()

    async def talk() -> None:
        async with wyoming(device.serve, ways), ticking(ways):
            await device.runs.wait()
            say(ways, "set a pizza timer for ten minutes")
            started = TimerStarted.from_event(await next_timer())
            assert (started.name, started.total_seconds) == ("pizza", LENGTH)
            device.writer.transport.abort()
            later = house.clock() + timedelta(minutes=4)
            house.rooms._timers._clock = lambda: later
            again = TimerStarted.from_event(await next_timer())
            left = TimerUpdated.from_event(await next_timer())
            assert (again.id, left.id, left.is_active) == (started.id, started.id, True)
            assert abs(left.total_seconds - (LENGTH - 240)) <= 5
            say(ways, "cancel the pizza timer")
            assert TimerCancelled.from_event(await next_timer()).id == started.id
            house.rooms._timers._clock = house.clock
            say(ways, "set a timer for one second")
            started = TimerStarted.from_event(await next_timer())
            assert started.name is None
            while not TimerFinished.is_type((event := await next_timer()).type):
                assert TimerUpdated.is_type(event.type)
            assert TimerFinished.from_event(event).id == started.id

    asyncio.run(talk())
