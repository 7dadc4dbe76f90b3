"""Do something in the background, once for all that asked for it meanwhile."""

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.25
"""How long to rest, and gather what is asked for, before it is done once more."""


class Soon:
    """Runs `work` in a thread of its own; the program does not end before it is done."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self._name = name
        self._work = work
        self._lock = Lock()
        self._asked = False
        self._thread: Thread | None = None
        self._hurry = Event()
        self._rested_at = 0.0

    def ask(self) -> None:
        """Have the work done after now, without waiting for it."""
        with self._lock:
            self._asked = True
            if self._thread is None:
                self._hurry.clear()
                self._thread = Thread(target=self._run, name=self._name)
                self._thread.start()

    def wait(self) -> None:
        """Return when everything asked for so far is done, or has failed."""
        self._hurry.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while self._goes_on():
            self._hurry.wait(max(self._rested_at - monotonic(), 0))
            self._asked = False  # what was asked for while it rested is done now
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 - nobody waits to whom it could be raised
                log.warning("failed in the background", extra={"error": type(error).__name__})
            self._rested_at = monotonic() + PAUSE_SECONDS

    def _goes_on(self) -> bool:
        with self._lock:
            if not self._asked:
                self._thread = None
            goes_on, self._asked = self._asked, False
            return goes_on
