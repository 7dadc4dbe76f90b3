"""A line to another process of a home, for whoever waits in a thread; see `sealing`."""

import socket
from contextlib import closing
from threading import Lock
from typing import Any

from unhear.service.messages import (
    LENGTH_BYTES,
    Message,
    MessageBroken,
    framed,
    length_of,
    packed,
    unpacked,
)
from unhear.service.sealing import HELLO_BYTES, Caller, Stranger
from unhear.settings import UNIX

CONNECT_SECONDS_MAX, HELLO_SECONDS_MAX = 2.0, 5.0
SEND_SECONDS_MAX = 20.0

Place = tuple[socket.AddressFamily, str | tuple[Any, ...]]
"""Where a process listens, as sockets know it."""


class LineBroken(Exception):
    """The other side is gone, or never was, or is none of this home's."""


def places(address: str) -> list[Place]:
    """Answer where HOST:PORT or unix:/PATH is: several, where a name is that of several."""
    if address.startswith(UNIX):
        return [(socket.AF_UNIX, address.removeprefix(UNIX))]
    host, _, port = address.rpartition(":")
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys((family, where) for family, _, _, _, where in found))


class Line:
    """A line that is open; one thread may send, another receive, and any may close it."""

    def __init__(self, place: Place, key: bytes) -> None:
        """Open it. Raises `LineBroken`."""
        family, where = place
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._sending = Lock()
        try:
            self._socket.settimeout(CONNECT_SECONDS_MAX)
            self._socket.connect(where)
            self._socket.settimeout(HELLO_SECONDS_MAX)
            caller = Caller(key)
            self._socket.sendall(caller.hello)
            self._sealing = caller.answered(self._read(HELLO_BYTES))
        except (OSError, Stranger, LineBroken):
            self._socket.close()
            raise LineBroken from None

    def send(self, message: Message) -> None:
        """Send a message; waits while the other side is slow. Raises `LineBroken`."""
        try:
            with self._sending:
                self._socket.settimeout(SEND_SECONDS_MAX)
                self._socket.sendall(framed(self._sealing.seal(packed(message))))
        except OSError:
            raise LineBroken from None

    def receive(self, seconds: float | None) -> Message:
        """Answer what comes next, waiting so long for each part of it. Raises `LineBroken`."""
        try:
            self._socket.settimeout(seconds)
            length = length_of(self._read(LENGTH_BYTES))
            return unpacked(self._sealing.open(self._read(length)))
        except (OSError, Stranger, MessageBroken):
            raise LineBroken from None

    def close(self) -> None:
        """End it; whoever waits for something in another thread waits no more."""
        with closing(self._socket):
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # the other side was sooner

    def _read(self, length: int) -> bytes:
        parts = []
        while length:
            if not (part := self._socket.recv(length)):
                raise LineBroken
            parts.append(part)
            length -= len(part)
        return b"".join(parts)
