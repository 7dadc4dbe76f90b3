"""Satellites vanish at any moment, and networks are slow: the house notices, and goes on."""

import asyncio
from contextlib import AsyncExitStack
from time import monotonic

import numpy as np
import pytest

from tests.satellites.esphome_device import SPEAKER, Device
from tests.satellites.quick import Tone, Words, spoken
from tests.satellites.rooms import NotedAssistant
from tests.satellites.serving import esphome, until, wyoming
from tests.satellites.wyoming_device import WyomingDevice
from unhear.capture.sound import RATE_HZ
from unhear.house.house import House
from unhear.house.voice import Ways
from unhear.household.words import DeviceId
from unhear.satellites import esphome as esphome_satellites
from unhear.satellites import wyoming_satellite

PATIENCE = 60
HALF = spoken()[: RATE_HZ // 4]
PAUSED = RATE_HZ
NOTHING = np.zeros(0, np.int16)
ANSWER = "That is 4."


async def next_turn(ways: Ways) -> tuple[DeviceId, str]:
    assert isinstance(ways.assistant, NotedAssistant)
    device, turn = await asyncio.to_thread(ways.assistant.turns.get, timeout=PATIENCE)
    return device, turn.reply.text


def test_a_wyoming_satellite_that_falls_silent_is_connected_again(
    ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wyoming_satellite, "QUIET_SECONDS", 0.05)
    device = WyomingDevice()

    async def talk() -> None:
        async with wyoming(device.serve, ways), asyncio.timeout(PATIENCE):
            await device.pinged.wait()
            device.alive = False
            await until(lambda: device.connections > 1)

    asyncio.run(talk())


def test_a_wyoming_satellite_that_knows_no_pings_stays_connected(
    ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wyoming_satellite, "QUIET_SECONDS", 0.02)
    device = WyomingDevice(knows_pings=False)

    async def talk() -> None:
        async with wyoming(device.serve, ways), asyncio.timeout(PATIENCE):
            for _ in range(3):
                await device.pinged.wait()
                device.pinged.clear()

    asyncio.run(talk())
    assert device.connections == 1


def test_an_esphome_device_that_falls_silent_is_connected_again(
    ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(esphome_satellites, "PING_EVERY_SECONDS", 0.05)
    device = Device(NOTHING)

    async def talk() -> None:
        async with esphome(device.serve, ways), asyncio.timeout(PATIENCE):
            await device.subscribed.wait()
            device.alive = False
            await until(lambda: device.connections > 1)

    asyncio.run(talk())


@pytest.mark.parametrize("protocol", ["wyoming", "esphome"])
def test_a_satellite_that_vanishes_within_its_request_is_not_answered_and_comes_back(
    made: tuple[House, Words], ways: Ways, protocol: str
) -> None:
    house, words = made

    async def talk() -> None:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(asyncio.timeout(PATIENCE))
            if protocol == "wyoming":
                satellite = WyomingDevice()
                await stack.enter_async_context(wyoming(satellite.serve, ways))
                await satellite.runs.wait()
                await satellite.ask(HALF)
                satellite.runs.clear()
                satellite.writer.transport.abort()
                await until(lambda: satellite.connections > 1)
                await satellite.runs.wait()
                words.next.put("what is two plus two")
                await satellite.ask(spoken())
            else:
                device = Device(NOTHING)
                await stack.enter_async_context(esphome(device.serve, ways))
                await device.subscribed.wait()
                device.ask(HALF)
                await until(lambda: device.events)
                device.sound = NOTHING
                device.subscribed.clear()
                device._writer.transport.abort()
                await device.subscribed.wait()
                words.next.put("what is two plus two")
                device.ask(spoken())
            assert await next_turn(ways) == ("hall", ANSWER)
        assert house.rooms.rooms() == []

    asyncio.run(talk())
    assert isinstance(ways.assistant, NotedAssistant)
    assert ways.assistant.turns.empty()
    assert ways.assistant._ears._guesses == {}


@pytest.mark.parametrize("protocol", ["wyoming", "esphome"])
def test_nobody_speaks_to_a_satellite_that_vanished(
    made: tuple[House, Words], ways: Ways, monkeypatch: pytest.MonkeyPatch, protocol: str
) -> None:
    words = made[1]
    monkeypatch.setattr(Tone, "frames_a_letter", RATE_HZ * 2)
    words.next.put("what is two plus two")
    vanished = 0.0

    async def talk() -> None:
        nonlocal vanished
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(asyncio.timeout(PATIENCE))
            if protocol == "wyoming":
                satellite = WyomingDevice(spoken())
                await stack.enter_async_context(wyoming(satellite.serve, ways))
                await satellite.speaking.wait()
                satellite.sound = NOTHING
                satellite.writer.transport.abort()
            else:
                device = Device(spoken())
                await stack.enter_async_context(esphome(device.serve, ways))
                await until(lambda: device.played)
                device.sound = NOTHING
                device._writer.transport.abort()
            vanished = monotonic()
            assert await next_turn(ways) == ("hall", ANSWER)

    asyncio.run(talk())
    assert monotonic() - vanished < len(ANSWER), "the answer was spoken to nobody, to its end"


@pytest.mark.parametrize("loudest", ["wyoming", "esphome"])
def test_of_two_satellites_of_different_kinds_the_nearer_one_answers_once(
    made: tuple[House, Words], ways: Ways, loudest: str
) -> None:
    near, far = spoken(), spoken(loudness=2_000)
    satellite, device = WyomingDevice(), Device(NOTHING, features=int(SPEAKER))

    async def talk() -> None:
        async with (
            wyoming(satellite.serve, ways, "wyoming"),
            esphome(device.serve, ways, "esphome"),
            asyncio.timeout(PATIENCE),
        ):
            await satellite.runs.wait()
            await device.subscribed.wait()
            made[1].next.put("what is two plus two")
            made[1].next.put("what is two plus two")
            of_device, of_satellite = (far, near) if loudest == "wyoming" else (near, far)
            device.ask(of_device[:PAUSED])
            await satellite.ask(of_satellite[:PAUSED])
            # As in one room, where both have heard the pause before any request is over.
            await until(lambda: [len(one.heard) > 0 for one in ways.arbiter._woken] == [True] * 2)
            await device.stream(of_device[PAUSED:])
            await satellite.stream(of_satellite[PAUSED:])
            assert await next_turn(ways) == (loudest, ANSWER)
            await device.ended.wait()
            await satellite.answered.wait()

    asyncio.run(talk())
    assert isinstance(ways.assistant, NotedAssistant)
    assert ways.assistant.turns.empty()
    assert bool(device.played) == (loudest == "esphome")


def test_a_request_is_answered_over_a_network_that_stalls(
    made: tuple[House, Words], ways: Ways
) -> None:
    made[1].next.put("what is two plus two")
    satellite = WyomingDevice()

    async def talk() -> None:
        async with wyoming(satellite.serve, ways), asyncio.timeout(PATIENCE):
            await satellite.runs.wait()
            first, rest = spoken()[:5_000], spoken()[5_000:]
            await satellite.ask(first)
            await asyncio.sleep(0.3)
            await satellite.stream(rest)
            assert await next_turn(ways) == ("hall", ANSWER)

    asyncio.run(talk())
