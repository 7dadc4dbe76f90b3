"""What other processes of the house have: its cameras and speakers, where these are not here."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from unhear.answer.synthesiser import Speech
from unhear.house.watched import Call, CameraState, View
from unhear.household.words import DeviceId


@dataclass(frozen=True, slots=True)
class CameraTold:
    """How a camera is, as the process that has it tells."""

    state: CameraState
    filming: bool = False
    seen_live: bool = False


class Beyond(Protocol):
    """The other processes of a house, asked for the devices that they have.

    Each question may wait for some seconds. Where none of them has the device, and one that may
    have it cannot be reached, `CameraElsewhere` is raised; safe to use from several threads.
    """

    def told(self, camera: DeviceId) -> CameraTold:
        """Answer how a camera is, not older than a second or two; raises nothing."""

    def camera(self, camera: DeviceId) -> View:
        """Answer a camera, asked for anew with each use."""

    def call(self, camera: DeviceId, offer: str, *, hears: bool) -> Call:
        """Let a browser film for a camera. Raises `CallWrong` and `CameraAway`."""

    def press(self, camera: DeviceId) -> None:
        """Tell whoever has a camera that its button was pressed; another, if nobody has it."""

    def obey(self) -> None:
        """Have everybody who can be reached read now what was decided."""

    def places(self) -> Mapping[DeviceId, str]:
        """Answer the devices that can speak, and their rooms, of who can be asked; raises nothing.

        It is not older than a second or two.
        """

    def speaks(self, device: DeviceId) -> bool:
        """Whether a device is there that can speak."""

    def announce(self, text: str, rooms: Collection[str]) -> Collection[str]:
        """Say `text` in these rooms, once in each; answer where it is said. Raises nothing."""

    def say(self, text: str, device: DeviceId) -> bool:
        """Say `text` on a device once; answer whether it is there."""

    def relay(self, device: DeviceId, speech: Iterable[Speech]) -> bool:
        """Play a voice on a device as it comes; answer whether it is there."""
