"""The rooms as a skill sees them: from the device on which somebody asked."""

from collections.abc import Sequence
from pathlib import Path

from unhear.answer.rooms import Countdown
from unhear.house.rooms import Switchboard
from unhear.household.words import DeviceId


class RoomsOf:
    """The rooms as a skill sees them from one device."""

    def __init__(self, switchboard: Switchboard, device: DeviceId) -> None:
        self._switchboard = switchboard
        self._device = device

    @property
    def here(self) -> str:
        """The name of this device's room."""
        return self._switchboard.room_of(self._device)

    def names(self) -> Sequence[str]:
        """Answer the rooms where something can be said now."""
        return self._switchboard.rooms()

    def devices(self) -> Sequence[DeviceId]:
        """Answer the devices of this room, this one among them."""
        others = self._switchboard.devices_of(self.here)
        return sorted({self._device, *others})

    def announce(self, text: str, room: str | None = None) -> Sequence[str]:
        """Say `text` in a room, or in all but this; answer where it is said."""
        others = {name for name in self.names() if name != self.here}
        return self._switchboard.announce(text, others if room is None else {room})

    def ring(self, text: str, device: DeviceId) -> None:
        """Say `text` on a device until it is stopped."""
        self._switchboard.ring(text, device)

    def say(self, text: str, device: DeviceId) -> None:
        """Say `text` on a device once."""
        self._switchboard.say(text, device)

    def quiet(self) -> bool:
        """Stop what rings anywhere and what plays here."""
        return self._switchboard.quiet(self._device)

    def show(self, running: Sequence[Countdown]) -> None:
        """Let devices show these timers, and no others."""
        self._switchboard.show(running)

    def play(self, tracks: Sequence[Path]) -> None:
        """Play sound files here."""
        self._switchboard.play(self._device, tracks)

    def skip(self) -> bool:
        """Go on to the next track."""
        return self._switchboard.skip(self._device)

    @property
    def volume(self) -> int:
        """How loud this device is, 0 to 100."""
        return self._switchboard.volume(self._device)

    def set_volume(self, percent: int) -> None:
        """Make this device louder or quieter."""
        self._switchboard.set_volume(self._device, percent)
