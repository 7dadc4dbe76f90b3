"""What the skills may ask of the cameras and the door."""

from collections.abc import Sequence
from datetime import datetime

from unhear.house.house import House
from unhear.house.watched import CameraElsewhere
from unhear.household.cameras import Mode
from unhear.household.scope import Scope
from unhear.household.words import WHOEVER_IS_SEEN, DeviceId, Seen


class HouseDoor:
    """A skill's view of the house's cameras."""

    def __init__(self, house: House) -> None:
        self._house = house

    def cameras(self) -> Sequence[DeviceId]:
        """Answer the cameras by name, in order."""
        return sorted(self._house.cameras.named)

    def outside(self, device: DeviceId) -> bool:
        """Whether a device stands at a camera, for those before it."""
        return device in self._house.door.speakers()

    def rings(self, since: datetime) -> Sequence[datetime]:
        """Answer when somebody rang since then, oldest first, as far as film of it is kept."""
        filmed = self._house.catalogue.recordings(Scope(person=WHOEVER_IS_SEEN, since=since))
        zone = self._house.settings.zone
        return [
            one.utterance.heard_at.astimezone(zone)
            for one in filmed
            if Seen.RING in one.utterance.seen
        ]

    def answer(self, text: str) -> bool:
        """Say `text` to who rang last; answer whether that could be."""
        try:
            return self._house.door.answer(text)
        except CameraElsewhere:
            return False

    def live_as(self, mode: Mode) -> None:
        """Note how the household lives now."""
        self._house.household = self._house.cameras.live_as(mode)
