"""Find Wyoming satellites that announce themselves on the local network (zeroconf).

Whoever can announce something on the network can pose as a satellite and hear answers, so a house
looks for them only where its settings say so.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.satellites.places import Place

SERVICE = "_wyoming._tcp.local."
LOOK_UP_MILLISECONDS = 3_000
NAME_LETTERS_MAX = 60


@asynccontextmanager
async def announced(zeroconf: AsyncZeroconf | None = None) -> AsyncIterator["asyncio.Queue[Place]"]:
    """Look for satellites while the block runs; each comes once through the queue."""
    found: asyncio.Queue[Place] = asyncio.Queue()
    tasks: set[asyncio.Task[None]] = set()
    network = zeroconf or AsyncZeroconf()

    def changed(
        zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is ServiceStateChange.Added:
            task = asyncio.ensure_future(_look_up(zeroconf, service_type, name, found))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    browser = AsyncServiceBrowser(network.zeroconf, SERVICE, handlers=[changed])
    try:
        yield found
    finally:
        await browser.async_cancel()
        if zeroconf is None:
            await network.async_close()


async def _look_up(
    zeroconf: Zeroconf, service_type: str, name: str, found: "asyncio.Queue[Place]"
) -> None:
    service = AsyncServiceInfo(service_type, name)
    if not await service.async_request(zeroconf, LOOK_UP_MILLISECONDS):
        return
    addresses = service.parsed_scoped_addresses(IPVersion.All)
    plain = re.sub(r"[^\w -]", "", name.removesuffix(f".{SERVICE}"))[:NAME_LETTERS_MAX].strip()
    if addresses and service.port and plain:
        device = DeviceId(plain.casefold())
        found.put_nowait(Place(device, addresses[0], service.port, device, UNKNOWN_PERSON))
