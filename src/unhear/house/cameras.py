"""The cameras of a house: what was decided about them, how they are, and who sees them live."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from hashlib import sha256
from threading import Lock

from unhear.answer.synthesiser import Speech
from unhear.house.beyond import Beyond, CameraTold
from unhear.house.family import Family, FamilyError
from unhear.house.looks import LIVE, Looks
from unhear.house.named_cameras import BROWSER, cameras_of
from unhear.house.speakers import Speakers
from unhear.house.watched import (
    Call,
    Called,
    CameraAway,
    CameraElsewhere,
    CameraState,
    View,
    Watched,
)
from unhear.household.cameras import Camera, Mode, placed
from unhear.household.family import Household
from unhear.household.words import DeviceId, PersonId, TraceId
from unhear.settings import CameraSettings


class NoSuchCamera(FamilyError):
    """There is no camera of that name."""


class Cameras:
    """The cameras of one house; safe to use from several threads.

    What another process of it has is asked for there, and may raise `CameraElsewhere`, which is a
    `CameraAway`.
    """

    def __init__(
        self,
        *,
        named: Sequence[CameraSettings],
        household: Callable[[], Household],
        family: Family,
        looks: Looks,
        speakers: Speakers,
        watched: str,
        beyond: Callable[[], Beyond | None],
    ) -> None:
        """`watched` is said at the speaker of a camera that somebody looks through."""
        self._named = named
        self._household = household
        self._family = family
        self._looks = looks
        self._speakers = speakers
        self._said = watched
        self._beyond = beyond
        self._watched: dict[DeviceId, Watched] = {}
        self._called: dict[DeviceId, Called] = {}
        self._seen_live: Counter[DeviceId] = Counter()
        self._lock = Lock()

    @property
    def named(self) -> Mapping[DeviceId, CameraSettings]:
        """The cameras that there are now."""
        return cameras_of(self._named, self._household())

    def watch(self, device: DeviceId, watched: Watched, called: Called | None = None) -> None:
        """Count a camera as at work; `called` takes the calls of one that is a browser."""
        self._watched = {**self._watched, device: watched}
        if called is not None:
            self._called = {**self._called, device: called}

    def unwatch(self, device: DeviceId) -> None:
        """Count a camera as at work no more."""
        self._watched = {one: at for one, at in self._watched.items() if one != device}
        self._called = {one: at for one, at in self._called.items() if one != device}

    def is_browser(self, device: DeviceId) -> bool:
        """Whether a camera is a browser that was paired, or that may be."""
        named = self.named.get(device)
        return named is not None and named.address == BROWSER

    def call(self, device: DeviceId, offer: str) -> Call:
        """Let a browser film for a camera; with sound only where it may hear.

        Raises `CallWrong`, `NoSuchCamera`, and `CameraAway` while the camera is not at work.
        """
        camera = self.decided(device)
        if not self.is_browser(device):
            raise NoSuchCamera(f"{device!r} is no browser's camera")
        if (called := self._called.get(device)) is not None:
            return called.call(offer, hears=camera.hears)
        return self._there().call(device, offer, hears=camera.hears)

    def call_here(self, device: DeviceId, offer: str, *, hears: bool) -> Call:
        """Let a browser film for a camera of this process, as another one decided.

        Raises `CallWrong` and `CameraAway`.
        """
        if (called := self._called.get(device)) is None:
            raise CameraAway
        return called.call(offer, hears=hears)

    def remove(self, device: DeviceId) -> Household:
        """Let a browser be a camera no more, and forget what was decided; what is kept stays.

        Raises `NoSuchCamera` where the camera is no browser.
        """
        if not self.is_browser(device):
            raise NoSuchCamera(f"{device!r} is no browser's camera; see the settings")
        return self._family.remove_camera(device)

    def decided(self, device: DeviceId) -> Camera:
        """Answer what was decided about a camera. Raises `NoSuchCamera`."""
        self._check(device)
        return self._household().camera(device)

    def decide(self, camera: Camera) -> Household:
        """Decide about a camera; it obeys at once. Raises `NoSuchCamera`."""
        before = self.decided(camera.device)
        household = self._family.set_camera(placed(before, camera))
        if (beyond := self._beyond()) is not None:
            beyond.obey()
        return household

    def live_as(self, mode: Mode) -> Household:
        """Note how the household lives now."""
        return self._family.set_mode(mode)

    def told(self, device: DeviceId) -> CameraTold:
        """Answer how a camera is, wherever it is; one that is named no more is away."""
        here, beyond = self.here().get(device), self._beyond()
        if here is not None or beyond is None:
            return here or CameraTold(CameraState.AWAY)
        there = beyond.told(device)
        return replace(there, seen_live=there.seen_live or self._seen_live[device] > 0)

    def state(self, device: DeviceId) -> CameraState:
        """Answer how a camera is. Raises `NoSuchCamera`."""
        self._check(device)
        return self.told(device).state

    def here(self) -> Mapping[DeviceId, CameraTold]:
        """Answer how the cameras are that this process has."""
        return {
            device: CameraTold(at.state, at.filming, self._seen_live[device] > 0)
            for device, at in self._watched.items()
        }

    def camera_here(self, device: DeviceId) -> Watched | None:
        """Answer a camera that this process has."""
        return self._watched.get(device)

    def connected(self) -> frozenset[DeviceId]:
        """Answer the cameras that are there."""
        watched = self._watched.items()
        return frozenset(one for one, at in watched if at.state is CameraState.CONNECTED)

    def filming(self, device: DeviceId) -> bool:
        """Whether a clip of a camera is being kept at this moment."""
        return self.told(device).filming

    def seen_live(self, device: DeviceId) -> bool:
        """Whether somebody sees a camera live at this moment."""
        return self.told(device).seen_live

    def pressed(self, device: DeviceId) -> bool:
        """Tell whoever has a camera that its button was pressed; False where that is this process.

        Raises `CameraElsewhere` where nobody could be told.
        """
        beyond = self._beyond()
        if device in self._watched or beyond is None:
            return False
        beyond.press(device)
        return True

    def rang(self, device: DeviceId) -> None:
        """Note that a button was pressed. Raises `NoSuchCamera`."""
        self._check(device)
        if (watched := self._watched.get(device)) is not None:
            watched.rang()

    def live(self, person: PersonId, device: DeviceId) -> AbstractContextManager[Iterator[bytes]]:
        """Let somebody see a camera live: stated in the log first, and shown at the camera.

        Raises `NoSuchCamera` and `CameraAway`, and where it cannot be stated nothing is shown.
        """
        camera = self._at_work(device)
        self._state(person, device)
        return self.shown(camera, device)

    def picture(self, person: PersonId, device: DeviceId) -> bytes:
        """Answer what a camera shows now, as JPEG; stated as `live` is, and raises as it does."""
        camera = self._at_work(device)
        self._state(person, device)
        picture = camera.picture()
        if picture is None:
            raise CameraAway
        return picture

    def talk(self, person: PersonId, device: DeviceId, speech: Iterable[Speech]) -> None:
        """Let somebody be heard at a camera's speaker; stated as `live` is.

        Raises `NoSuchCamera`, and `CameraAway` where the speaker is.
        """
        self._check(device)
        speaker = self.named[device].speaker
        if speaker is None or not self._speakers.has(DeviceId(speaker)):
            raise CameraAway
        self._looks.take(person, [camera_item(device)], LIVE)
        if not self._speakers.relay(DeviceId(speaker), speech):
            raise CameraAway

    @contextmanager
    def shown(self, camera: View, device: DeviceId) -> Iterator[Iterator[bytes]]:
        """Follow a camera, and count whoever does for as long as that lasts."""
        with camera.live() as film:
            with self._lock:
                self._seen_live[device] += 1
            try:
                yield film
            finally:
                with self._lock:
                    self._seen_live[device] -= 1

    def _state(self, person: PersonId, device: DeviceId) -> None:
        self._looks.take(person, [camera_item(device)], LIVE)
        if (speaker := self.named[device].speaker) is not None:
            self._speakers.say(self._said, DeviceId(speaker))

    def _at_work(self, device: DeviceId) -> View:
        self._check(device)
        camera = self._watched.get(device) or self._there().camera(device)
        if (state := camera.state) is CameraState.ELSEWHERE:
            raise CameraElsewhere
        if state is not CameraState.CONNECTED:
            raise CameraAway
        return camera

    def _there(self) -> Beyond:
        if (beyond := self._beyond()) is None:
            raise CameraAway
        return beyond

    def _check(self, device: DeviceId) -> None:
        if device not in self.named:
            raise NoSuchCamera(f"there is no camera {device!r}; see `unhear cameras list`")


def camera_item(device: DeviceId) -> TraceId:
    """Answer what stands for a camera where a statement names what was looked at."""
    return TraceId(sha256(b"unhear/camera/v1\0" + device.encode()).digest()[:16])
