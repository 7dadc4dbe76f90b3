"""Where satellites are, and staying connected with them: again and again, whatever they do."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from socket import IPPROTO_TCP, SO_KEEPALIVE, SOL_SOCKET, socket

from unhear.household.words import DeviceId, PersonId

log = logging.getLogger(__name__)

BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait before connecting again, longer each time it fails."""

CONNECT_SECONDS_MAX = 10.0
UNTAKEN_SECONDS_MAX = 20.0
"""How long a device may be sent what it does not take before it counts as gone."""

TCP_USER_TIMEOUT = 18
"""Linux's number; the time after it is in milliseconds (tcp(7))."""

Wait = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a satellite is to be found, whose it is, and the room it stands in."""

    device: DeviceId
    host: str
    port: int
    room: str
    person: PersonId


async def stay_connected(converse: Callable[[], Awaitable[None]], wait: Wait) -> None:
    """Converse with a device until cancelled; what goes wrong is logged by its kind."""
    loop, failures = asyncio.get_running_loop(), 0
    while True:
        began = loop.time()
        try:
            await converse()
        except Exception as error:  # noqa: BLE001 - no device may end the house
            log.warning("satellite away", extra={"error": type(error).__name__})
        if loop.time() - began > BACKOFF_SECONDS[-1]:
            failures = 0
        await wait(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
        failures += 1


def expect_taking(connection: socket) -> None:
    """Have a connection break where the other side is gone without a word, or takes nothing.

    Where the system has no such option, its own patience holds.
    """
    connection.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)
    with suppress(OSError):
        milliseconds = round(UNTAKEN_SECONDS_MAX * 1_000)
        connection.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds)
