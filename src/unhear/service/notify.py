"""Tell systemd how far a process is, where it asks: one datagram a change (sd_notify(3))."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from unhear.settings import Supervisor, read_supervisor

log = logging.getLogger(__name__)

READY, STOPPING, WATCHDOG = "READY=1", "STOPPING=1", "WATCHDOG=1"


def notify(state: str) -> None:
    """Tell it a state; nobody where no supervisor asks."""
    _tell(read_supervisor(), state)


@asynccontextmanager
async def watched() -> AsyncIterator[None]:
    """Show, twice as often as is asked for, that the event loop goes round."""
    supervisor = read_supervisor()
    if supervisor.watchdog_seconds is None:
        yield
        return
    showing = asyncio.create_task(_show(supervisor, supervisor.watchdog_seconds / 2))
    try:
        yield
    finally:
        showing.cancel()
        with suppress(asyncio.CancelledError):
            await showing


async def _show(supervisor: Supervisor, every_seconds: float) -> None:
    while True:
        _tell(supervisor, WATCHDOG)
        await asyncio.sleep(every_seconds)


def _tell(supervisor: Supervisor, state: str) -> None:
    if not supervisor.socket:
        return
    # A name that begins with @ is an abstract one, which begins with a zero byte (unix(7)).
    name = supervisor.socket
    address = "\0" + name[1:] if name.startswith("@") else name
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(state.encode(), address)
    except OSError as error:
        log.warning("the supervisor was not told", extra={"error": type(error).__name__})
