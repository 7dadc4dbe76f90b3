"""The other processes of a home, asked for the cameras and speakers that they have."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic

from unhear.answer.synthesiser import Speech
from unhear.house.beyond import CameraTold
from unhear.house.watched import CallWrong, CameraAway, CameraElsewhere, CameraState, View
from unhear.household.words import DeviceId
from unhear.service.asking import Answered, Asking
from unhear.service.cameras_there import CallThere, CameraThere
from unhear.service.line import Line, LineBroken
from unhear.service.messages import Words

CALL_SECONDS_MAX = 15.0
"""How long a browser's offer may take to be answered."""

TOLD_SECONDS = 1.0
"""For how long what was told of cameras and speakers is believed."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What those who could be asked have; `whole` where that was everybody.

    `serves` are the devices that are theirs, whether they are there or not.
    """

    cameras: dict[DeviceId, CameraTold] = field(default_factory=dict)
    places: dict[DeviceId, str] = field(default_factory=dict)
    serves: frozenset[DeviceId] = frozenset()
    whole: bool = False

    def knows(self, device: DeviceId) -> bool:
        """Whether it is known if a device that speaks is there."""
        return self.whole or device in self.places or device in self.serves


class Others:
    """Implements `Beyond`; keeps nothing of what passes."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._lock = Lock()
        self._told = _Told()
        self._told_until = 0.0

    def told(self, camera: DeviceId) -> CameraTold:
        """Answer how a camera is."""
        told = self._all_told()
        nobody = CameraState.AWAY if told.whole else CameraState.ELSEWHERE
        return told.cameras.get(camera, CameraTold(nobody))

    def camera(self, camera: DeviceId) -> View:
        """Answer a camera."""
        return CameraThere(self._asking, camera, lambda: self.told(camera))

    def call(self, camera: DeviceId, offer: str, *, hears: bool) -> CallThere:
        """Let a browser film for a camera."""
        request = {"do": "call", "camera": camera, "offer": offer, "hears": hears}
        answered = self._asking.ask(request, CALL_SECONDS_MAX)
        if (wrong := answered.words.get("wrong")) is not None:
            answered.line.close()
            raise CallWrong(wrong)
        return CallThere(answered.line, str(answered.words.get("answer")), hears=hears)

    def press(self, camera: DeviceId) -> None:
        """Tell of a button."""
        request = {"do": "press", "camera": camera}
        try:
            line = self._asking.ask(request).line
        except CameraAway:
            # It is between two processes, or with one that is gone: somebody must hear of it.
            line = self._asking.ask({**request, "anybody": True}).line
        line.close()

    def obey(self) -> None:
        """Have everybody read what was decided."""
        for answered in self._asking.each({"do": "obey"}, patient=False):
            if answered is not None:
                answered.line.close()

    def places(self) -> Mapping[DeviceId, str]:
        """Answer the devices that can speak."""
        return self._all_told().places

    def speaks(self, device: DeviceId) -> bool:
        """Whether a device is there that can speak."""
        told = self._all_told()
        if not told.knows(device):
            raise CameraElsewhere
        return device in told.places

    def announce(self, text: str, rooms: Collection[str]) -> Collection[str]:
        """Say something in rooms."""
        said = set[str]()
        request = {"do": "announce", "text": text, "rooms": sorted(rooms)}
        for answered in self._asking.each(request, patient=False):
            if answered is not None:
                answered.line.close()
                said.update(map(str, answered.words.get("rooms", ())))
                request["rooms"] = sorted(set(rooms) - said)  # the next has other devices there
        return said

    def say(self, text: str, device: DeviceId) -> bool:
        """Say something on a device."""
        line = self._at(device, {"do": "say", "text": text})
        if line is not None:
            line.close()
        return line is not None

    def relay(self, device: DeviceId, speech: Iterable[Speech]) -> bool:
        """Play a voice on a device; a thread of its own passes it on."""
        line = self._at(device, {"do": "relay"})
        if line is not None:
            Thread(target=_pass_on, args=(line, speech), name="talking", daemon=True).start()
        return line is not None

    def _at(self, device: DeviceId, request: Words) -> Line | None:
        """Answer the line to whoever does it on a device; None where that is not there."""
        try:
            return self._asking.ask({**request, "device": device}).line
        except CameraAway as error:
            if isinstance(error, CameraElsewhere) and not self._all_told().knows(device):
                raise
            return None

    def _all_told(self) -> _Told:
        with self._lock:
            if monotonic() >= self._told_until:
                self._told = _added(self._asking.each({"do": "tell"}, patient=False))
                self._told_until = monotonic() + TOLD_SECONDS
            return self._told


def _pass_on(line: Line, speech: Iterable[Speech]) -> None:
    rate_hz = 0
    with suppress(LineBroken), closing(line):
        for one in speech:
            if one.rate_hz != rate_hz:
                rate_hz = one.rate_hz
                line.send({"rate": rate_hz})
            line.send(one.pcm.astype("<i2").tobytes())
        line.send({"over": True})


def _added(told: Iterable[Answered | None]) -> _Told:
    cameras: dict[DeviceId, CameraTold] = {}
    places: dict[DeviceId, str] = {}
    serves: set[DeviceId] = set()
    missed, reached = 0, 0
    for one in told:
        if one is None:
            missed += 1
            continue
        one.line.close()
        reached += 1
        cameras |= _cameras_of(one.words.get("cameras", {}))
        speaking: dict[str, str] = one.words.get("places", {})
        places |= {DeviceId(device): room for device, room in speaking.items()}
        serves.update(map(DeviceId, one.words.get("serves", ())))
    return _Told(cameras, places, frozenset(serves), whole=bool(reached) and not missed)


def _cameras_of(told: dict[str, tuple[str, bool, bool]]) -> dict[DeviceId, CameraTold]:
    return {
        DeviceId(device): CameraTold(CameraState(state), filming, seen)
        for device, (state, filming, seen) in told.items()
        if state in {*CameraState}  # a newer version may know others
    }
