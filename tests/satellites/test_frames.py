"""Whatever a stranger sends is an event or a refusal, soon, and never much memory."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wyoming.event import Event

from unhear.satellites import frames
from unhear.satellites.frames import FrameBroken, read_event, write_event

NAMES = st.text("abcdefghijklmnopqrstuvwxyz-_", min_size=1, max_size=20)
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=50)


def read_all(data: bytes) -> list[Event]:
    async def read() -> list[Event]:
        reader = asyncio.StreamReader(limit=frames.HEADER_BYTES_MAX)
        reader.feed_data(data)
        reader.feed_eof()
        events = []
        while (event := await read_event(reader)) is not None:
            events.append(event)
        return events

    return asyncio.run(read())


class Written:
    """A stream writer that keeps what is written."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    def writelines(self, lines: tuple[bytes, ...]) -> None:
        self.data += b"".join(lines)

    async def drain(self) -> None:
        """Nothing waits."""


@given(st.lists(st.tuples(NAMES, st.dictionaries(NAMES, VALUES), st.binary(max_size=300))))
def test_what_is_written_is_read(sent: list[tuple[str, dict[str, object], bytes]]) -> None:
    events = [Event(kind, data, payload or None) for kind, data, payload in sent]
    writer = Written()

    async def write() -> None:
        for event in events:
            await write_event(event, writer)  # type: ignore[arg-type] # it writes like one

    asyncio.run(write())
    assert read_all(writer.data) == events


@given(st.binary(max_size=500))
def test_noise_is_refused_or_ends(noise: bytes) -> None:
    try:
        read_all(noise)
    except FrameBroken:
        return


@given(st.dictionaries(NAMES, VALUES | st.lists(VALUES) | st.dictionaries(NAMES, VALUES)))
def test_any_json_is_an_event_or_refused(content: dict[str, object]) -> None:
    try:
        events = read_all(json.dumps(content).encode() + b"\n")
    except FrameBroken:
        return
    assert [event.type for event in events] == [content["type"]]


@pytest.mark.parametrize(
    "header",
    [
        {"type": "x", "payload_length": 1 << 40},
        {"type": "x", "payload_length": -1},
        {"type": "x", "payload_length": "9"},
        {"type": "x", "payload_length": True},
        {"type": "x", "data_length": 1 << 30},
        {"type": "x", "data_length": 1.5},
        {"type": 7},
        {"type": "x", "data": [1]},
        [],
        "x",
    ],
)
def test_lengths_that_nobody_needs_are_refused_before_they_are_read(header: object) -> None:
    with pytest.raises(FrameBroken):
        read_all(json.dumps(header).encode() + b"\n" + b"\0" * 100)


@pytest.mark.parametrize(
    "data", [b'{"type": "x", "payload_length": 5}\nabc', b'{"type": "x"', b"["]
)
def test_an_end_within_an_event_is_told(data: bytes) -> None:
    with pytest.raises(FrameBroken):
        read_all(data)


def test_a_line_without_an_end_is_refused_and_does_not_grow() -> None:
    with pytest.raises(FrameBroken):
        read_all(b'{"type": "' + b"x" * (frames.HEADER_BYTES_MAX * 3))
    with pytest.raises(FrameBroken):
        read_all(b"[" * 50_000 + b"\n")


def test_a_slow_sender_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "EVENT_SECONDS_MAX", 0.01)

    async def slow() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(b"{")
        await read_event(reader)

    with pytest.raises(FrameBroken, match="too long"):
        asyncio.run(slow())
