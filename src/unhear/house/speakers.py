"""The speakers of a house, in this process or in another: what is said at a door finds its way."""

from collections.abc import Callable, Iterable

from unhear.answer.synthesiser import Speech
from unhear.house.beyond import Beyond
from unhear.house.rooms import Switchboard
from unhear.household.words import DeviceId


class Speakers:
    """What is said on one very device; raises `CameraElsewhere` as `Beyond` does."""

    def __init__(self, rooms: Switchboard, beyond: Callable[[], Beyond | None]) -> None:
        self._rooms = rooms
        self._beyond = beyond

    def has(self, device: DeviceId) -> bool:
        """Whether it is there."""
        beyond = self._beyond()
        return device in self._rooms.places() or (beyond is not None and beyond.speaks(device))

    def say(self, text: str, device: DeviceId) -> bool:
        """Say `text` there once; answer whether it is there."""
        if self._rooms.say_there(text, device):
            return True
        beyond = self._beyond()
        return beyond is not None and beyond.say(text, device)

    def relay(self, device: DeviceId, speech: Iterable[Speech]) -> bool:
        """Play a voice there as it comes, after a chime; answer whether it is there."""
        if self._rooms.relay(device, speech):
            return True
        beyond = self._beyond()
        return beyond is not None and beyond.relay(device, speech)
