"""How far a process is between its start and its end, for whoever asks and whoever waits."""

import asyncio
from enum import StrEnum

NOTICED_SECONDS_MAX = 5.0
"""How long a process that leaves waits until somebody who asks has seen that it does."""

DRAIN_SECONDS_MAX = 25.0
"""How long what was begun may take once a process is told to stop; then it is cut off."""


class Stage(StrEnum):
    """What a process says of itself: these words, and no others."""

    STARTING = "starting"
    NO_HOUSEHOLD = "no household yet"
    READY = "ready"
    LEAVING = "leaving"


class Life:
    """One process's; its parts are told to leave here. To be used from one event loop."""

    def __init__(self, *, asked: bool = False) -> None:
        """`asked` says that somebody asks whether it is ready, and sends work accordingly."""
        self.stage = Stage.STARTING
        self._asked = asked
        self._leaving = asyncio.Event()
        self._noticed = asyncio.Event()

    @property
    def is_leaving(self) -> bool:
        """Whether it was told to stop."""
        return self._leaving.is_set()

    def ready(self) -> None:
        """Say that it does its work from now on."""
        if not self.is_leaving:
            self.stage = Stage.READY

    def anew(self) -> None:
        """Say that it begins its work anew."""
        if not self.is_leaving:
            self.stage = Stage.STARTING

    def leave(self) -> None:
        """Tell it to stop: to begin nothing, and to finish what it has begun."""
        self.stage = Stage.LEAVING
        self._leaving.set()

    def tell(self) -> Stage:
        """Answer how far it is, to somebody who sends it work or not by that."""
        if self.is_leaving:
            self._noticed.set()
        return self.stage

    async def until_left(self) -> None:
        """Wait until it is told to stop, and whoever sends it work has had time to see it."""
        await self._leaving.wait()
        if self._asked:
            await _at_most(self._noticed, NOTICED_SECONDS_MAX)

    async def pause(self, seconds: float) -> bool:
        """Wait, no longer than until it is told to stop; answer whether it goes on."""
        await _at_most(self._leaving, seconds)
        return not self.is_leaving


async def _at_most(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
