"""The cameras of a house: what was decided about them, how they are, and who sees them live."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from hashlib import sha256
from threading import Lock
from typing import Protocol

from unhear.answer.synthesiser import Speech
from unhear.house.family import Family, FamilyError
from unhear.house.looks import LIVE, Looks
from unhear.house.named_cameras import BROWSER, cameras_of
from unhear.household.cameras import Camera, Mode, placed
from unhear.household.family import Household
from unhear.household.words import DeviceId, PersonId, TraceId
from unhear.settings import CameraSettings


class CameraState(StrEnum):
    """How a camera is."""

    CONNECTED = "connected"
    AWAY = "away"
    REFUSED = "refused"
    """It did not take the name and password in the settings."""

    ELSEWHERE = "elsewhere"
    """Another process of the house has it, and how it is is not known in this one."""


class Watched(Protocol):
    """A camera at work."""

    @property
    def state(self) -> CameraState:
        """How it is."""

    @property
    def filming(self) -> bool:
        """Whether a clip is being kept at this moment."""

    def rang(self) -> None:
        """Note that its button was pressed."""

    def live(self) -> AbstractContextManager[Iterator[bytes]]:
        """Follow it: fragmented MP4, private areas black, piece by piece until it is left."""

    def picture(self) -> bytes | None:
        """Answer what it shows now as JPEG, private areas black; None where it is away."""


class NoSuchCamera(FamilyError):
    """There is no camera of that name."""


class CameraAway(Exception):
    """The camera shows nothing now."""


class CameraElsewhere(CameraAway):
    """Another process of the house has the camera: nothing of it can be shown or said from here."""


class Call(Protocol):
    """A browser that films for a camera."""

    @property
    def answer(self) -> str:
        """What its offer is answered with (SDP)."""

    @property
    def hears(self) -> bool:
        """Whether its sound was wanted."""

    @property
    def over(self) -> bool:
        """Whether nothing comes from it any more."""

    def close(self) -> None:
        """End it."""


class Called(Protocol):
    """A camera that waits for a browser to film for it."""

    def call(self, offer: str, *, hears: bool) -> Call:
        """Take a browser's offer (SDP) in place of the one before. Raises `CallWrong`."""


class CallWrong(Exception):
    """A browser offers what is no film that a camera can take; says what."""


class Cameras:
    """The cameras of one house; safe to use from several threads."""

    def __init__(
        self,
        *,
        named: Sequence[CameraSettings],
        household: Callable[[], Household],
        family: Family,
        looks: Looks,
        say: Callable[[DeviceId], bool],
        relay: Callable[[DeviceId, Iterable[Speech]], bool],
    ) -> None:
        """`say` says at a speaker that somebody looks, `relay` what they say.

        Both answer whether the speaker is there.
        """
        self._named = named
        self._household = household
        self._family = family
        self._looks = looks
        self._say = say
        self._relay = relay
        self._watched: dict[DeviceId, Watched] = {}
        self._called: dict[DeviceId, Called] = {}
        self._seen_live: Counter[DeviceId] = Counter()
        self._lock = Lock()
        self.elsewhere = False
        """Whether another process of the house has the cameras."""

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
        self._expect_here()
        if (called := self._called.get(device)) is None:
            raise CameraAway
        return called.call(offer, hears=camera.hears)

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
        return self._family.set_camera(placed(before, camera))

    def live_as(self, mode: Mode) -> Household:
        """Note how the household lives now."""
        return self._family.set_mode(mode)

    def state(self, device: DeviceId) -> CameraState:
        """Answer how a camera is. Raises `NoSuchCamera`."""
        self._check(device)
        watched = self._watched.get(device)
        if watched is not None:
            return watched.state
        return CameraState.ELSEWHERE if self.elsewhere else CameraState.AWAY

    def connected(self) -> frozenset[DeviceId]:
        """Answer the cameras that are there."""
        watched = self._watched.items()
        return frozenset(one for one, at in watched if at.state is CameraState.CONNECTED)

    def filming(self, device: DeviceId) -> bool:
        """Whether a clip of a camera is being kept at this moment."""
        watched = self._watched.get(device)
        return watched is not None and watched.filming

    def seen_live(self, device: DeviceId) -> bool:
        """Whether somebody sees a camera live at this moment."""
        return self._seen_live[device] > 0

    def rang(self, device: DeviceId) -> None:
        """Note that a button was pressed. Raises `NoSuchCamera`."""
        self._check(device)
        if (watched := self._watched.get(device)) is not None:
            watched.rang()

    def live(self, person: PersonId, device: DeviceId) -> AbstractContextManager[Iterator[bytes]]:
        """Let somebody see a camera live: stated in the log first, and shown at the camera.

        Raises `NoSuchCamera` and `CameraAway`, and where it cannot be stated nothing is shown.
        """
        watched = self._at_work(device)
        self._state(person, device)
        return self._shown(watched, device)

    def picture(self, person: PersonId, device: DeviceId) -> bytes:
        """Answer what a camera shows now, as JPEG; stated as `live` is, and raises as it does."""
        watched = self._at_work(device)
        self._state(person, device)
        picture = watched.picture()
        if picture is None:
            raise CameraAway
        return picture

    def talk(self, person: PersonId, device: DeviceId, speech: Iterable[Speech]) -> None:
        """Let somebody be heard at a camera's speaker; stated as `live` is. Never waits.

        Raises `NoSuchCamera`, and `CameraAway` where the speaker is.
        """
        self._check(device)
        self._expect_here()
        self._looks.take(person, [camera_item(device)], LIVE)
        speaker = self.named[device].speaker
        if speaker is None or not self._relay(DeviceId(speaker), speech):
            raise CameraAway

    @contextmanager
    def _shown(self, watched: Watched, device: DeviceId) -> Iterator[Iterator[bytes]]:
        with watched.live() as film:
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
            self._say(DeviceId(speaker))

    def _at_work(self, device: DeviceId) -> Watched:
        self._check(device)
        self._expect_here()
        watched = self._watched.get(device)
        if watched is None or watched.state is not CameraState.CONNECTED:
            raise CameraAway
        return watched

    def _expect_here(self) -> None:
        if self.elsewhere:
            raise CameraElsewhere

    def _check(self, device: DeviceId) -> None:
        if device not in self.named:
            raise NoSuchCamera(f"there is no camera {device!r}; see `unhear cameras list`")


def camera_item(device: DeviceId) -> TraceId:
    """Answer what stands for a camera where a statement names what was looked at."""
    return TraceId(sha256(b"unhear/camera/v1\0" + device.encode()).digest()[:16])
