"""A watch of the simulated camera, with rules, an analyser and a taker of film that tests hold."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import accumulate
from threading import Lock
from time import monotonic, sleep

import av
from av.video.frame import VideoFrame
from pydantic import SecretStr

from tests.cameras.films import Codec, slices
from unhear.cameras.connecting import Connect
from unhear.cameras.watch import CameraWatch, Rules
from unhear.capture.clips import Bounds
from unhear.capture.film import ClipUnwanted, Picture, Piece
from unhear.clock import now
from unhear.household.cameras import Camera, Mode
from unhear.household.words import DeviceId, Seen
from unhear.settings import CameraSettings

PATIENCE_SECONDS = 60.0
DOOR = Camera(DeviceId("door"), on=True)
QUICK = (0.05, 0.1)
AS_EVER = Bounds()


def until(condition: Callable[[], object], *, what: str) -> None:
    """Wait until something is so."""
    deadline = monotonic() + PATIENCE_SECONDS
    while not condition():
        assert monotonic() < deadline, f"waited in vain for {what}"
        sleep(0.02)


@dataclass
class Clip:
    """One clip, as its taker has it."""

    seen: set[Seen]
    began_at: datetime
    pieces: list[Piece] = field(default_factory=list)
    stills: list[bytes] = field(default_factory=list)
    ended: bool = False
    unwanted: bool = False

    def saw(self, seen: Seen) -> None:
        self.seen.add(seen)

    def still(self, jpeg: bytes) -> None:
        self.stills.append(jpeg)

    def add(self, piece: Piece) -> None:
        if self.unwanted:
            raise ClipUnwanted
        self.pieces.append(piece)

    def end(self) -> None:
        self.ended = True

    @property
    def film(self) -> bytes:
        return b"".join(piece.data for piece in self.pieces)

    def prefixes(self) -> Iterator[bytes]:
        return accumulate(piece.data for piece in self.pieces)


class Shelf:
    """Takes clips."""

    def __init__(self) -> None:
        self.clips: list[Clip] = []
        self.unwanted = False

    def begin(self, seen: frozenset[Seen], began_at: datetime) -> Clip:
        self.clips.append(Clip(set(seen), began_at, unwanted=self.unwanted))
        return self.clips[-1]


class Steered:
    """Sees what it is told to, and remembers the pictures that it was shown."""

    def __init__(self) -> None:
        self.shows: frozenset[Seen] = frozenset()
        self.pictures: list[Picture] = []
        self.moments: list[float] = []
        self._lock = Lock()

    def look(self, picture: Picture, at: float) -> frozenset[Seen]:
        with self._lock:
            self.pictures.append(picture)
            self.moments.append(at)
        return self.shows


@dataclass
class House:
    """A watch and all that a test holds of it."""

    watch: CameraWatch
    shelf: Shelf
    eyes: Steered
    camera: Camera
    mode: Mode = Mode.HOME

    def decide(self, **what: object) -> None:
        """Decide something else about the camera."""
        self.camera = replace(self.camera, **what)  # type: ignore[arg-type]


@contextmanager
def watched(
    address: str,
    *,
    camera: Camera = DOOR,
    sub: str | None = None,
    user: str = "",
    password: str = "",
    bounds: Bounds = AS_EVER,
    connect: Connect | None = None,
) -> Iterator[House]:
    """Watch a camera while the block runs."""
    secret = SecretStr(password) if password else None
    settings = CameraSettings(name="door", address=address, sub=sub, user=user, password=secret)
    shelf, eyes = Shelf(), Steered()
    house: House

    def rules() -> Rules:
        return Rules(house.camera, house.mode)

    watch = CameraWatch(
        settings,
        rules,
        lambda: eyes,
        shelf,
        now,
        zone=UTC,
        bounds=bounds,
        pauses=QUICK,
        connect=connect,
    )
    house = House(watch, shelf, eyes, camera)
    watch.start()
    try:
        yield house
    finally:
        watch.close()


def pictures(film: bytes) -> list[VideoFrame]:
    """Answer all pictures of a film."""
    with av.open(io.BytesIO(film), "r") as file:
        return list(file.decode(video=0))


def coded_slices(film: bytes, codec: Codec) -> list[tuple[bytes, ...]]:
    """Answer what holds pictures of each of a film's packets."""
    with av.open(io.BytesIO(film), "r") as file:
        return [slices(_units(bytes(one)), codec) for one in file.demux(video=0) if one.size]


def _units(sample: bytes) -> list[bytes]:
    units, at = [], 0
    while at < len(sample):
        size = int.from_bytes(sample[at : at + 4], "big")
        units.append(sample[at + 4 : at + 4 + size])
        at += 4 + size
    return units
