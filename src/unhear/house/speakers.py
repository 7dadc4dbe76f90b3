"""The speakers of a house, in this process or in another: what is said unasked finds its way."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from threading import Thread

from unhear.answer.synthesiser import Speech
from unhear.house.beyond import Beyond
from unhear.house.rooms import Switchboard
from unhear.household.words import DeviceId

Choose = Callable[[Mapping[DeviceId, str]], Collection[str]]
"""Answers rooms of those where devices are, by what it knows of the devices."""


class Speakers:
    """What is said on devices that this process has, and on those of others; see `Beyond`."""

    def __init__(self, rooms: Switchboard, beyond: Callable[[], Beyond | None]) -> None:
        self._rooms = rooms
        self._beyond = beyond

    def has(self, device: DeviceId) -> bool:
        """Whether a device is there. Raises `CameraElsewhere`."""
        beyond = self._beyond()
        return device in self._rooms.places() or (beyond is not None and beyond.speaks(device))

    def say(self, text: str, device: DeviceId) -> bool:
        """Say `text` on a device once; answer whether it is there. Raises `CameraElsewhere`."""
        if self._rooms.say_there(text, device):
            return True
        beyond = self._beyond()
        return beyond is not None and beyond.say(text, device)

    def relay(self, device: DeviceId, speech: Iterable[Speech]) -> bool:
        """Play a voice on a device as it comes, after a chime; answer whether it is there.

        Raises `CameraElsewhere`.
        """
        if self._rooms.relay(device, speech):
            return True
        beyond = self._beyond()
        return beyond is not None and beyond.relay(device, speech)

    def rooms(self) -> Sequence[str]:
        """Answer the rooms where something can be said now, by name."""
        beyond = self._beyond()
        there = () if beyond is None else beyond.places().values()
        return sorted({*self._rooms.rooms(), *there})

    def announce(self, text: str, rooms: Collection[str]) -> Sequence[str]:
        """Say `text` in these rooms, once in each; answer where it is said."""
        said, beyond = set(self._rooms.announce(text, rooms)), self._beyond()
        if beyond is not None and (left := set(rooms) - said):
            said.update(beyond.announce(text, left))
        return sorted(said)

    def announce_soon(self, text: str, choose: Choose) -> None:
        """Say `text` in the rooms that are chosen, once in each; never waits."""
        said = self._rooms.announce(text, choose(self._rooms.places()))
        if (beyond := self._beyond()) is not None:
            args = (beyond, text, choose, frozenset(said))
            Thread(target=_announce_beyond, args=args, name="announcement", daemon=True).start()


def _announce_beyond(beyond: Beyond, text: str, choose: Choose, said: frozenset[str]) -> None:
    if left := set(choose(beyond.places())) - said:
        beyond.announce(text, left)
