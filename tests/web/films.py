"""Real film: H.264 and AAC in fragmented MP4, of which every second has a colour of its own."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from io import BytesIO

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

from tests.web.consoles import Console
from unhear.capture.film import Piece
from unhear.forget.traces import new_trace_id
from unhear.household.words import WHOEVER_IS_SEEN, DeviceId, Seen, TraceId, Utterance

SIZE = (320, 180)
FRAMES_PER_SECOND = 10
PIECE_SECONDS = 2
RATE_HZ = 16_000
COLOURS = ((200, 30, 30), (30, 160, 60), (40, 60, 200), (200, 180, 40), (150, 50, 170))
"""Of the first second, the second one, and so on, again and again."""

MOVFLAGS = "empty_moov+default_base_moof+frag_keyframe"


def picture(second: int, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """Answer what the film shows in that second: RGB, shape (height, width, 3)."""
    width, height = size
    return np.full((height, width, 3), COLOURS[second % len(COLOURS)], np.uint8)


def jpeg(second: int = 0) -> bytes:
    """Answer a small picture of that second."""
    coder = VideoCodecContext.create("mjpeg", "w")
    coder.width, coder.height = SIZE
    coder.pix_fmt, coder.time_base = "yuvj420p", Fraction(1, FRAMES_PER_SECOND)
    frame = av.VideoFrame.from_ndarray(picture(second), format="rgb24")
    packets = [*coder.encode(frame.reformat(format="yuvj420p")), *coder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


def film(seconds: int, *, codec: str = "libx264", sound: bool = True) -> list[Piece]:
    """Answer a film as cameras' clips are kept: pieces, the first with the initialization."""
    written = BytesIO()
    with av.open(written, "w", format="mp4", options={"movflags": MOVFLAGS}) as container:
        pictures = container.add_stream(codec, rate=FRAMES_PER_SECOND)
        assert isinstance(pictures, VideoStream)
        pictures.width, pictures.height = SIZE
        pictures.pix_fmt, pictures.gop_size = "yuv420p", PIECE_SECONDS * FRAMES_PER_SECOND
        pictures.options = {"preset": "ultrafast", "tune": "zerolatency"}
        tone = container.add_stream("aac", rate=RATE_HZ, layout="mono") if sound else None
        for second in range(seconds):
            frame = av.VideoFrame.from_ndarray(picture(second), format="rgb24")
            for number in range(FRAMES_PER_SECOND):
                frame.pts = second * FRAMES_PER_SECOND + number
                container.mux(pictures.encode(frame))
            if isinstance(tone, AudioStream):
                container.mux(tone.encode(_tone(second)))
        for stream in (pictures, tone):
            if stream is not None:
                container.mux(stream.encode(None))
    return _pieces(written.getvalue(), seconds)


def _tone(second: int) -> av.AudioFrame:
    moments = np.arange(RATE_HZ) / RATE_HZ
    samples = (np.sin(2 * np.pi * 440 * moments) * 0.2).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="fltp", layout="mono")
    frame.sample_rate, frame.pts = RATE_HZ, second * RATE_HZ
    return frame


def _pieces(data: bytes, seconds: int) -> list[Piece]:
    """Cut film before each fragment but the first."""
    parts: list[bytes] = []
    at, begun = 0, b""
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        begun += data[at : at + size] if kind != b"mfra" else b""
        if kind == b"mdat":
            parts.append(begun)
            begun = b""
        at += size
    assert len(parts) == -(-seconds // PIECE_SECONDS)
    begins = [number * PIECE_SECONDS for number in range(len(parts))]
    ends = [*begins[1:], seconds]
    return [Piece(*piece) for piece in zip(parts, begins, ends, strict=True)]


def keep_clip(
    served: Console,
    pieces: Sequence[Piece],
    *,
    camera: str = "front door",
    seen: tuple[Seen, ...] = (Seen.MOTION, Seen.PERSON),
    still: bytes | None = None,
    **ago: float,
) -> TraceId:
    """Keep a clip in a house; answer its id."""
    began_at = served.house.clock() - timedelta(**ago)
    utterance = Utterance(new_trace_id(), began_at, DeviceId(camera), WHOEVER_IS_SEEN, seen=seen)
    clip = served.house.clips.begin(utterance, began_at + timedelta(days=3))
    if still is not None:
        clip.still(still)
    for piece in pieces:
        clip.add(piece.data, piece.begins, piece.ends)
    clip.end()
    return utterance.of
