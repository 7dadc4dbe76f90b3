"""The house behind the console: there, or about to be made in a guardian's browser."""

import asyncio
from dataclasses import dataclass, field
from threading import Lock

from unhear.house.accounts import tell_guessing_over
from unhear.house.bell import Doorbell
from unhear.house.house import House
from unhear.house.leases import Leases
from unhear.house.own_household import NotSetUp
from unhear.house.shared import Shared
from unhear.house.voice import Ways
from unhear.settings import Settings
from unhear.web.ceremonies import Ceremonies
from unhear.web.challenges import ChallengesHere, SharedChallenges
from unhear.web.problems import Problem

NOT_SET_UP = Problem(409, "not-set-up", "There is no household here yet; make one first.")
ELSEWHERE = Problem(
    503,
    "cameras-elsewhere",
    "Another process of this house has the cameras (`unhear ears`), and it cannot be reached from "
    "here now. Try again in a moment; whoever runs the house finds more at `devices_from` in its "
    "documentation.",
)
"""What a console says of cameras that it must ask another process for, and cannot."""


@dataclass
class Home:
    """What every page and operation works with."""

    settings: Settings
    origin: str = ""
    """The address of the console in browsers, such as `http://localhost:8480`."""

    shared: Shared = field(default_factory=Shared)
    """What its house has in common with others of this process."""

    ways: Ways | None = None
    """How a microphone page is listened to; None until the house is at work."""

    bell: Doorbell | None = None
    """Who is told that somebody pressed a doorbell; None until the house is at work."""

    leases: Leases | None = None
    """Whose names devices have, where several processes serve the house; None until it is at work.
    """

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once there is a house."""

    _house: House | None = None
    _lock: Lock = field(default_factory=Lock)
    _loop: asyncio.AbstractEventLoop | None = None
    _first: ChallengesHere = field(default_factory=ChallengesHere)

    @property
    def house(self) -> House:
        """The house. Raises `Problem` before there is one."""
        if self._house is None:
            raise NOT_SET_UP
        return self._house

    @property
    def ready(self) -> bool:
        """Whether there is a house."""
        return self._house is not None

    @property
    def ceremonies(self) -> Ceremonies:
        """The passkey ceremonies of this console, or of the page that makes the household."""
        house = self._house
        if house is None:
            return Ceremonies(self.origin, self._first)
        return Ceremonies(self.origin, SharedChallenges(house.passing, house.clock))

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Open the house where there is one; `loop` is told of one that is made later."""
        self._loop = loop
        try:
            self.open()
        except NotSetUp:
            return

    def open(self) -> House:
        """Open the house, once. Raises `NotSetUp` and what `House` raises."""
        with self._lock:
            if self._house is None:
                self._house = House(self.settings, self.shared)
                if self._loop is not None:
                    self._loop.call_soon_threadsafe(self.opened.set)
            return self._house

    def tick(self) -> None:
        """Say when an attack is over, and take away sign-ins and notes that are; now and then."""
        house = self.house
        if (attempts := house.guesses.over()) is not None:
            tell_guessing_over(house, attempts)
        house.sign_ins.tidy()
        house.passing.tidy()

    def close(self) -> None:
        """Close the house, if there is one; it can be opened again."""
        self.ways = self.bell = self.leases = None
        with self._lock:
            house, self._house = self._house, None
            if house is not None:
                house.close()
