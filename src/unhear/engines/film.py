"""Fragmented MP4 of a camera's packets, in memory: as they came, or encoded anew if they must be.

What is private is black before it is encoded, so a film with private areas is decoded and encoded
again (H.264), and so is one that MP4 players do not know. Nothing else in it tells of the camera:
there are no tags, no times of making, no places.
"""

import io
from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from unhear.capture.boxes import box, boxes
from unhear.capture.encoded import PICTURE_TICKS, Encoded
from unhear.capture.fragments import Fragment, Fragments
from unhear.engines.film_sound import choose_sound
from unhear.engines.pictures import Coding, Decoder, blackened
from unhear.household.cameras import Area

PIECE_SECONDS, PIECE_SECONDS_MAX = 2.0, 4.0

TAGS = {"h264": "avc1", "hevc": "hvc1"}
"""Codecs that stay as they are, and what MP4 calls them where parameters stand in front."""

MP4_OPTIONS = {
    "movflags": "empty_moov+default_base_moof+frag_custom",
    "fflags": "+bitexact",
    "video_track_timescale": str(PICTURE_TICKS),
}
X264_OPTIONS = {"preset": "veryfast", "tune": "zerolatency", "crf": "23", "flags": "+bitexact"}
KEY_SECONDS = 2
FPS_DEFAULT = 15
FPS_MAX = 60

PLAYED = (b"mvhd", b"trak", b"mvex")
"""What of a `moov` box a player needs."""


class FilmWriter:
    """Writes one film: `init` first, then the fragments that `add` and `end` answer."""

    def __init__(
        self,
        pictures: VideoStream,
        sound: AudioStream | None,
        private: Sequence[Area],
        *,
        every_picture: bool = False,
    ) -> None:
        """Begin a film; `every_picture` is a fragment of its own, for those who watch live."""
        seconds = (0.0, 0.0) if every_picture else (PIECE_SECONDS, PIECE_SECONDS_MAX)
        self._fragments = Fragments(*seconds)
        out = io.BytesIO()
        with av.open(out, "w", format="mp4", options=MP4_OPTIONS) as file:
            path: _Pictures
            if pictures.codec_context.name in TAGS and not private:
                path = _Copied(file, pictures)
            else:
                path = _EncodedAgain(file, pictures, private)
            self._pictures = path
            self._sound = None if sound is None else choose_sound(file, sound)
            file.start_encoding()
            self.init = _without_tags(out.getvalue())

    def add(self, packet: Encoded) -> list[Fragment]:
        """Take the next packet; answer what is whole now."""
        if packet.sound:
            through = [] if self._sound is None else self._sound.through(packet)
        else:
            through = self._pictures.through(packet)
        return [whole for one in through for whole in self._fragments.add(one)]

    def end(self) -> list[Fragment]:
        """Answer what is left."""
        left = [whole for one in self._pictures.rest() for whole in self._fragments.add(one)]
        return [*left, *self._fragments.end()]


class _Pictures(Protocol):
    """What becomes of coded pictures on their way into a film."""

    def through(self, packet: Encoded) -> list[Encoded]:
        """Answer what goes into the film for a packet."""

    def rest(self) -> list[Encoded]:
        """Answer what is still to go into it at its end."""


class _Copied:
    """Pictures that stay as the camera coded them."""

    def __init__(self, file: OutputContainer, pictures: VideoStream) -> None:
        stream = file.add_stream_from_template(pictures)
        stream.codec_context.codec_tag = TAGS[pictures.codec_context.name]
        stream.time_base = Fraction(1, PICTURE_TICKS)

    def through(self, packet: Encoded) -> list[Encoded]:
        return [packet]

    def rest(self) -> list[Encoded]:
        return []


class _EncodedAgain:
    """Pictures that are decoded, blacked out and encoded with H.264."""

    def __init__(
        self, file: OutputContainer, pictures: VideoStream, private: Sequence[Area]
    ) -> None:
        coding = coding_of(pictures)
        fps = fps_of(pictures)
        self._decoder = Decoder(coding)
        self._private = private
        self._duration = PICTURE_TICKS // fps
        self._size = coding.width // 2 * 2, coding.height // 2 * 2
        stream = file.add_stream("libx264", rate=fps)
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        stream.gop_size = fps * KEY_SECONDS
        stream.codec_context.time_base = Fraction(1, PICTURE_TICKS)
        stream.codec_context.options = X264_OPTIONS
        self._stream = stream

    def through(self, packet: Encoded) -> list[Encoded]:
        coded: list[Encoded] = []
        for frame in self._decoder.decode(packet):
            black = blackened(frame, self._private)
            if (black.width, black.height) == self._size:
                coded += self._as_encoded(self._stream.encode(black))
        return coded

    def rest(self) -> list[Encoded]:
        return self._as_encoded(self._stream.encode(None))

    def _as_encoded(self, packets: "Sequence[av.Packet[VideoStream]]") -> list[Encoded]:
        return [
            Encoded(
                bytes(packet),
                packet.dts or 0,
                packet.pts or 0,
                self._duration,
                key=packet.is_keyframe,
            )
            for packet in packets
        ]


def coding_of(pictures: VideoStream) -> Coding:
    """Answer how a camera codes its pictures."""
    context = pictures.codec_context
    return Coding(context.name, context.width, context.height, context.extradata)


def fps_of(pictures: VideoStream) -> int:
    """Answer about how many pictures a second a camera sends, 1 to 60."""
    rate = pictures.average_rate or pictures.guessed_rate or FPS_DEFAULT
    return min(max(round(rate), 1), FPS_MAX)


def _without_tags(init: bytes) -> bytes:
    """Answer an initialization segment without what no player needs."""
    parts = []
    for kind, content in boxes(init):
        if kind == b"moov":
            kept = (box(name, inner) for name, inner in boxes(content) if name in PLAYED)
            parts.append(box(kind, *kept))
        else:
            parts.append(box(kind, content))
    return b"".join(parts)
