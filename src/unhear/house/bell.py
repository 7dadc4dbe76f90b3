"""What whoever hears of a door tells the house: a web hook, a broker, a camera itself."""

from typing import Protocol

from unhear.household.words import DeviceId


class Bell(Protocol):
    """Is told what happens at the cameras; never waits, and may be called from any thread."""

    def rang(self, camera: DeviceId) -> None:
        """Take note that somebody pressed a camera's button."""

    def moved(self, camera: DeviceId) -> None:
        """Take note that a camera says that something moves before it."""
