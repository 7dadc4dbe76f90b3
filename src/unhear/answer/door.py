"""What a skill may know of the cameras and the door, and do there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from unhear.household.cameras import Mode
from unhear.household.words import DeviceId


class AtTheDoor(Protocol):
    """The cameras and doorbells of the house, as far as somebody who asks may know of them."""

    def cameras(self) -> Sequence[DeviceId]:
        """Answer the cameras by name, in order."""

    def outside(self, device: DeviceId) -> bool:
        """Whether strangers can speak to this device: it stands at a camera, for those before it.

        There nothing is told of the house, and nobody is obeyed.
        """

    def rings(self, since: datetime) -> Sequence[datetime]:
        """Answer when somebody rang since then, oldest first, as far as film of it is kept."""

    def answer(self, text: str) -> bool:
        """Say `text` to who rang last; answer whether it could be said."""

    def live_as(self, mode: Mode) -> None:
        """Note how the household lives now; cameras record accordingly."""


class NoDoor:
    """A house without cameras."""

    def cameras(self) -> Sequence[DeviceId]:
        """Answer none."""
        return ()

    def outside(self, device: DeviceId) -> bool:  # noqa: ARG002 - as the protocol has it
        """Answer that none is."""
        return False

    def rings(self, since: datetime) -> Sequence[datetime]:  # noqa: ARG002 - as the protocol has it
        """Answer none."""
        return ()

    def answer(self, text: str) -> bool:  # noqa: ARG002 - as the protocol has it
        """Answer that it could not be said."""
        return False

    def live_as(self, mode: Mode) -> None:
        """Do nothing: there is no camera to obey."""
