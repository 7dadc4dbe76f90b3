"""Staying connected with a camera: again and again, whatever it does."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from unhear.cameras.source import CameraAway, CameraRefused, Source
from unhear.clock import Clock
from unhear.household.words import DeviceId

log = logging.getLogger(__name__)

PAUSES_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait before connecting again, longer each time it fails."""

REFUSED_SECONDS = 300.0
"""How long to wait where the password is wrong: cameras shut out who tries too often."""

CLOSE_SECONDS_MAX = 15.0
CLOSE_AWAY_SECONDS_MAX = 1.0
"""How long a camera is waited for that is only being connected to: it has nothing to end."""


class Connect(Protocol):
    """Connects with a camera."""

    def __call__(self, *, hears: bool) -> Source:
        """Connect, for its sound too or not. Raises `CameraRefused` and `CameraAway`."""


class Connection(StrEnum):
    """How it stands with a camera."""

    CONNECTED = "connected"
    AWAY = "away"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CameraState:
    """How it stands with a camera, and since when. Refused: its user or password is wrong."""

    connection: Connection
    since: datetime


class Staying:
    """A thread that stays connected with one of a camera's streams, and has `use` read it.

    `use` returns to be connected anew at once, and when `closing` is set; it raises what is wrong.
    """

    def __init__(
        self,
        device: DeviceId,
        connect: Connect,
        use: Callable[[Source], None],
        now: Clock,
        *,
        hears: Callable[[], bool],
        pauses: Sequence[float] = PAUSES_SECONDS,
    ) -> None:
        self._connect = connect
        self._use = use
        self._now = now
        self._hears = hears
        self._pauses = pauses
        self._state = CameraState(Connection.AWAY, now())
        self._thread = Thread(target=self._run, name=f"camera {device}", daemon=True)
        self.closing = Event()

    @property
    def state(self) -> CameraState:
        """How it stands just now."""
        return self._state

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def close(self) -> None:
        """Disconnect, and wait until what was being read is ended."""
        self.closing.set()
        if self._thread.is_alive():
            connected = self._state.connection is Connection.CONNECTED
            self._thread.join(CLOSE_SECONDS_MAX if connected else CLOSE_AWAY_SECONDS_MAX)

    def _run(self) -> None:
        failures = 0
        while not self.closing.is_set():
            began = monotonic()
            connection, kind = self._connect_and_use()
            if monotonic() - began > self._pauses[-1]:
                failures = 0
            if connection is Connection.CONNECTED:
                continue
            self._note(connection, kind)
            pause = self._pauses[min(failures, len(self._pauses) - 1)]
            self.closing.wait(REFUSED_SECONDS if connection is Connection.REFUSED else pause)
            failures += 1

    def _connect_and_use(self) -> tuple[Connection, str]:
        """Serve one connection until it ends; answer how, and what went wrong."""
        try:
            source = self._connect(hears=self._hears())
            try:
                if not self.closing.is_set():
                    self._note(Connection.CONNECTED, "")
                    self._use(source)
            finally:
                source.close()
        except CameraRefused as error:
            return Connection.REFUSED, str(error)
        except CameraAway as error:
            return Connection.AWAY, str(error)
        except Exception as error:  # noqa: BLE001 - no camera may end the house
            return Connection.AWAY, type(error).__name__
        return Connection.CONNECTED, ""

    def _note(self, connection: Connection, kind: str) -> None:
        """Remember how it stands; what is new is logged, once."""
        if connection is self._state.connection:
            return
        self._state = CameraState(connection, self._now())
        if connection is Connection.CONNECTED:
            log.info("camera connected")
        else:
            log.warning("camera not connected", extra={"state": connection.value, "error": kind})
