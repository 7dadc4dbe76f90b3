"""Films in which nothing moves, each with a trouble of its own; all from a seeded generator.

A scene is one picture without anybody in it. Pictures come five a second.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache

import av
import cv2
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from unhear.capture.film import Picture

PICTURES_A_SECOND = 5
NOISE = 2.0
JOLTS = 0.03
GRAIN = 640, 800
Film = Callable[[Picture, int, np.random.Generator], Iterator[Picture]]
Values = NDArray[np.float32]


def noisy(values: Values, rng: np.random.Generator, noise: float = NOISE) -> Picture:
    """Answer a picture as a sensor makes it."""
    grain = _grain(noise)
    high, wide = values.shape[:2]
    down, across = (
        int(rng.integers(more - less)) for more, less in zip(GRAIN, (high, wide), strict=True)
    )
    here = grain[down : down + high, across : across + wide]
    return np.asarray(cv2.add(values, here, dtype=cv2.CV_8U), np.uint8)


@cache
def _grain(noise: float) -> NDArray[np.float32]:
    """Answer noise to be cut from, elsewhere for each picture; to make it anew takes long."""
    grey = np.random.default_rng(1).standard_normal(GRAIN, np.float32) * np.float32(noise)
    return np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2))


def still(scene: Picture, count: int, rng: np.random.Generator) -> Iterator[Picture]:
    """Yield nothing but the sensor's noise."""
    for _ in range(count):
        yield noisy(_real(scene), rng)


def rain(scene: Picture, count: int, rng: np.random.Generator) -> Iterator[Picture]:
    """Yield heavy rain that begins and ends every 50 seconds, some of it close to the lens."""
    real = _real(scene)
    for number in range(count):
        if (number // 250) % 2 == 0:
            yield noisy(real, rng)
            continue
        drops = np.zeros(scene.shape[:2], np.uint8)
        for _ in range(150):
            _drop(drops, rng, (10, 30), (60, 160), 1)
        for _ in range(3):
            _drop(drops, rng, (40, 90), (60, 120), 3)
        share = (drops.astype(np.float32) / 255)[..., None]
        yield noisy(np.asarray(real * (1 - share) + 230 * share, np.float32), rng)


def switches(scene: Picture, count: int, rng: np.random.Generator) -> Iterator[Picture]:
    """Yield a lamp that is switched, and exposure that changes at once, every 15 seconds."""
    real, lamp, gain = _real(scene), False, 1.0
    height, width = scene.shape[:2]
    light = 0.8 * _spot(scene, 0.7 * width, 0.4 * height, 0.2 * width)[..., None]
    for number in range(count):
        if number and number % 75 == 0:
            if (number // 75) % 2:
                lamp = not lamp
            else:
                gain = float(rng.choice([0.45, 0.6, 0.8, 1.0, 1.3]))
        lit = np.asarray(real * gain * (1 + light * lamp), np.float32)
        yield noisy(lit, rng)


def clouds(scene: Picture, count: int, rng: np.random.Generator) -> Iterator[Picture]:
    """Yield light that comes and goes in two minutes, and soft shadows of clouds that pass."""
    real, width = _real(scene), scene.shape[1]
    columns = np.arange(width, dtype=np.float32)[None, :, None]
    for number in range(count):
        gain = 0.85 + 0.35 * np.sin(number / PICTURES_A_SECOND / 60 * np.pi)
        centre = (number * 0.8) % (width + 400) - 200
        shadow = 1 - 0.35 * np.exp(-((columns - centre) ** 2) / (2 * 90**2))
        yield noisy(np.asarray(real * gain * shadow, np.float32), rng)


def clock(scene: Picture, count: int, rng: np.random.Generator) -> Iterator[Picture]:
    """Yield a scene into which the camera writes the time."""
    began = datetime(2026, 11, 28, 11, 56, 40)  # noqa: DTZ001 - what a camera shows has no zone
    for number in range(count):
        shown = scene.copy()
        text = f"{began + timedelta(seconds=number // PICTURES_A_SECOND):%Y-%m-%d %H:%M:%S}"
        for grey, thick in ((0, 4), (255, 1)):
            cv2.putText(shown, text, (10, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (grey,) * 3, thick)
        yield noisy(_real(shown), rng)


def shaking(scene: Picture, count: int, rng: np.random.Generator) -> Iterator[Picture]:
    """Yield a camera that wind shakes half of the time by a point, with jolts of some points."""
    at = np.zeros(2)
    for number in range(count):
        windy = (number // 150) % 2 == 1
        at = at * 0.5 + rng.normal(0, 0.8 if windy else 0.1, 2)
        jolt = rng.normal(0, 4, 2) if windy and rng.random() < JOLTS else np.zeros(2)
        (right, down), (high, wide) = at + jolt, scene.shape[:2]
        turned = np.array([[1, 0, right], [0, 1, down]], np.float32)
        moved = cv2.warpAffine(scene, turned, (wide, high), borderMode=cv2.BORDER_REFLECT)
        yield noisy(np.asarray(moved, np.float32), rng)


def swaying(scene: Picture, count: int, rng: np.random.Generator) -> Iterator[Picture]:
    """Yield a bush in gusts of wind."""
    height, width = scene.shape[:2]
    shape = _spot(scene, 0.3 * width, 0.2 * height, 0.08 * width)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    leaves = cv2.GaussianBlur(rng.standard_normal((height, width)).astype(np.float32), (0, 0), 3)
    bush = np.clip(70 + 160 * np.asarray(leaves), 0, 255)[..., None] * np.array([0.7, 1, 0.6])
    real = (_real(scene) * (1 - shape[..., None]) + bush * shape[..., None]).astype(np.float32)
    for number in range(count):
        seconds = number / PICTURES_A_SECOND
        gust = 0.3 + abs(np.sin(seconds / 17))
        across = gust * 5 * np.sin(seconds * 2.1 + rows / 40) * shape
        down = gust * 2 * np.sin(seconds * 3.3 + columns / 25) * shape
        moved = cv2.remap(
            real,
            (columns + across).astype(np.float32),
            (rows + down).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        yield noisy(np.asarray(moved, np.float32), rng)


def coarse(scene: Picture, count: int, rng: np.random.Generator) -> Iterator[Picture]:
    """Yield noise as H.264 of a low quality leaves it, with a key picture every 10 seconds."""
    real = _real(scene)
    film = encoded((noisy(real, rng, 5) for _ in range(count)), rate=PICTURES_A_SECOND, quality=38)
    yield from pictures_of(decoded(film))


QUIET: Mapping[str, Film] = {
    "still": still,
    "rain": rain,
    "light switched": switches,
    "slow light and clouds": clouds,
    "clock": clock,
    "shaking camera": shaking,
    "swaying bush": swaying,
    "low quality": coarse,
}


def encoded(pictures: Iterator[Picture], *, rate: int, quality: int) -> bytes:
    """Answer a film as H.264; a lower `quality` (0 to 51) is better."""
    file, film = io.BytesIO(), None
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=rate)
        assert isinstance(stream, VideoStream)  # noqa: S101 - for the type checker
        stream.pix_fmt, stream.gop_size = "yuv420p", 10 * rate
        stream.options = {"crf": str(quality), "preset": "veryfast", "threads": "1"}
        for picture in pictures:
            if film is None:
                stream.height, stream.width = picture.shape[:2]
            film = av.VideoFrame.from_ndarray(picture, "rgb24")
            container.mux(stream.encode(film))
        container.mux(stream.encode())
    return file.getvalue()


def decoded(film: bytes) -> Iterator[av.VideoFrame]:
    """Decode a film, on one core."""
    with av.open(io.BytesIO(film), "r") as container:
        container.streams.video[0].thread_type = "NONE"
        yield from container.decode(video=0)


def pictures_of(frames: Iterable[av.VideoFrame]) -> Iterator[Picture]:
    """Yield what decoded frames show."""
    for frame in frames:
        yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


def _real(scene: Picture) -> NDArray[np.float32]:
    return scene.astype(np.float32)


def _spot(scene: Picture, across: float, down: float, wide: float) -> NDArray[np.float32]:
    rows, columns = np.mgrid[0 : scene.shape[0], 0 : scene.shape[1]].astype(np.float32)
    far = (columns - across) ** 2 + (rows - down) ** 2
    return np.asarray(np.exp(-far / (2 * wide**2)), np.float32)


def _drop(
    drops: NDArray[np.uint8],
    rng: np.random.Generator,
    lengths: tuple[int, int],
    lights: tuple[int, int],
    thick: int,
) -> None:
    left, top = int(rng.integers(drops.shape[1])), int(rng.integers(drops.shape[0]))
    length, light = int(rng.integers(*lengths)), int(rng.integers(*lights))
    end = left - length // 5, top + length
    cv2.line(drops, (left, top), end, (light,), thick, cv2.LINE_AA)
