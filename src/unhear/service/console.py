"""The consoles of a process's homes, served: whose is asked for, the host says."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from unhear.service.addresses import is_loopback
from unhear.service.at_work import AtWork
from unhear.service.errors import kind
from unhear.service.houses import HomeGone, Houses
from unhear.settings import Settings, SettingsWrong
from unhear.web.console import console_app
from unhear.web.home import Home
from unhear.web.serving import Tls, serving

log = logging.getLogger(__name__)

NOBODY = PlainTextResponse("Nothing is served by that name here.\n", 421)
"""Said alike of a name that never was here and of one that is no more (RFC 9110, 15.5.20)."""

GOES_AWAY: Message = {"type": "websocket.disconnect", "code": 1012}
"""What a page is told by a server that is stopped, too (1012 is "service restart")."""

NOT_NOW = PlainTextResponse("Not now; try again in a minute.\n", 503, {"retry-after": "60"})


def serving_console(home: Home, houses: Houses) -> AbstractAsyncContextManager[str]:
    """Serve one home's console while the block runs; yields its address. Raises `SettingsWrong`."""
    settings = home.settings
    host = settings.page.rpartition(":")[0]
    if settings.origin is None and not is_loopback(host):
        raise SettingsWrong(
            f"the console cannot be served at {settings.page!r} like this: browsers use passkeys "
            "and microphones over TLS alone; set origin (and certificate), or page = "
            '"127.0.0.1:8480"'
        )

    def make(url: str) -> ByHost:
        home.origin = settings.origin or named(url)
        return ByHost(houses)

    return serving(make, settings.page, _tls(settings))


def serving_consoles(settings: Settings, houses: Houses) -> AbstractAsyncContextManager[str]:
    """Serve the consoles of many homes, each at its `origin`; yields where they are reached.

    `settings` are the process's own. Raises `SettingsWrong`.
    """
    return serving(lambda _url: ByHost(houses), settings.page, _tls(settings))


def named(url: str) -> str:
    """Answer this machine's own address as passkeys need it: by a name, not by numbers."""
    return f"http://localhost:{url.rpartition(':')[2]}"


class ByHost:
    """Passes each request to the home whose console its host names, which it opens for that."""

    def __init__(self, houses: Houses) -> None:
        self._houses = houses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; a host that is nobody's is told no home's name."""
        name = self._houses.homes.at(Headers(scope=scope).get("host", ""))
        if name is None:
            await _refuse(NOBODY, scope, receive, send)
            return
        async with AsyncExitStack() as stack:
            at_work = await self._opened(name, stack)
            if isinstance(at_work, AtWork):
                if scope["type"] == "websocket":
                    receive = await stack.enter_async_context(_until_over(at_work, receive))
                if at_work.console is None:
                    at_work.console = console_app(at_work.home)
                await at_work.console(scope, receive, send)
            else:
                await _refuse(at_work, scope, receive, send)

    async def _opened(self, name: str, stack: AsyncExitStack) -> AtWork | PlainTextResponse:
        """Answer the home, or what is said in its place."""
        try:
            at_work = await stack.enter_async_context(self._houses.use(name, unmade=True))
        except HomeGone:
            return NOBODY
        except Exception as error:  # noqa: BLE001 - one home must not end the others
            log.error("a home cannot be opened", extra={"home": name, **kind(error)})  # noqa: TRY400 - words
            return NOT_NOW
        return NOT_NOW if at_work.over else at_work


@asynccontextmanager
async def _until_over(at_work: AtWork, receive: Receive) -> AsyncIterator[Receive]:
    """Answer what receives until the home is to be closed; then the other end seems to be gone.

    A page with a microphone may be open for days; when it asks anew, the home is opened anew.
    """
    over = asyncio.ensure_future(at_work.until_over())

    async def received() -> Message:
        coming = asyncio.ensure_future(receive())
        try:
            await asyncio.wait([coming, over], return_when=asyncio.FIRST_COMPLETED)
            return GOES_AWAY if over.done() else coming.result()
        finally:
            coming.cancel()

    try:
        yield received
    finally:
        over.cancel()


async def _refuse(answer: PlainTextResponse, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await answer(scope, receive, send)


def _tls(settings: Settings) -> Tls | None:
    if (settings.certificate is None) != (settings.certificate_key is None):
        raise SettingsWrong("set both certificate and certificate_key, or none of them")
    if settings.certificate is None or settings.certificate_key is None:
        return None
    return Tls(settings.certificate, settings.certificate_key)
