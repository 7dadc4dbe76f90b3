"""Who started this process and asks how it is, as the environment tells."""

import os
from typing import NamedTuple


class Supervisor(NamedTuple):
    """Who started this process and asks how it is: systemd, as sd_notify(3) says, or nobody."""

    socket: str | None
    watchdog_seconds: float | None


def read_supervisor() -> Supervisor:
    """Answer who asks how this process is."""
    told = os.environ  # noqa: TID251 - this is where the environment is read
    microseconds = told.get("WATCHDOG_USEC", "")
    seconds = int(microseconds) / 1e6 if microseconds.isdigit() and int(microseconds) else None
    return Supervisor(told.get("NOTIFY_SOCKET"), seconds)
