"""What a camera costs: the processor's time, beside decoding its film and doing nothing with it.

    python -m bench.camera --json

The camera is GStreamer's RTSP server, which plays Debian's `vtest.avi` as H.264 in 1920 x 1080 at
15 pictures a second and 4 Mbit/s. It is looked at five times a second by an analyser that compares
each picture with the one before and sees nothing, so its own cost is hardly in the figures. The
peer is PyAV, which decodes every picture of the same stream in one thread. How many cameras are
sustained is counted with the server on the same machine, each with its newest 5 seconds in memory:
all are looked at as often as they should be, and none is more than a second late.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter, process_time, sleep
from typing import Any

import av
import numpy as np
from tests.cameras.camera import Mount, SimulatedCamera
from tests.cameras.films import film
from tests.cameras.watching import coded_slices

from bench.report import milliseconds, progress, report
from unhear.cameras.watch import CameraWatch, Rules
from unhear.capture.clips import Bounds
from unhear.capture.film import Picture, Piece
from unhear.clock import now
from unhear.household.cameras import Area, Camera, Mode
from unhear.household.words import DeviceId, Seen
from unhear.keep import age
from unhear.keep.age import Identity
from unhear.settings import CameraSettings

WIDTH, HEIGHT, FPS, BITS_A_SECOND, SECONDS = 1920, 1080, 15, 4_000_000, 20
LOOKS_A_SECOND = 5
LATE_SECONDS_MAX = 1.0
CPU_AIM = 1.6
TRIES, PIECES = 15, 5
PRIVATE = (Area(0.0, 0.0, 0.3, 0.4),)


@dataclass
class Eyes:
    """Compares each picture with the one before; sees what it is told to see."""

    shows: frozenset[Seen] = frozenset()
    began: float = 0.0
    at: float = 0.0
    looks: int = 0
    late_seconds: float = 0.0
    _first: float | None = None
    _before: Picture | None = None
    looked: Event = field(default_factory=Event)

    def look(self, picture: Picture, at: float) -> frozenset[Seen]:
        """Answer what it is told to, after a little work."""
        small = picture[::4, ::4].astype(np.int16)
        if self._before is not None:
            np.abs(small - self._before).mean()
        self._before = small.astype(np.uint8)
        passed = perf_counter() - at
        self._first = passed if self._first is None else min(passed, self._first)
        self.late_seconds = max(self.late_seconds, passed - self._first)
        self.at = at
        self.looks += 1
        self.looked.set()
        return self.shows


@dataclass
class Clips:
    """Takes clips: when they began, and their pieces."""

    pieces: list[Piece] = field(default_factory=list)
    begun: Event = field(default_factory=Event)
    begun_at: float = 0.0
    ended: Event = field(default_factory=Event)

    def begin(self, seen: frozenset[Seen], began_at: datetime) -> "Clips":
        """Take another."""
        del seen, began_at
        self.begun_at = perf_counter()
        self.begun.set()
        self.ended.clear()
        return self

    def saw(self, seen: Seen) -> None:
        """Pass over it."""

    def still(self, jpeg: bytes) -> None:
        """Pass over it."""

    def add(self, piece: Piece) -> None:
        """Hold it."""
        self.pieces.append(piece)

    def end(self) -> None:
        """Note it."""
        self.ended.set()


@contextmanager
def watching(
    url: str,
    private: tuple[Area, ...] = (),
    bounds: Bounds = Bounds(),  # noqa: B008 - it is frozen
    sub: str | None = None,
) -> Iterator[tuple[Eyes, Clips]]:
    """Watch a camera, and have it looked at, or its smaller stream, before the block runs."""
    eyes, clips = Eyes(), Clips()
    camera = Camera(DeviceId("bench"), on=True, private=private)
    watch = CameraWatch(
        CameraSettings(name="bench", address=url, sub=sub),
        partial(Rules, camera, Mode.HOME),
        lambda: eyes,
        clips,
        now,
        zone=UTC,
        bounds=bounds,
    )
    watch.start()
    try:
        eyes.looked.wait(30)
        yield eyes, clips
    finally:
        watch.close()


def decoding(url: str, seconds: float) -> float:
    """Answer the processor's seconds a second of film to decode every picture of a stream."""
    with av.open(url, "r", options={"rtsp_transport": "tcp"}) as file:
        stream = file.streams.video[0]
        stream.codec_context.thread_count = 1
        frames = file.decode(stream)
        next(frames)
        began, cpu, count = perf_counter(), process_time(), 0
        while perf_counter() - began < seconds:
            next(frames)
            count += 1
        return (process_time() - cpu) / (count / FPS)


def analysing(
    url: str, seconds: float, private: tuple[Area, ...], *, films: bool, sub: str | None = None
) -> float:
    """Answer the processor's seconds a second of film that a watched camera takes."""
    with watching(url, private, sub=sub) as (eyes, clips):
        if films:
            eyes.shows = frozenset({Seen.MOTION})
            clips.begun.wait(30)
            sleep(LATE_SECONDS_MAX + 4)
        began, cpu = eyes.at, process_time()
        sleep(seconds)
        return (process_time() - cpu) / (eyes.at - began)


def sustained(url: str, count: int, seconds: float) -> bool:
    """Answer whether so many cameras are looked at as often as they should be, and in time."""
    with ExitStack() as stack:
        watched = [stack.enter_context(watching(url))[0] for _ in range(count)]
        sleep(2)
        for eyes in watched:
            eyes.looks, eyes.late_seconds = 0, 0.0
        sleep(seconds)
        looks = [eyes.looks for eyes in watched]
        late = max(eyes.late_seconds for eyes in watched)
    progress(f"{count} cameras: {min(looks)} looks each at least, {late:.2f} seconds late at most")
    return min(looks) >= LOOKS_A_SECOND * (seconds - LATE_SECONDS_MAX) and late < LATE_SECONDS_MAX


def most(holds: Callable[[int], bool], counts: tuple[int, ...]) -> int:
    """Answer the greatest of the counts for which it holds, up to the first for which not."""
    best = 0
    for count in counts:
        if not holds(count):
            break
        best = count
    return best


def filmed(url: str) -> list[Piece]:
    """Answer a clip's first pieces."""
    with watching(url) as (eyes, clips):
        eyes.shows = frozenset({Seen.MOTION})
        while len(clips.pieces) < PIECES:
            sleep(0.1)
        return list(clips.pieces)


def sealed(pieces: list[Piece]) -> dict[str, float]:
    """Answer what sealing adds to pieces: in bytes, and in CPU seconds a second of film."""
    recipient, began = Identity.generate().recipient, process_time()
    files = [b"".join(age.seal(piece.data, [recipient])) for piece in pieces]
    spent, seconds = process_time() - began, pieces[-1].ends - pieces[0].begins
    held = sum(len(piece.data) for piece in pieces)
    return {
        "of_the_pieces": round(sum(map(len, files)) / held, 5),
        "cpu_seconds_a_second_of_film": spent / seconds,
    }


def written(
    pieces: list[Piece], units: tuple[bytes, ...], slices: list[tuple[bytes, ...]]
) -> dict[str, Any]:
    """Answer how many bytes a clip has, beside the packets that the camera sent for it."""
    kept = coded_slices(b"".join(piece.data for piece in pieces), "h264")
    began = slices.index(kept[0])
    same = all(kept[n] == slices[(began + n) % len(slices)] for n in range(len(kept)))
    sent = sum(len(units[(began + n) % len(units)]) for n in range(len(kept)))
    held = sum(len(piece.data) for piece in pieces)
    return {"same_packets": same, "of_the_packets": round(held / sent, 4), "pictures": len(kept)}


def latencies(url: str) -> list[float]:
    """Answer the seconds from any moment at which something moves until a clip has begun."""
    found, chance = [], Random(7)  # noqa: S311 - the same moments each time
    with watching(url, bounds=Bounds(preroll=1.0, quiet=0.3)) as (eyes, clips):
        for _ in range(TRIES):
            sleep(chance.uniform(0.5, 1.0))
            clips.begun.clear()
            moved, eyes.shows = perf_counter(), frozenset({Seen.MOTION})
            clips.begun.wait(30)
            found.append(clips.begun_at - moved)
            eyes.shows = frozenset()
            clips.ended.wait(30)
            sleep(1.5)
    return found


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--seconds", type=float, default=15.0, help="how long each part runs")
    options = parser.parse_args()
    progress("coding the film")
    source = film(seconds=SECONDS, width=WIDTH, height=HEIGHT, fps=FPS, bits_a_second=BITS_A_SECOND)
    slices = [source.slices(unit) for unit in source.units]
    with TemporaryDirectory() as folder:
        camera = SimulatedCamera(Path(folder), {"/main": Mount(source, fps=FPS)}).on()
        try:
            url, seconds = camera.url(), options.seconds
            progress("decoding alone, then analysing, filming, filming with private areas")
            decode = decoding(url, seconds)
            cpu = {
                "analysed": analysing(url, seconds, (), films=False),
                "filmed": analysing(url, seconds, (), films=True),
                "filmed with private areas": analysing(url, seconds, PRIVATE, films=True),
            }
            decode_again = decoding(url, seconds)
            pieces = filmed(url)
            bytes_kept = written(pieces, source.units, slices)
            sealing = sealed(pieces)
            begins = latencies(url)
            many = most(lambda count: sustained(url, count, seconds), (1, 2, 4, 6, 8, 12, 16, 24))
        finally:
            camera.off()
    peer = (decode + decode_again) / 2
    times = {name: round(value / peer, 3) for name, value in cpu.items()}
    report(
        ok=times["analysed"] <= CPU_AIM and bytes_kept["same_packets"],
        figures={
            "cpu_seconds_a_second_of_film": {name: round(value, 4) for name, value in cpu.items()},
            "times_decoding": times,
            "cameras_sustained": many,
            "cameras_worth_all_cores": round((os.cpu_count() or 1) / cpu["analysed"], 1),
            "load_beside": os.getloadavg()[0],
            "bytes": bytes_kept,
            "sealing": {
                "of_the_pieces": sealing["of_the_pieces"],
                "times_decoding": round(sealing["cpu_seconds_a_second_of_film"] / peer, 4),
            },
            "motion_to_begin": milliseconds(begins),
        },
        peers={"pyav decoding": {"cpu_seconds_a_second_of_film": round(peer, 4)}},
        packages=["av", "numpy"],
    )


if __name__ == "__main__":
    main()
