"""An ESPHome device can send anything: the house goes on, and tells nothing of it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from tests.satellites.esphome_device import NUMBERS, Device, frame, pb, varint
from tests.satellites.mutations import mutated
from tests.satellites.quick import Words
from tests.satellites.serving import Background, esphome, resident_bytes, until, wyoming
from tests.satellites.strangers import (
    FLOOD,
    FUZZ,
    GROWTH_MAX,
    MARK,
    PATIENCE,
    answers,
    told_nothing,
)
from tests.satellites.wyoming_device import WyomingDevice
from unhear.house.house import House
from unhear.house.voice import Ways
from unhear.satellites import esphome as satellites
from unhear.satellites import places

NOTHING = np.zeros(0, np.int16)
LOUD = b"\x00\x40" * 500
READ_MAX = 64 << 20
"""What tens of thousands of tiny messages may take that are read at once: each is a task for a
moment, before the first of them shows that the device is to be given up."""

MESSAGES: list[Message] = [
    pb.VoiceAssistantRequest(start=True),
    pb.VoiceAssistantRequest(start=True, flags=2, wake_word_phrase=MARK),
    pb.VoiceAssistantRequest(start=False),
    pb.VoiceAssistantAudio(data=LOUD),
    pb.VoiceAssistantAudio(data=b"odd"),
    pb.VoiceAssistantAudio(data=MARK.encode() * 40),
    pb.VoiceAssistantAudio(end=True),
    pb.VoiceAssistantAnnounceFinished(success=True),
    pb.VoiceAssistantConfigurationResponse(active_wake_words=[MARK]),
    pb.DeviceInfoResponse(name=MARK, voice_assistant_feature_flags=1 << 31),
    pb.HelloResponse(api_version_major=1, name=MARK),
    pb.PingRequest(),
    pb.PingResponse(),
    pb.GetTimeRequest(),
    pb.DisconnectRequest(),
]
VALID = [frame(message) for message in MESSAGES]


def raw(number: int, body: bytes) -> bytes:
    """Answer a message of any number and content as it goes over the wire."""
    return b"\0" + varint(len(body)) + varint(number) + body


ANY_MESSAGES = st.lists(
    st.builds(raw, st.sampled_from(sorted(NUMBERS.values())) | st.integers(0, 999), st.binary()),
    max_size=12,
).map(b"".join)


class Stranger(Device):
    """A device that, once it is subscribed to, sends what a test tells it, and ends."""

    def __init__(self) -> None:
        super().__init__(NOTHING)
        self.sends: asyncio.Queue[bytes] = asyncio.Queue()
        self.over: asyncio.Queue[None] = asyncio.Queue()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.subscribed.clear()
        talking = asyncio.create_task(super().serve(reader, writer))
        await asyncio.wait([talking, asyncio.create_task(self._send(writer))])

    async def send_raw(self, data: bytes) -> None:
        """Send these bytes on the next connection, and wait for its end."""
        self.sends.put_nowait(data)
        await self.over.get()

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        await self.subscribed.wait()
        writer.write(await self.sends.get())
        writer.write_eof()
        await until(writer.is_closing)
        self.over.put_nowait(None)


def test_a_house_outlives_any_device(
    made: tuple[House, Words],
    ways: Ways,
    background: Background,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    stranger, neighbour = Stranger(), WyomingDevice()
    background.enter(esphome(stranger.serve, ways, "stranger"))
    background.enter(wyoming(neighbour.serve, ways, "neighbour"))

    @FUZZ
    @given(mutated(VALID) | ANY_MESSAGES | st.binary(max_size=100))
    def messages(data: bytes) -> None:
        background.do(stranger.send_raw(data))

    messages()
    assert answers(neighbour, made[1], ways, background)
    assert told_nothing(caplog)
    assert MARK not in capfd.readouterr().err


@pytest.mark.parametrize(
    "sent",
    [
        b"\0\xff\xff\xff\x7f\x5a",
        b"\0\xff\xff\xff\xff\xff\xff\x01",
        b"\0\x05" + b"\xff" * 9,
        raw(NUMBERS[pb.VoiceAssistantAudio], b"\x0a\xff\xff\xff\xff\x07" + MARK.encode()),
        raw(NUMBERS[pb.VoiceAssistantAudio], b"\x0a" + varint(60_000) + bytes(60_000)),
    ],
    ids=["length", "varint", "number", "lying length", "too much sound"],
)
def test_a_frame_that_nobody_needs_ends_its_connection_at_once(
    ways: Ways, background: Background, caplog: pytest.LogCaptureFixture, sent: bytes
) -> None:
    stranger, again = Device(NOTHING), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if stranger.connections:
            again.set()
        talking = asyncio.create_task(stranger.serve(reader, writer))
        await stranger.subscribed.wait()
        writer.write(sent)
        await talking

    background.enter(esphome(serve, ways, "stranger"))
    background.do(asyncio.wait_for(again.wait(), PATIENCE))
    assert told_nothing(caplog)


@asynccontextmanager
async def flooding(message: Message, ways: Ways) -> AsyncIterator[list[int]]:
    """Serve a device that sends one message again and again and never reads; yields how much."""
    sent: list[int] = []
    data = frame(message) * 64

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        device = Device(NOTHING)
        talking = asyncio.create_task(device.serve(reader, writer))
        await device.subscribed.wait()
        talking.cancel()
        writer.transport.pause_reading()  # type: ignore[attr-defined] # it can be read
        sent.append(0)
        number = len(sent) - 1
        while sent[number] < FLOOD:
            writer.write(data)
            await writer.drain()
            sent[number] += len(data)

    async with esphome(serve, ways, "stranger"):
        yield sent


@pytest.mark.slow
@pytest.mark.parametrize(
    "message",
    [
        pb.VoiceAssistantAudio(data=LOUD),
        pb.VoiceAssistantRequest(start=True),
        pb.VoiceAssistantRequest(start=True, flags=2),
        pb.VoiceAssistantRequest(start=False),
    ],
    ids=["sound", "requests", "requests of a wake word", "stops"],
)
def test_who_floods_is_left_and_others_are_served(
    made: tuple[House, Words], ways: Ways, background: Background, message: Message
) -> None:
    neighbour = WyomingDevice()
    before = resident_bytes()
    background.enter(wyoming(neighbour.serve, ways, "neighbour"))
    sent = background.enter(flooding(message, ways))
    background.do(until(lambda: len(sent) > 1))
    assert answers(neighbour, made[1], ways, background)
    assert sent[0] < FLOOD
    assert resident_bytes() - before < READ_MAX


@pytest.mark.slow
def test_who_asks_and_never_reads_is_left(
    ways: Ways, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "UNTAKEN_SECONDS_MAX", 1.0)
    before = resident_bytes()
    sent = background.enter(flooding(pb.GetTimeRequest(), ways))
    background.do(until(lambda: len(sent) > 1))
    assert resident_bytes() - before < GROWTH_MAX


def test_who_begins_a_frame_and_says_no_more_is_left(
    ways: Ways, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(satellites, "PING_EVERY_SECONDS", 0.05)
    stranger = Device(NOTHING)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talking = asyncio.create_task(stranger.serve(reader, writer))
        await stranger.subscribed.wait()
        stranger.alive = False
        writer.write(b"\0\x10")
        await talking

    background.enter(esphome(serve, ways, "stranger"))
    background.do(until(lambda: stranger.connections > 1))
    assert stranger.connections > 1, "it was left, and is looked for again"
