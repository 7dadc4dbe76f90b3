"""Somebody is at the door: the rooms hear it, guardians elsewhere are told, and it is filmed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock

from unhear.answer.replies import Replies
from unhear.clock import Clock
from unhear.house.alerting import Alerting
from unhear.house.bell import Bell
from unhear.house.cameras import Cameras
from unhear.house.speakers import Speakers
from unhear.household.alerts import Alert, AlertKind
from unhear.household.family import Household
from unhear.household.limits import Refusal
from unhear.household.words import DeviceId, PersonId, Seen, TraceId
from unhear.settings import SatelliteSettings

SKILL = "door"
"""The skill whose words are said, and whose bedtime counts."""

AGAIN_AFTER = timedelta(seconds=10)
"""Two presses of a button within it are one ring, whoever tells of them."""

REMEMBERED_FOR = timedelta(minutes=5)
"""So long somebody who rang is taken to be there, and nobody is told again of people there."""


class Door:
    """Tells of rings and people at the cameras of one house; safe to use from several threads.

    Of each camera it has in memory when it rang and told of somebody last, for some minutes.
    """

    def __init__(
        self,
        *,
        cameras: Cameras,
        speakers: Speakers,
        alerting: Alerting,
        household: Callable[[], Household],
        owners: Callable[[], Mapping[DeviceId, PersonId]],
        say: Callable[[], Replies],
        clock: Clock,
    ) -> None:
        """`owners` says whose devices are, of those that are somebody's; `clock` is local."""
        self._cameras = cameras
        self._speakers = speakers
        self._alerting = alerting
        self._household = household
        self._owners = owners
        self._say = say
        self._clock = clock
        self._lock = Lock()
        self._rang_at: dict[DeviceId, datetime] = {}
        self._seen_at: dict[DeviceId, datetime] = {}
        self._others: list[Bell] = []

    def tell(self, other: Bell) -> None:
        """Have something else told of all that happens at the cameras, such as a broker."""
        self._others.append(other)

    def tell_no_more(self, other: Bell) -> None:
        """Let it be told of nothing more."""
        self._others.remove(other)

    def rang(self, camera: DeviceId) -> None:
        """Take note that a button was pressed: announce it, tell of it, film it.

        Never waits. A camera that the settings do not name is nobody's door.
        """
        if camera not in self._cameras.named or not self._first(camera, self._clock()):
            return
        self._alerting.tell(Alert(AlertKind.RANG, self._clock(), self.room_of(camera)))
        self._speakers.announce_soon(self._announcement(camera), self._awake_rooms)
        self._cameras.rang(camera)
        for other in self._others:
            other.rang(camera)

    def moved(self, camera: DeviceId) -> None:
        """Pass on that a camera says that something moves."""
        if camera in self._cameras.named:
            for other in self._others:
                other.moved(camera)

    def noticed(
        self, camera: DeviceId, clip: TraceId, seen: frozenset[Seen], still: bytes | None
    ) -> None:
        """Tell of what a kept clip shows: guardians of a person, others of motion too."""
        if Seen.MOTION in seen:
            self.moved(camera)
        if Seen.PERSON not in seen:
            return
        for other in self._others:
            other.seen(camera)
        now = self._clock()
        if self._is_news(camera, now):
            room = self.room_of(camera)
            self._alerting.tell(Alert(AlertKind.SEEN, now, room, clip=clip, picture=still))

    def message(self, camera: DeviceId, kept: TraceId) -> None:
        """Tell guardians that a visitor left a message."""
        now = self._clock()
        self._alerting.tell(Alert(AlertKind.RANG, now, self.room_of(camera), clip=kept))

    def answer(self, text: str, camera: DeviceId | None = None) -> bool:
        """Say `text` at a camera's speaker; answer whether that could be.

        By default it is the one that rang in the last minutes, or the only one with a speaker.
        Raises `KeyError` for no camera, and `CameraElsewhere` where its speaker cannot be asked.
        """
        named = self._cameras.named
        chosen = self._waiting() if camera is None else camera
        speaker = None if chosen is None else named[chosen].speaker
        return speaker is not None and self._speakers.say(text, DeviceId(speaker))

    def reply(self, camera: DeviceId, which: str) -> bool:
        """Say one of `replies` at a camera's speaker. Raises `KeyError` for no such thing."""
        return self.answer(self.replies()[which], camera)

    def replies(self) -> dict[str, str]:
        """Answer what can be said at a door with one word, by that word."""
        return dict(self._say().table("at_the_door"))

    def speakers(self) -> frozenset[DeviceId]:
        """Answer the devices that stand at a camera, for those before it."""
        return frozenset(
            DeviceId(one.speaker) for one in self._cameras.named.values() if one.speaker is not None
        )

    def room_of(self, camera: DeviceId) -> str:
        """Answer where a camera stands."""
        placed, named = self._household().device(camera), self._cameras.named[camera]
        return (placed and placed.room) or named.room or named.name

    def drop_old(self) -> None:
        """Forget what is too long ago to matter."""
        now = self._clock()
        with self._lock:
            for when in (self._rang_at, self._seen_at):
                old = [one for one, at in when.items() if now - at >= REMEMBERED_FOR]
                for camera in old:
                    del when[camera]

    def _announcement(self, camera: DeviceId) -> str:
        say, doors = self._say(), [one for one in self._cameras.named.values() if one.doorbell]
        if len(doors) <= 1:
            return say("somebody_is_there")
        return say("somebody_is_at", room=self.room_of(camera))

    def _awake_rooms(self, places: Mapping[DeviceId, str]) -> Sequence[str]:
        """Answer where of these it may be said: not before the door, nor where somebody rests.

        Somebody rests where a device was told to sleep, or is of somebody whose bedtime it is.
        """
        household, now = self._household(), self._clock()
        resting = {
            device
            for device, person in self._owners().items()
            if household.refusal(person, SKILL, now) is Refusal.BEDTIME
        }
        silent = self.speakers() | household.asleep | resting
        quiet = {room for device, room in places.items() if device in silent}
        return sorted(set(places.values()) - quiet)

    def _first(self, camera: DeviceId, now: datetime) -> bool:
        """Whether a press is a ring of its own."""
        with self._lock:
            before = self._rang_at.get(camera)
            if before is not None and now - before < AGAIN_AFTER:
                return False
            self._rang_at[camera] = now
            return True

    def _is_news(self, camera: DeviceId, now: datetime) -> bool:
        with self._lock:
            told = (self._rang_at.get(camera), self._seen_at.get(camera))
            if any(at is not None and now - at < REMEMBERED_FOR for at in told):
                return False
            self._seen_at[camera] = now
            return True

    def _waiting(self) -> DeviceId | None:
        """Answer the camera before which somebody waits, as far as can be known."""
        now = self._clock()
        with self._lock:
            rang = {at: one for one, at in self._rang_at.items() if now - at < REMEMBERED_FOR}
        if rang:
            return rang[max(rang)]
        speaking = [one for one, named in self._cameras.named.items() if named.speaker is not None]
        return speaking[0] if len(speaking) == 1 else None


def owners_of(
    household: Household, satellites: Iterable[SatelliteSettings]
) -> Mapping[DeviceId, PersonId]:
    """Answer whose devices are, of those that are somebody's."""
    known = {one.id: one.person for one in household.devices}
    for one in satellites:
        person = None if one.person is None else household.named(one.person)
        known[DeviceId(one.name)] = None if person is None else person.id
    return {device: person for device, person in known.items() if person is not None}
