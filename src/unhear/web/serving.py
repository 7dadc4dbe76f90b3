"""Serve an app over HTTP on one address until the process is told to stop."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

STOP_SECONDS_MAX = 5
"""How long requests in progress may take once the server is told to stop."""


PORT_MAX = 65535


class AddressWrong(Exception):
    """An address cannot be listened on; the message says why."""


def serve(app: Starlette, listen: str, ready: Callable[[str], None]) -> None:
    """Listen on HOST:PORT, tell `ready` the URL, and answer until told to stop.

    Port 0 takes a free one. Raises `AddressWrong`.
    """
    listener = _listener(listen)
    host, port = listener.getsockname()[:2]
    ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
    )
    with listener:
        uvicorn.Server(config).run(sockets=[listener])


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
    except OSError as error:
        listener.close()
        raise AddressWrong(f"cannot listen on {listen}: {error.strerror}") from None
    return listener
