"""Wyoming events from and to a stream, with a bound on everything a stranger may send.

The protocol: one line of JSON, then perhaps JSON data, then perhaps a payload, with their lengths
in the line. Source: https://github.com/OHF-Voice/wyoming#format. The package `wyoming` reads
whatever length it is told; this reads no more than fits.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from wyoming.event import Event, async_write_event
from wyoming.ping import Pong

HEADER_BYTES_MAX = 1 << 16
DATA_BYTES_MAX = 1 << 18
"""Parsed, JSON takes up to thirty times as much."""

PAYLOAD_BYTES_MAX = 1 << 20
"""More than ten seconds of any sound that is sent."""

PING_LETTERS_MAX = 1_000
EVENT_SECONDS_MAX = 20.0
"""How long one event may take from its first byte to its last."""


class FrameBroken(Exception):
    """What came is no Wyoming event, or a larger one than anybody needs."""


async def connect(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection whose lines are bounded. Raises `OSError`."""
    return await asyncio.open_connection(host, port, limit=HEADER_BYTES_MAX)


async def read_event(reader: asyncio.StreamReader) -> Event | None:
    """Answer the next event, or None at the end of the stream between two events.

    Waits for its first byte as long as it takes, and for the rest `EVENT_SECONDS_MAX`. Raises
    `FrameBroken`, after which the stream cannot be used any more, and `OSError`.
    """
    first = await reader.read(1)
    if not first:
        return None
    try:
        async with asyncio.timeout(EVENT_SECONDS_MAX):
            return await _rest(first, reader)
    except TimeoutError:
        raise FrameBroken("an event took too long to arrive") from None
    except asyncio.IncompleteReadError:
        raise FrameBroken("the stream ended within an event") from None
    except (ValueError, RecursionError) as error:
        # Also a line that is too long; the error's words could hold what was sent.
        raise FrameBroken(f"no event: {type(error).__name__}") from None


async def write_event(event: Event, writer: asyncio.StreamWriter) -> None:
    """Send an event; waits while the other side is slow. Raises `OSError` and `TimeoutError`."""
    async with asyncio.timeout(EVENT_SECONDS_MAX):
        await async_write_event(event, writer)


def text_of(event: Event) -> str:
    """Answer an event's text. Raises `FrameBroken` where it has none, or none of letters."""
    text = event.data.get("text")
    if not isinstance(text, str) or not _speakable(text):
        raise FrameBroken("this event has a text")
    return text


def pong(ping: Event) -> Event:
    """Answer the answer to a ping, which repeats its text. Raises `FrameBroken` for a long one."""
    text = None if ping.data.get("text") is None else text_of(ping)
    if text is not None and len(text) > PING_LETTERS_MAX:
        raise FrameBroken("a ping has a short text")
    return Pong(text=text).event()


def end(writer: asyncio.StreamWriter) -> None:
    """End a connection, at once where something of it was not taken: that might take for ever."""
    if writer.transport.get_write_buffer_size():
        writer.transport.abort()
    else:
        writer.close()


async def _rest(first: bytes, reader: asyncio.StreamReader) -> Event:
    line = first if first == b"\n" else first + await reader.readline()
    if not line.endswith(b"\n"):
        raise FrameBroken("the stream ended within an event")
    header = _object(line)
    kind, data = header.get("type"), header.get("data") or {}
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise FrameBroken("an event has a type, and its data are named")
    more = await _part(reader, header, "data_length", DATA_BYTES_MAX)
    if more:
        data = {**data, **_object(more)}
    payload = await _part(reader, header, "payload_length", PAYLOAD_BYTES_MAX)
    return Event(type=kind, data=data, payload=payload or None)


async def _part(
    reader: asyncio.StreamReader, header: Mapping[str, Any], length_name: str, bytes_max: int
) -> bytes:
    length = header.get(length_name) or 0
    if not isinstance(length, int) or isinstance(length, bool) or not 0 <= length <= bytes_max:
        raise FrameBroken(f"{length_name} must be a number from 0 to {bytes_max}")
    return await reader.readexactly(length)


def _object(line: bytes) -> dict[str, Any]:
    content = json.loads(line)
    if not isinstance(content, dict):
        raise FrameBroken("an event is a JSON object")
    return content


def _speakable(text: str) -> bool:
    """Whether it has letters alone: JSON can hold halves of them."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
