"""Serve an app over HTTP on one address until the process is told to stop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

STOP_SECONDS_MAX = 5
"""How long requests in progress may take once the server is told to stop."""

MESSAGE_BYTES_MAX = 1 << 16
"""The longest WebSocket message that is read."""

PORT_MAX = 65535


class AddressWrong(Exception):
    """An address cannot be listened on; the message says why."""


def serve(app: Starlette, listen: str, ready: Callable[[str], None]) -> None:
    """Listen on HOST:PORT, tell `ready` the URL, and answer until told to stop.

    Port 0 takes a free one. Raises `AddressWrong`.
    """
    with _listener(listen) as listener:
        ready(_url(listener))
        uvicorn.Server(_config(app)).run(sockets=[listener])


@dataclass(frozen=True, slots=True)
class Tls:
    """The certificate that browsers are shown, with its chain, and its key (PEM files)."""

    certificate: Path
    key: Path


@asynccontextmanager
async def serving(
    make: Callable[[str], ASGIApp], listen: str, tls: Tls | None = None
) -> AsyncIterator[str]:
    """Serve beside other work while the block runs; answer the URL. Raises `AddressWrong`.

    `make` is told the URL and answers what is served there.
    """
    with _listener(listen) as listener:
        url = _url(listener)
        url = url if tls is None else url.replace("http://", "https://")
        config = _config(make(url))
        if tls is not None:
            config.ssl_certfile, config.ssl_keyfile = tls.certificate, tls.key
        server = _Beside(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield url
        finally:
            server.should_exit = True
            await task


class _Beside(uvicorn.Server):
    """A server that leaves the process's signals to the program it is part of."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,
        log_config=None,  # its lines go where all others go
        log_level="warning",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
        ws="websockets-sansio",
        ws_max_size=MESSAGE_BYTES_MAX,
    )


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _listener(listen: str) -> socket.socket:
    host, separator, port = listen.rpartition(":")
    plain = separator and port.isascii() and port.isdigit()
    if not plain or int(port) > PORT_MAX:
        raise AddressWrong(f"{listen!r} is no address; write HOST:PORT, such as 127.0.0.1:8400")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise AddressWrong(f"{listen!r} is no address of this machine: {error}") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise AddressWrong(f"cannot listen on {listen}: {error.strerror}") from None
    return listener
