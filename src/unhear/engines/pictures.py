"""Pictures of a camera: decoding, blacking out, making small, and writing as JPEG."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from unhear.capture.encoded import PICTURE_TICKS, Encoded
from unhear.capture.film import Picture
from unhear.household.cameras import Area

BLACK = (16, 128, 128)
"""Luma and chroma of black (ITU-R BT.709, section 6)."""

FULL_RANGE = 2
"""FFmpeg's number for pictures whose black is 0."""

BLOCK_PIXELS, SMOOTHED_PIXELS = 16, 4
"""The size of a coder's blocks, which mix pixels, and how far it smooths over their edges (ITU-T
H.264, sections 6.3 and 8.7)."""

BLUR_PIXELS = 4
"""How far what is made small mixes pixels with their neighbours: 3 as measured, and one more."""

JPEG_QUALITY = "5"
"""2 (best) to 31."""

SMALLER = ((192, "8"), (160, "12"), (128, "16"), (96, "24"), (64, "31"))
"""Widths and qualities to try, until a picture is as small as it must be."""


@dataclass(frozen=True, slots=True)
class Coding:
    """How a camera codes its pictures."""

    name: str
    width: int
    height: int
    extradata: bytes | None = None


class Decoder:
    """Decodes one stream's packets; what is damaged is passed over."""

    def __init__(self, coding: Coding) -> None:
        context = av.CodecContext.create(coding.name, "r")
        if not isinstance(context, VideoCodecContext):
            raise TypeError(f"{coding.name} codes no pictures")
        context.extradata = coding.extradata
        context.thread_count = 1
        self._context = context

    def decode(self, packet: Encoded) -> list[VideoFrame]:
        """Answer the pictures that are whole now; their times are ticks of the stream."""
        coded = av.Packet(packet.data)
        coded.pts, coded.dts = packet.shown, packet.decoded
        coded.time_base = Fraction(1, PICTURE_TICKS)
        return self._decode(coded)

    def rest(self) -> list[VideoFrame]:
        """Answer the pictures that are left when nothing more comes."""
        return self._decode(None)

    def _decode(self, coded: "av.Packet[Any] | None") -> list[VideoFrame]:
        try:
            return self._context.decode(coded)
        except av.FFmpegError:
            return []


def small_size(width: int, height: int, width_max: int) -> tuple[int, int]:
    """Answer the even size of a picture made at most that wide."""
    scale = min(width_max / width, 1.0)
    return max(round(width * scale / 2) * 2, 2), max(round(height * scale / 2) * 2, 2)


def small_picture(
    frame: VideoFrame, areas: Sequence[Area], width_max: int, *, block_pixels: int = 1
) -> Picture:
    """Answer a picture in RGB, at most that wide, black where it is private, in whole blocks."""
    width, height = small_size(frame.width, frame.height, width_max)
    # The default way of scaling costs more than all that is done with the picture.
    small = frame.reformat(
        width=width, height=height, format="rgb24", interpolation="FAST_BILINEAR"
    )
    picture = small.to_ndarray()
    for left, top, right, bottom in _pixels(areas, width, height, block_pixels, BLUR_PIXELS):
        picture[top:bottom, left:right] = 0
    return np.ascontiguousarray(picture, np.uint8)


def blackened(frame: VideoFrame, areas: Sequence[Area]) -> VideoFrame:
    """Answer a copy of a picture in `yuv420p`, of even size, black where it is private.

    It is black outwards to whole blocks of a coder too, and past what a coder smooths, so that no
    light from outside strays into private areas.
    """
    width, height = frame.width // 2 * 2, frame.height // 2 * 2
    even = frame.reformat(width=width, height=height, format="yuv420p", dst_color_range="MPEG")
    planes = even.to_ndarray()
    luma = planes[:height]
    chroma = planes[height:].reshape(2, height // 2, width // 2)
    for left, top, right, bottom in _pixels(areas, width, height, BLOCK_PIXELS, SMOOTHED_PIXELS):
        luma[top:bottom, left:right] = BLACK[0]
        chroma[0, top // 2 : bottom // 2, left // 2 : right // 2] = BLACK[1]
        chroma[1, top // 2 : bottom // 2, left // 2 : right // 2] = BLACK[2]
    black = VideoFrame.from_ndarray(planes, format="yuv420p")
    black.pts, black.time_base = frame.pts, frame.time_base
    black.colorspace, black.color_range = frame.colorspace, 1
    return black


def small_jpeg(frame: VideoFrame, areas: Sequence[Area], width_max: int) -> bytes:
    """Answer a picture as JPEG, at most that wide, black where it is private.

    Nothing in it tells where it came from.
    """
    picture = small_picture(frame, areas, width_max, block_pixels=BLOCK_PIXELS)
    return _jpeg(picture)


def smaller_jpeg(jpeg: bytes, bytes_max: int) -> bytes | None:
    """Answer a JPEG picture again in at most so many bytes; None where that cannot be."""
    decoder = av.CodecContext.create("mjpeg", "r")
    if not isinstance(decoder, VideoCodecContext):
        raise TypeError("mjpeg codes no pictures")
    frames = [*decoder.decode(av.Packet(jpeg)), *decoder.decode(None)]
    for width, quality in SMALLER:
        small = _jpeg(small_picture(frames[0], (), width), quality)
        if len(small) <= bytes_max:
            return small
    return None


def _jpeg(picture: Picture, quality: str = JPEG_QUALITY) -> bytes:
    height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture[:height, :width]), format="rgb24")
    encoder = av.CodecContext.create("mjpeg", "w")
    if not isinstance(encoder, VideoCodecContext):
        raise TypeError("mjpeg codes no pictures")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"qmin": quality, "qmax": quality, "flags": "+bitexact"}
    coded = frame.reformat(format="yuvj420p", dst_color_range="JPEG")
    coded.pts = 0
    packets = [*encoder.encode(coded), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


def _pixels(
    areas: Sequence[Area], width: int, height: int, step: int, more: int
) -> list[tuple[int, int, int, int]]:
    """Answer left, top, right and bottom of areas in pixels, outwards to multiples of `step`."""

    def low(share: float, size: int) -> int:
        return max(floor(share * size - more) // step * step, 0)

    def high(share: float, size: int) -> int:
        return min(ceil(ceil(share * size + more) / step) * step, size)

    return [
        (
            low(area.left, width),
            low(area.top, height),
            high(area.right, width),
            high(area.bottom, height),
        )
        for area in areas
    ]
