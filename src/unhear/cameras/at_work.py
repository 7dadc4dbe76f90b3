"""The cameras of a house at work: each watched as the household decided, and the door told."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from unhear.cameras.watch import CameraWatch, Rules
from unhear.capture.film import Analyser
from unhear.house.cameras import CameraState
from unhear.house.filming import Filming
from unhear.house.house import House
from unhear.household.cameras import Camera
from unhear.household.words import DeviceId
from unhear.settings import CameraSettings

LIVE_SECONDS_MAX = 10.0
"""A camera that shows nothing for so long is counted as away."""

AnalyserOf = Callable[[Callable[[], Camera]], Analyser]
"""Makes what looks at the pictures of a camera, going by what is decided about it at the moment."""


@contextmanager
def watching(house: House, analyser_of: AnalyserOf) -> Iterator[None]:
    """Watch the cameras that the settings name while the block runs."""
    with ExitStack() as stack:
        for settings in house.settings.cameras:
            watched = _Watched(house, settings, analyser_of)
            house.cameras.watch(DeviceId(settings.name), watched)
            stack.callback(watched.close)
        yield


class _Watched:
    """One camera, as the house has it."""

    def __init__(self, house: House, settings: CameraSettings, analyser_of: AnalyserOf) -> None:
        device = DeviceId(settings.name)
        self._film = Filming(device, house.clips, lambda: house.household, house.door.noticed)
        self._watch = CameraWatch(
            settings,
            lambda: _rules(house, device),
            lambda: analyser_of(lambda: house.household.camera(device)),
            self._film,
            house.clock,
            zone=house.settings.zone,
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
        self._watch.close()


def _rules(house: House, device: DeviceId) -> Rules:
    """Answer what holds at the moment; a camera that was told to stop recording is off."""
    household = house.household
    camera = household.camera(device)
    stopped = device in household.unrecorded
    return Rules(replace(camera, on=False) if stopped else camera, household.mode)
