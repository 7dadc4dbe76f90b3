"""A port on the loopback interface that nobody uses."""

import socket
from contextlib import suppress
from random import SystemRandom

BELOW_OUTGOING = range(20_000, 32_000)
"""Ports that systems give to no connection that goes out, which might take one away meanwhile."""

CHOICE = SystemRandom()
"""Not the tests' own, which is the same in each of their processes."""


def free_port() -> int:
    """Answer a port that was free a moment ago, an even one: the next may be used as well."""
    while True:
        port = CHOICE.choice(BELOW_OUTGOING[::2])
        with suppress(OSError), _bound(port), _bound(port + 1):
            return port


def _bound(port: int) -> socket.socket:
    one = socket.socket()
    try:
        one.bind(("127.0.0.1", port))
    except OSError:
        one.close()
        raise
    return one
