"""Notice what guardians would want to be told: questions for them, devices that went, trouble."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from unhear.forget.errors import ForgetError
from unhear.forget.snapshot import snapshot
from unhear.house.accounts import OF_ACCOUNTS
from unhear.house.advice import Health
from unhear.house.doctor import QUICK_CHECKS
from unhear.house.house import House
from unhear.house.machine import free_space
from unhear.household.alerts import Alert, AlertKind
from unhear.household.words import DeviceId
from unhear.keep.notices import notices
from unhear.signals.giving import level
from unhear.signals.words import Metric
from unhear.stores.errors import StoreError

DECISIONS_EVERY = timedelta(minutes=1)
AWAY_AFTER = timedelta(minutes=10)
"""A device that is started anew, or a router, is back before."""

CHECK_EVERY = timedelta(hours=1)
"""What is wrong at two checks in a row is told, once, until it was well in between."""


@dataclass(slots=True)
class _Expected:
    """A device that should be here, when it was here last, and whether its absence was told."""

    room: str
    seen_at: datetime
    told: bool = False


class Watch:
    """Watches one house at work; to be asked every second or so, from one thread."""

    def __init__(
        self, house: House, serves: Callable[[DeviceId], bool] = lambda _camera: True
    ) -> None:
        """Begin: what was there before is told nobody, for a restart is no news.

        `serves` says whether this process has a camera, or another does and misses it.
        """
        self._house = house
        self._serves = serves
        now = house.clock()
        self._decided_until = self._looked_at = self._checked_at = now
        self._devices: dict[DeviceId, _Expected] = {}
        self._cameras: frozenset[DeviceId] = frozenset()
        self._wrong: set[str] = set()
        self._told: set[str] = set()

    def expect(self, device: DeviceId, room: str) -> None:
        """Count a device as one that should be here; safe to call from another thread."""
        self._devices.setdefault(device, _Expected(room, self._house.clock()))

    def expect_no_more(self, device: DeviceId) -> None:
        """Miss a device no more: another process has it."""
        self._devices.pop(device, None)

    def tick(self) -> None:
        """Look at what is due, and tell."""
        self.look_for_devices()
        self.look_for_news()

    def look_for_news(self) -> None:
        """Look for what guardians are asked and told, and for trouble, when that is due."""
        now = self._house.clock()
        if now - self._looked_at >= DECISIONS_EVERY:
            self._looked_at = now
            self._look_for_decisions(now)
        if now - self._checked_at >= CHECK_EVERY:
            self._checked_at = now
            self._check()

    def trouble(self) -> None:
        """Tell that something is not as it should be."""
        self._house.alerting.tell(Alert(AlertKind.TROUBLE, self._house.clock()))

    def look_for_devices(self) -> None:
        """Look whether the devices are here that this process serves."""
        now = self._house.clock()
        self._expect_cameras()
        here = {*self._house.rooms.places(), *self._house.cameras.connected()}
        for device, expected in list(self._devices.items()):
            if device in here:
                expected.seen_at, expected.told = now, False
            elif not expected.told and now - expected.seen_at >= AWAY_AFTER:
                expected.told = True
                self._house.alerting.tell(Alert(AlertKind.AWAY, now, expected.room))

    def _expect_cameras(self) -> None:
        """Count the cameras that there are; one that is no more is not missed."""
        cameras = self._house.cameras.named.items()
        named = {device: camera for device, camera in cameras if self._serves(device)}
        for gone in self._cameras - named.keys():
            self._devices.pop(gone, None)
        for device, camera in named.items():
            self.expect(device, camera.room or camera.name)
        self._cameras = frozenset(named)

    def _look_for_decisions(self, now: datetime) -> None:
        """Tell each guardian of what was asked of them, or told them, since the last look.

        Any process may have written it down, so the house is read.
        """
        house, since = self._house, self._decided_until
        if not any(AlertKind.DECISION in one.kinds for one in house.household.subscriptions):
            self._decided_until = now
            return
        household = house.family.read()
        told = snapshot(
            house.database, house.keeper, lambda tx, tree: notices(tx, tree, household.id)
        )
        asked = {one.choice.by for one in household.waiting if since <= one.asked_at < now}
        news = [one for one in told if since <= one.at < now and one.told.key not in OF_ACCOUNTS]
        for guardian in asked | {one.guardian for one in news}:
            house.alerting.tell(Alert(AlertKind.DECISION, now, whom=guardian))
        self._decided_until = now

    def _check(self) -> None:
        wrong = set(self._whats_wrong())
        level(Metric.WRONG, len(wrong))
        self._told &= wrong
        if (wrong & self._wrong) - self._told:
            self._told |= wrong & self._wrong
            self.trouble()
        self._wrong = wrong

    def _whats_wrong(self) -> Iterator[str]:
        for advice in free_space(self._house.settings):
            if advice.health is not Health.OK:
                yield advice.check
        for check in QUICK_CHECKS:
            try:
                yield from (a.check for a in check(self._house) if a.health is Health.WRONG)
            except (ForgetError, StoreError):
                yield check.__name__
