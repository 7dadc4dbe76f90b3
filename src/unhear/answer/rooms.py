"""What a skill may do with the rooms of the house: speak there, ring, play, be quiet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from unhear.household.words import DeviceId, TraceId


@dataclass(frozen=True, slots=True)
class Countdown:
    """A timer that runs: `id` is the item it is remembered as, `device` where it was set."""

    id: TraceId
    device: DeviceId
    name: str
    length: timedelta
    ends_at: datetime


class Rooms(Protocol):
    """The rooms with a device that can speak, seen from the device that is being answered."""

    @property
    def here(self) -> str:
        """The name of this device's room."""

    def names(self) -> Sequence[str]:
        """Answer the rooms where something can be said now, in the order of their names."""

    def devices(self) -> Sequence[DeviceId]:
        """Answer the devices of this room, this one among them."""

    def announce(self, text: str, room: str | None = None) -> Sequence[str]:
        """Say `text` in a room, or in all but this; answer the rooms in which it is said."""

    def ring(self, text: str, device: DeviceId) -> None:
        """Say `text` on a device again and again, until somebody says stop or minutes pass.

        Where the device is away another one rings.
        """

    def say(self, text: str, device: DeviceId) -> None:
        """Say `text` on a device once, unasked; on another where it is away."""

    def quiet(self) -> bool:
        """Stop what rings anywhere and what plays here; answer whether there was anything."""

    def show(self, running: Sequence[Countdown]) -> None:
        """Let devices that can show timers show these, each where it was set, and no others."""

    def play(self, tracks: Sequence[Path]) -> None:
        """Play sound files here, one after the other, in place of what plays."""

    def skip(self) -> bool:
        """Go on to the next track; answer whether anything played."""

    @property
    def volume(self) -> int:
        """How loud this device is, 0 to 100."""

    def set_volume(self, percent: int) -> None:
        """Make this device louder or quieter, 0 to 100."""
