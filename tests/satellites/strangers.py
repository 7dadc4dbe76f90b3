"""What strangers send over Wyoming, and who must be served all the same."""

import asyncio
import json
import socket

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from wyoming.event import Event, async_read_event, async_write_event
from wyoming.handle import Handled
from wyoming.info import Info

from tests.satellites.quick import Words, spoken
from tests.satellites.rooms import NotedAssistant
from tests.satellites.serving import Background
from tests.satellites.wyoming_device import SATELLITE, WyomingDevice
from unhear.capture.sound import RATE_HZ
from unhear.house.voice import Ways

PATIENCE = 60
MARK = "wheelbarrow"
GROWTH_MAX = 24 << 20
FLOOD = 96 << 20
FUZZ = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
SOUND = {"rate": RATE_HZ, "width": 2, "channels": 1}


def wire(kind: str, data: dict[str, object] | None = None, payload: bytes = b"") -> bytes:
    """Answer an event as it goes over the wire."""
    header = {"type": kind, "data": data or {}, "payload_length": len(payload)}
    return json.dumps(header).encode() + b"\n" + payload


OFFERED = [
    wire("describe"),
    wire("ping", {"text": MARK}),
    wire("transcribe", {"name": MARK}),
    wire("detect"),
    wire("audio-start", {**SOUND}),
    wire("audio-chunk", {**SOUND}, MARK.encode() * 20),
    wire("audio-chunk", {"rate": 44_100, "width": 4, "channels": 2}, b"\1\2\3\4" * 200),
    wire("audio-stop"),
    wire("synthesize", {"text": MARK}),
    wire("recognize", {"text": f"set a {MARK} timer for ten minutes"}),
    wire("transcript", {"text": f"flurb the {MARK}"}),
]
INFO = wire("info", Info(satellite=SATELLITE).event().data)
SATELLITES = [
    INFO,
    wire("run-pipeline", {"start_stage": "asr", "end_stage": "tts", "name": MARK}),
    wire("run-pipeline", {"start_stage": "wake", "end_stage": "tts"}),
    wire("audio-chunk", {**SOUND}, spoken()[:4_000].tobytes()),
    wire("audio-chunk", {**SOUND}, bytes(20_000)),
    wire("detection", {"name": MARK}),
    wire("ping", {"text": MARK}),
    wire("pong"),
    wire("streaming-stopped"),
    wire("played"),
]
NAMES = st.sampled_from(
    ["audio-chunk", "run-pipeline", "ping", "info", "detection", "synthesize", "transcript"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["text", "rate", "width", "channels", "timestamp", "start_stage", "name", "satellite"]
)


@st.composite
def any_events(draw: st.DrawFn) -> bytes:
    """Answer events of known kinds, with anything in them."""
    fields = st.dictionaries(FIELDS, VALUES, max_size=6)
    events = st.builds(wire, NAMES, fields, st.binary(max_size=60))
    return b"".join(draw(st.lists(events, min_size=1, max_size=6)))


class Stranger:
    """A satellite that sends what a test tells it, and ends; then the next connection's turn."""

    def __init__(self) -> None:
        self.sends: asyncio.Queue[bytes] = asyncio.Queue()
        self.over: asyncio.Queue[None] = asyncio.Queue()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await self.sends.get()
        try:
            writer.write(data)
            writer.write_eof()
            await reader.read()
        finally:
            writer.transport.abort()
            self.over.put_nowait(None)

    async def send(self, data: bytes) -> None:
        self.sends.put_nowait(data)
        await self.over.get()


def dialled(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def sent(port: int, data: bytes) -> None:
    """Send something, end, and read until the other side has ended too."""
    with dialled(port) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 16):
                pass
        except ConnectionError:
            return


async def asked(port: int, *events: Event) -> Event | None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for event in events:
            await async_write_event(event, writer)
        return await async_read_event(reader)
    finally:
        writer.close()


def is_ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def serves(port: int) -> bool:
    answer = asyncio.run(asked(port, Event("transcript", {"text": "what is two plus two"})))
    return answer is not None and Handled.from_event(answer).text == "That is 4."


def told_nothing(caplog: pytest.LogCaptureFixture) -> bool:
    words = [record.getMessage() + repr(record.exc_info) for record in caplog.records]
    return MARK not in " ".join(words)


def answers(device: WyomingDevice, words: Words, ways: Ways, background: Background) -> bool:
    """Whether another satellite is answered."""
    assert isinstance(ways.assistant, NotedAssistant)
    background.do(device.runs.wait())
    while not words.next.empty():
        words.next.get()
    words.next.put("what is two plus two")
    background.do(device.ask(spoken()))
    while True:
        who, turn = ways.assistant.turns.get(timeout=PATIENCE)
        if who == "neighbour":
            return turn.reply.text == "That is 4."
