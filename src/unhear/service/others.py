"""The other processes of a home, asked for the cameras and speakers that they have."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic

from unhear.answer.synthesiser import Speech
from unhear.house.beyond import CameraTold
from unhear.house.watched import (
    CallWrong,
    CameraAway,
    CameraElsewhere,
    CameraLeft,
    CameraState,
    Watched,
)
from unhear.household.words import DeviceId
from unhear.service.line import Line, LineBroken, Place, places
from unhear.service.messages import Words
from unhear.service.sealing import LineKey
from unhear.stores.errors import StoreError

ANSWER_SECONDS_MAX = 5.0
CALL_SECONDS_MAX = 15.0
"""How long a browser's offer may take to be answered."""

PIECE_SECONDS_MAX = 15.0
"""A camera that shows nothing for ten seconds is said to be away; then nobody says anything."""

TOLD_SECONDS = 1.0
"""For how long what was told of cameras and speakers is believed."""

SLOW_SECONDS, ALONE_SECONDS = 1.0, 10.0
"""Who takes longer to fail is left alone for so long, unless nobody else is there."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What those who could be asked have; `whole` where that was everybody."""

    cameras: dict[DeviceId, CameraTold] = field(default_factory=dict)
    places: dict[DeviceId, str] = field(default_factory=dict)
    whole: bool = False


class Others:
    """Implements `Beyond`; keeps nothing of what passes."""

    def __init__(
        self, addresses: Sequence[str], key: LineKey, *, now: Callable[[], float] = monotonic
    ) -> None:
        """Ask at these addresses, HOST:PORT or unix:/PATH; nothing is connected yet."""
        self._addresses = addresses
        self._key = key
        self._now = now
        self._lock = Lock()
        self._alone_until: dict[Place, float] = {}
        self._told = _Told()
        self._told_until = 0.0

    def told(self, camera: DeviceId) -> CameraTold:
        """Answer how a camera is."""
        told = self._all_told()
        nobody = CameraState.AWAY if told.whole else CameraState.ELSEWHERE
        return told.cameras.get(camera, CameraTold(nobody))

    def camera(self, camera: DeviceId) -> Watched:
        """Answer a camera."""
        return _Camera(self, camera)

    def call(self, camera: DeviceId, offer: str, *, hears: bool) -> "_Call":
        """Let a browser film for a camera."""
        request = {"do": "call", "camera": camera, "offer": offer, "hears": hears}
        answered = self.ask(request, CALL_SECONDS_MAX)
        if (wrong := answered.words.get("wrong")) is not None:
            answered.line.close()
            raise CallWrong(wrong)
        return _Call(answered.line, str(answered.words.get("answer")), hears=hears)

    def press(self, camera: DeviceId) -> None:
        """Tell of a button."""
        request = {"do": "press", "camera": camera}
        try:
            line = self.ask(request).line
        except CameraAway:
            # It is between two processes, or with one that is gone: somebody must hear of it.
            line = self.ask({**request, "anybody": True}).line
        line.close()

    def obey(self) -> None:
        """Have everybody read what was decided."""
        for answered in self._each({"do": "obey"}, patient=False):
            if answered is not None:
                answered.line.close()

    def places(self) -> Mapping[DeviceId, str]:
        """Answer the devices that can speak."""
        return self._all_told().places

    def speaks(self, device: DeviceId) -> bool:
        """Whether a device is there that can speak."""
        told = self._all_told()
        if device not in told.places and not told.whole:
            raise CameraElsewhere
        return device in told.places

    def announce(self, text: str, rooms: Collection[str]) -> Collection[str]:
        """Say something in rooms."""
        said = set[str]()
        request = {"do": "announce", "text": text, "rooms": sorted(rooms)}
        for answered in self._each(request, patient=False):
            if answered is not None:
                answered.line.close()
                said.update(map(str, answered.words.get("rooms", ())))
                request["rooms"] = sorted(set(rooms) - said)  # the next has other devices there
        return said

    def say(self, text: str, device: DeviceId) -> bool:
        """Say something on a device."""
        line = self._at({"do": "say", "text": text, "device": device})
        if line is not None:
            line.close()
        return line is not None

    def relay(self, device: DeviceId, speech: Iterable[Speech]) -> bool:
        """Play a voice on a device; a thread of its own passes it on."""
        line = self._at({"do": "relay", "device": device})
        if line is not None:
            Thread(target=_pass_on, args=(line, speech), name="talking", daemon=True).start()
        return line is not None

    def ask(self, request: Words, seconds: float = ANSWER_SECONDS_MAX) -> "_Answered":
        """Answer what somebody said who does what is asked, and the line to them.

        Raises `CameraElsewhere`, or `CameraAway` where everybody could be asked.
        """
        reached = missed = 0
        for answered in self._each(request, seconds):
            if answered is None:
                missed += 1
            elif answered.words.get("done"):
                return answered
            else:
                answered.line.close()
                reached += 1
        raise CameraElsewhere if missed or not reached else CameraAway

    def _at(self, request: Words) -> Line | None:
        """Answer the line to whoever does it; None where nobody has what it needs."""
        try:
            return self.ask(request).line
        except CameraElsewhere:
            raise
        except CameraAway:
            return None

    def _each(
        self, request: Words, seconds: float = ANSWER_SECONDS_MAX, *, patient: bool = True
    ) -> "Iterator[_Answered | None]":
        """Yield what each says, and None for an address where nobody can be asked.

        Who is left alone is asked last, or, unless patient, not at all.
        """
        for found in self._in_order():
            reached = False
            for place in found:
                if not patient and self._is_left_alone(place):
                    continue
                if (answered := self._answered(place, request, seconds)) is not None:
                    reached = True
                    yield answered
            if not reached:
                yield None

    def _is_left_alone(self, place: Place) -> bool:
        return self._alone_until.get(place, 0) > self._now()

    def _answered(self, place: Place, request: Words, seconds: float) -> "_Answered | None":
        began = self._now()
        try:
            line = Line(place, self._key())
            try:
                line.send(request)
                answered = line.receive(seconds)
            except LineBroken:
                line.close()
                raise
        except (LineBroken, StoreError, OSError):
            if self._now() - began > SLOW_SECONDS:
                self._alone_until[place] = self._now() + ALONE_SECONDS
            return None
        return _Answered(line, answered if isinstance(answered, dict) else {})

    def _in_order(self) -> list[list[Place]]:
        """Answer who is at each address; nobody, where it is a name that nobody has now."""
        found = [places(address) for address in self._addresses]
        return sorted(found, key=lambda here: any(map(self._is_left_alone, here)))

    def _all_told(self) -> _Told:
        with self._lock:
            if self._now() >= self._told_until:
                self._told = _added(self._each({"do": "tell"}, patient=False))
                self._told_until = self._now() + TOLD_SECONDS
            return self._told


@dataclass(frozen=True, slots=True)
class _Answered:
    """What one process said, and the line to it, which is still open."""

    line: Line
    words: Words


class _Camera:
    """A camera of another process, as the house asks it."""

    def __init__(self, others: Others, camera: DeviceId) -> None:
        self._others = others
        self._camera = camera

    @property
    def state(self) -> CameraState:
        return self._others.told(self._camera).state

    @property
    def filming(self) -> bool:
        return self._others.told(self._camera).filming

    def rang(self) -> None:
        self._others.press(self._camera)

    @contextmanager
    def live(self) -> Iterator[Iterator[bytes]]:
        line = self._others.ask({"do": "see", "camera": self._camera}).line
        with closing(line):
            yield _film(line)

    def picture(self) -> bytes | None:
        line = self._others.ask({"do": "picture", "camera": self._camera}).line
        with closing(line):
            return next(_film(line), None)


class _Call:
    """A browser that films for a camera of another process."""

    def __init__(self, line: Line, answer: str, *, hears: bool) -> None:
        self.answer = answer
        self.hears = hears
        self.over = False
        self._line = line
        Thread(target=self._until_over, name="browser camera", daemon=True).start()

    def close(self) -> None:
        self._line.close()

    def _until_over(self) -> None:
        with suppress(LineBroken), closing(self._line):
            self._line.receive(None)
        self.over = True


def _film(line: Line) -> Iterator[bytes]:
    """Yield what comes until that is all. Raises `CameraLeft`."""
    while True:
        try:
            message = line.receive(PIECE_SECONDS_MAX)
        except LineBroken:
            raise CameraLeft from None
        if isinstance(message, bytes):
            yield message
        elif message.get("left"):
            raise CameraLeft
        else:
            return


def _pass_on(line: Line, speech: Iterable[Speech]) -> None:
    rate_hz = 0
    with suppress(LineBroken), closing(line):
        for one in speech:
            if one.rate_hz != rate_hz:
                rate_hz = one.rate_hz
                line.send({"rate": rate_hz})
            line.send(one.pcm.astype("<i2").tobytes())
        line.send({"over": True})


def _added(told: "Iterable[_Answered | None]") -> _Told:
    cameras: dict[DeviceId, CameraTold] = {}
    places: dict[DeviceId, str] = {}
    missed, reached = 0, 0
    for one in told:
        if one is None:
            missed += 1
            continue
        one.line.close()
        reached += 1
        for device, (state, filming, seen) in one.words.get("cameras", {}).items():
            cameras[DeviceId(device)] = CameraTold(CameraState(state), bool(filming), bool(seen))
        speaking: dict[str, str] = one.words.get("places", {})
        places |= {DeviceId(device): room for device, room in speaking.items()}
    return _Told(cameras, places, whole=bool(reached) and not missed)
