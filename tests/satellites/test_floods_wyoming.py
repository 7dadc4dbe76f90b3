"""Who floods, stalls or never reads over Wyoming costs little memory, and disturbs nobody."""

import asyncio
import socket

import numpy as np
import pytest

from tests.satellites.quick import Words
from tests.satellites.serving import (
    Background,
    listening,
    place,
    resident_bytes,
    running,
    soon,
    until,
)
from tests.satellites.serving import wyoming as served
from tests.satellites.strangers import (
    FLOOD,
    GROWTH_MAX,
    INFO,
    SATELLITES,
    SOUND,
    answers,
    dialled,
    is_ended,
    serves,
    wire,
)
from tests.satellites.wyoming_device import WyomingDevice
from unhear.house.house import House
from unhear.house.voice import Ways
from unhear.satellites import frames, places, wyoming_provider
from unhear.satellites.wyoming_connection import SPEECH_LETTERS_MAX
from unhear.satellites.wyoming_provider import Provider
from unhear.satellites.wyoming_satellite import WyomingSatellite


def test_who_sends_a_byte_and_no_more_is_left(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "EVENT_SECONDS_MAX", 1.0)
    with dialled(port) as slow:
        slow.sendall(b"{")
        assert serves(port)
        assert is_ended(slow)


def test_who_floods_with_sound_costs_little_memory(port: int) -> None:
    chunk = wire("audio-chunk", {**SOUND}, bytes(1 << 16))
    with dialled(port) as connection:
        connection.sendall(wire("transcribe") + wire("audio-start", {**SOUND}) + chunk)
        before = resident_bytes()
        for _ in range(FLOOD // len(chunk)):
            connection.sendall(chunk)
        assert resident_bytes() - before < GROWTH_MAX
    assert serves(port)


def test_who_never_reads_is_left_and_costs_little_memory(
    provider: Provider, port: int, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "EVENT_SECONDS_MAX", 1.0)
    ask = wire("synthesize", {"text": "a" * SPEECH_LETTERS_MAX})
    before = resident_bytes()
    connections = [dialled(port) for _ in range(8)]
    for connection in connections:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.sendall(ask * 50)
    assert serves(port)
    background.do(until(lambda: not provider._open))
    assert resident_bytes() - before < GROWTH_MAX
    for connection in connections:
        connection.close()


def test_of_too_many_connections_the_longest_silent_are_ended(
    provider: Provider, port: int, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    background.do(until(lambda: not provider._open))  # those of other tests count, too
    monkeypatch.setattr(wyoming_provider, "CONNECTIONS_MAX", 3)
    connections = []
    for _ in range(
        3
    ):  # whoever is dialled is not yet taken, and the order in which they are counts
        connections.append(dialled(port))
        background.do(until(lambda: len(provider._open) == len(connections)))
    talker, *silent = connections
    talker.sendall(wire("describe"))
    assert talker.recv(1)
    newest = dialled(port)
    newest.sendall(wire("describe"))
    assert newest.recv(1)
    assert is_ended(silent[0])
    silent[1].sendall(wire("describe"))
    assert silent[1].recv(1)
    for connection in (talker, newest, *silent):
        connection.close()


def test_a_satellite_that_floods_with_pings_and_never_reads_is_left(
    ways: Ways, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "EVENT_SECONDS_MAX", 1.0)
    monkeypatch.setattr(places, "UNTAKEN_SECONDS_MAX", 1.0)
    pings = wire("ping", {"text": "a" * 900}) * 256
    taken: list[int] = []

    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined] # it can be read
        taken.append(0)
        number = len(taken) - 1
        while taken[number] < FLOOD:
            writer.write(pings)
            await writer.drain()
            taken[number] += len(pings)

    before = resident_bytes()
    background.enter(served(flood, ways, "stranger"))
    background.do(until(lambda: len(taken) > 1))
    assert resident_bytes() - before < GROWTH_MAX
    assert taken[0] < FLOOD, "it was listened to, and answered into nothing"


def test_a_satellite_that_floods_with_sound_waits_and_costs_little_memory(
    made: tuple[House, Words], ways: Ways, background: Background
) -> None:
    chunk = wire("audio-chunk", {**SOUND}, np.zeros(1 << 15, np.int16).tobytes())
    neighbour, over = WyomingDevice(), asyncio.Event()

    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(INFO + SATELLITES[2])
        for _chunk in range(200):
            writer.write(chunk)
            await writer.drain()
        over.set()

    before = resident_bytes()
    background.enter(served(flood, ways, "stranger"))
    background.enter(served(neighbour.serve, ways, "neighbour"))
    assert answers(neighbour, made[1], ways, background)
    background.do(over.wait())
    assert resident_bytes() - before < GROWTH_MAX


def test_a_satellite_that_accepts_and_says_nothing_keeps_nobody_waiting(
    made: tuple[House, Words], ways: Ways, background: Background
) -> None:
    async def nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    neighbour = WyomingDevice()
    port = background.enter(listening(nothing))
    background.enter(running(WyomingSatellite(place("stranger", port), ways, soon).run()))
    background.enter(served(neighbour.serve, ways, "neighbour"))
    assert answers(neighbour, made[1], ways, background)
