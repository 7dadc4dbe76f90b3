"""Notice devices that went: guardians want to be told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from unhear.house.house import House
from unhear.household.alerts import Alert, AlertKind
from unhear.household.words import DeviceId

AWAY_AFTER = timedelta(minutes=10)
"""A device that is started anew, or a router, is back before."""


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
        """Miss nobody yet.

        `serves` says whether this process has a camera, or another does and misses it.
        """
        self._house = house
        self._serves = serves
        self._devices: dict[DeviceId, _Expected] = {}
        self._cameras: frozenset[DeviceId] = frozenset()

    def expect(self, device: DeviceId, room: str) -> None:
        """Count a device as one that should be here; safe to call from another thread."""
        self._devices.setdefault(device, _Expected(room, self._house.clock()))

    def expect_no_more(self, device: DeviceId) -> None:
        """Miss a device no more: another process has it."""
        self._devices.pop(device, None)

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
