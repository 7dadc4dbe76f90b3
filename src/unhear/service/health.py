"""Where it is asked whether a process is well, and ready: two addresses, and fixed words.

Nobody signs in there, so nothing is told but how far the process is.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from unhear.service.life import Life, Stage
from unhear.web.serving import serving

HEALTH, READY = "/healthz", "/readyz"
SECONDS_MAX = 5.0

Check = Callable[[], str | None]
"""Answers in fixed words what is missing, or None; may wait, and is called in a thread."""


@asynccontextmanager
async def telling_health(
    listen: str | None, life: Life, checks: Sequence[Check]
) -> AsyncIterator[None]:
    """Answer whoever asks while the block runs; nobody where `listen` is None.

    `checks` are made at each question whether the process is ready; more may be added meanwhile.
    Raises `AddressWrong`.
    """
    if listen is None:
        yield
        return
    async with serving(lambda _url: _app(life, checks), listen):
        yield


def _app(life: Life, checks: Sequence[Check]) -> Starlette:
    async def health(_: Request) -> JSONResponse:
        return _answer(None)

    async def ready(_: Request) -> JSONResponse:
        stage = life.tell()
        if stage is not Stage.READY:
            return _answer(stage)
        try:
            async with asyncio.timeout(SECONDS_MAX):
                return _answer(await asyncio.to_thread(_missing, checks))
        except TimeoutError:
            return _answer("it takes too long to find out")

    return Starlette(routes=[Route(HEALTH, health), Route(READY, ready)])


def _missing(checks: Sequence[Check]) -> str | None:
    return next((why for check in list(checks) if (why := check()) is not None), None)


def _answer(why: str | None) -> JSONResponse:
    if why is None:
        return JSONResponse({"ok": True})
    return JSONResponse({"ok": False, "why": why}, status_code=503)
