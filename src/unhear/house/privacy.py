"""What the privacy skill may ask of the house."""

from collections.abc import Sequence
from datetime import datetime

from unhear.answer.skill import Heard
from unhear.house.house import House
from unhear.household.scope import Scope
from unhear.household.words import DeviceId


class HousePrivacy:
    """The privacy skill's view of the house, from one device."""

    def __init__(self, house: House, device: DeviceId) -> None:
        self._house = house
        self._device = device

    def forget(self, scope: Scope) -> int:
        """Erase the scope with a receipt; answer how many recordings it named."""
        named = len(self._house.catalogue.recordings(scope))
        self._house.forgetter.forget(self._house.household.id, scope)
        return named

    def heard(self, scope: Scope) -> Sequence[Heard]:
        """Answer the kept recordings of `scope`, oldest first, without their words."""
        return [
            Heard(
                trace=recording.id,
                heard_at=recording.utterance.heard_at,
                device=recording.utterance.device,
                person=recording.utterance.person,
                seconds=recording.utterance.seconds,
                intent=recording.utterance.intent,
            )
            for recording in self._house.catalogue.recordings(scope)
        ]

    def set_recording(self, *, recording: bool) -> None:
        """Stop or start keeping what this device hears."""
        self._house.household = self._house.family.set_recording(self._device, on=recording)

    def set_listening(self, *, listening: bool, until: datetime | None = None) -> None:
        """Stop or start listening on this device; stop perhaps only `until` a moment."""
        family = self._house.family
        self._house.household = family.set_listening(self._device, on=listening, until=until)
