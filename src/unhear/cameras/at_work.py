"""The cameras of a house at work: each watched as the household decided, and the door told."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from unhear.cameras.browser import BrowserCamera
from unhear.cameras.connecting import PAUSES_SECONDS
from unhear.cameras.mqtt import MqttDoor
from unhear.cameras.onvif_events import OnvifEvents
from unhear.cameras.soap import SCHEME, Login
from unhear.cameras.watch import CameraWatch, Rules
from unhear.capture.film import Analyser
from unhear.house.filming import Filming
from unhear.house.house import House
from unhear.house.named_cameras import BROWSER, records
from unhear.house.watched import CameraState
from unhear.household.cameras import Camera
from unhear.household.words import DeviceId
from unhear.settings import CameraSettings

LIVE_SECONDS_MAX = 10.0
"""A camera that shows nothing for so long is counted as away."""

BROWSER_PAUSES_SECONDS = (0.1,)
"""A browser is waited for where others are called, so nothing is gained by doing so later."""

AnalyserOf = Callable[[Callable[[], Camera]], Analyser]
"""Makes what looks at the pictures of a camera, going by what is decided about it at the moment."""


Serves = Callable[[DeviceId], bool]
"""Whether this process serves a camera."""


class CamerasAtWork:
    """The cameras of a house that are watched, and the broker that is told of them, if any."""

    def __init__(self, house: House, analyser_of: AnalyserOf, serves: Serves) -> None:
        self._house = house
        self._analyser_of = analyser_of
        self._serves = serves
        self._broker: MqttDoor | None = None
        self._watched: dict[DeviceId, _Watched] = {}

    def tick(self) -> None:
        """Obey what another process decided, and tell what records; to be called every second."""
        if self._house.cameras.named:
            self._house.household = self._house.family.read()
        self.follow()
        if self._broker is not None:
            self._broker.tick()

    def close(self) -> None:
        """End what every camera films, and leave them."""
        for watched in self._watched.values():
            watched.close()
        if self._broker is not None:
            self._broker.close()

    def follow(self) -> None:
        """Watch the cameras that there are now: a browser becomes one, or is one no more.

        Those that another process serves are left to it; so is the broker by whoever has none.
        """
        cameras = self._house.cameras
        named = {device: one for device, one in cameras.named.items() if self._serves(device)}
        self._tell_broker(wanted=bool(named))
        for device in self._watched.keys() - named.keys():
            cameras.unwatch(device)
            self._watched.pop(device).close()
        for device in named.keys() - self._watched.keys():
            watched = _Watched(self._house, named[device], self._analyser_of)
            self._watched[device] = watched
            cameras.watch(device, watched, watched.browser)

    def _tell_broker(self, *, wanted: bool) -> None:
        door = self._house.door
        if wanted and self._broker is None:
            self._broker = _broker(self._house)
            if self._broker is not None:
                door.tell(self._broker)
        elif not wanted and self._broker is not None:
            broker, self._broker = self._broker, None
            door.tell_no_more(broker)
            broker.close()


@contextmanager
def watching(
    house: House, analyser_of: AnalyserOf, serves: Serves = lambda _camera: True
) -> Iterator[CamerasAtWork]:
    """Watch the cameras of a house while the block runs, those that this process `serves`.

    Raises what `analyser_of` does where it cannot look.
    """
    with ExitStack() as stack:
        at_work = CamerasAtWork(house, analyser_of, serves)
        stack.callback(at_work.close)
        at_work.follow()
        yield at_work


def events_of(house: House) -> Sequence[OnvifEvents]:
    """Answer what listens to the buttons of the cameras that can be asked, each to be run."""
    found = (events_at(house, DeviceId(one.name)) for one in house.settings.cameras)
    return [one for one in found if one is not None]


def events_at(house: House, device: DeviceId) -> OnvifEvents | None:
    """Answer what listens to the button of one camera; None where it cannot be asked."""
    named = house.cameras.named.get(device)
    if named is None or not named.address.startswith(f"{SCHEME}:"):
        return None
    return OnvifEvents(device, Login.of(named), house.door, doorbell=named.doorbell)


class _Watched:
    """One camera, as the house has it."""

    def __init__(self, house: House, settings: CameraSettings, analyser_of: AnalyserOf) -> None:
        device = DeviceId(settings.name)
        self._film = Filming(device, house.clips, lambda: house.household, house.door.noticed)

        def analyse() -> Analyser:
            return analyser_of(lambda: house.household.camera(device))

        self.browser = BrowserCamera() if settings.address == BROWSER else None
        if self.browser is None:  # which may come at any time, and must not end the house
            analyse()  # what it lacks is told now, and not as a camera that is away
        self._watch = CameraWatch(
            settings,
            lambda: _rules(house, device),
            analyse,
            self._film,
            house.clock,
            zone=house.settings.zone,
            pauses=PAUSES_SECONDS if self.browser is None else BROWSER_PAUSES_SECONDS,
            connect=None if self.browser is None else self.browser.connect,
        )
        self._watch.start()

    @property
    def state(self) -> CameraState:
        return CameraState(self._watch.state.connection.value)

    @property
    def filming(self) -> bool:
        return self._film.filming

    def rang(self) -> None:
        self._watch.rang()

    @contextmanager
    def live(self) -> Iterator[Iterator[bytes]]:
        live = self._watch.live()
        try:
            yield iter(lambda: live.read(LIVE_SECONDS_MAX) or b"", b"")
        finally:
            live.close()

    def picture(self) -> bytes | None:
        return self._watch.snapshot()

    def close(self) -> None:
        if self.browser is not None:
            self.browser.close()
        self._watch.close()


def _broker(house: House) -> MqttDoor | None:
    """Connect to the broker that the settings name, for a house with cameras."""
    settings, named = house.settings.mqtt, house.settings.cameras
    if settings is None or not named:
        return None

    def switch(device: DeviceId, on: bool) -> None:  # noqa: FBT001 - as the broker says it
        # It stops a camera and lets it go on; what no guardian switched on stays off.
        house.household = house.family.set_recording(device, on=on)

    return MqttDoor(
        settings,
        named,
        house.household.id,
        bell=house.door,
        records=lambda device: _records(house, device),
        switch=switch,
    )


def _records(house: House, device: DeviceId) -> bool:
    return records(house.household, device, house.clock().astimezone(house.settings.zone))


def _rules(house: House, device: DeviceId) -> Rules:
    """Answer what holds at the moment; a camera that was told to stop recording is off."""
    household = house.household
    camera = household.camera(device)
    stopped = device in household.unrecorded
    return Rules(replace(camera, on=False) if stopped else camera, household.mode)
