"""What is told of the doors: by a web hook, a broker or a camera itself; and to others."""

from typing import Protocol

from unhear.household.words import DeviceId


class Doorbell(Protocol):
    """Is told what a camera itself says; never waits, and may be called from any thread."""

    def rang(self, camera: DeviceId) -> None:
        """Take note that somebody pressed a camera's button."""

    def moved(self, camera: DeviceId) -> None:
        """Take note that something moves before a camera."""


class Bell(Doorbell, Protocol):
    """Is told whatever is noticed at the cameras."""

    def seen(self, camera: DeviceId) -> None:
        """Take note that a person is before a camera."""
