"""Films of real pedestrians, encoded as cameras do, and how their packets are compared."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Literal

import av
from av.video.codeccontext import VideoCodecContext

from tests.needs import need

VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
FPS = 10
GOP_SECONDS = 1
PARAMETERS_H264 = (6, 7, 8, 9)
"""Supplemental information, parameter sets and delimiters, which servers repeat at will."""
PARAMETERS_H265 = (32, 33, 34, 35, 39, 40)

OPTIONS = {
    "h264": {"x264-params": "scenecut=0:bframes=0:rc-lookahead=0:threads=1"},
    "h265": {"x265-params": "log-level=none:scenecut=0:bframes=0"},
}

Codec = Literal["h264", "h265"]


@dataclass(frozen=True)
class Film:
    """One film, as access units with start codes."""

    codec: Codec
    units: tuple[bytes, ...]
    width: int
    height: int

    def save(self, path: Path) -> Path:
        """Write it as the simulated camera reads it."""
        path.write_bytes(b"".join(struct.pack("<I", len(unit)) + unit for unit in self.units))
        return path

    def slices(self, unit: bytes) -> tuple[bytes, ...]:
        """Answer the coded slices of an access unit with start codes."""
        return slices(split_units(unit), self.codec)


@cache
def film(
    codec: Codec = "h264",
    *,
    seconds: int = 8,
    width: int = 768,
    height: int = 576,
    fps: int = FPS,
    bits_a_second: int = 0,
) -> Film:
    """Answer the pedestrians in that codec, without pictures that look ahead, or skip.

    With `bits_a_second` they are coded with more care, to about that.
    """
    need(VTEST.is_file(), "vtest.avi of Debian's opencv-doc")
    name = {"h264": "libx264", "h265": "libx265"}[codec]
    encoder = av.CodecContext.create(name, "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, fps)
    encoder.framerate, encoder.gop_size = Fraction(fps), fps * GOP_SECONDS
    encoder.options = {"preset": "ultrafast", **OPTIONS[codec]}
    if bits_a_second:
        encoder.bit_rate = bits_a_second
        encoder.options |= {"preset": "veryfast"}
    units = []
    for number, frame in enumerate(islice(_frames(), seconds * fps)):
        picture = frame.reformat(width=width, height=height, format="yuv420p")
        picture.pts, picture.time_base = number, Fraction(1, fps)
        units += [bytes(packet) for packet in encoder.encode(picture)]
    units += [bytes(packet) for packet in encoder.encode(None)]
    return Film(codec, tuple(units), width, height)


def pedestrians_as_mjpeg(path: Path, *, seconds: int, width: int, height: int) -> Path:
    """Write them as pictures of their own, one after the other, as browsers' cameras can play."""
    need(VTEST.is_file(), "vtest.avi of Debian's opencv-doc")
    with av.open(path, "w", format="mjpeg") as file:
        stream = file.add_stream("mjpeg", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        for frame in islice(_frames(), seconds * FPS):
            picture = frame.reformat(width=width, height=height, format="yuvj420p")
            picture.pts = None
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    return path


def _frames() -> Iterator[av.VideoFrame]:
    with av.open(str(VTEST)) as file:
        yield from file.decode(video=0)


def split_units(data: bytes) -> list[bytes]:
    """Answer the units between start codes (ITU-T H.264, Annex B)."""
    return [unit.rstrip(b"\0") for unit in data.split(b"\0\0\1") if unit.strip(b"\0")]


def slices(units: list[bytes], codec: Codec) -> tuple[bytes, ...]:
    """Answer those of the units that hold pictures."""
    if codec == "h264":
        return tuple(unit for unit in units if unit[0] & 31 not in PARAMETERS_H264)
    return tuple(unit for unit in units if unit[0] >> 1 & 63 not in PARAMETERS_H265)
