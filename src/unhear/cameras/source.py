"""One connection to a camera, and the packets that come over it.

FFmpeg takes a user and password only in the address, and names the address in its errors; so none
of its errors leaves this file, not even as another's cause.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream
from pydantic import SecretStr

from unhear.capture.encoded import PICTURE_TICKS, Encoded, Origin, Timeline
from unhear.capture.fragments import parameter_sets

CONNECT_SECONDS_MAX = 10.0
SILENT_SECONDS_MAX = 10.0
"""How long a camera may send nothing before it counts as gone."""

PROTOCOLS = "tcp,tls,rtp,rtsp,rtsps,http,https"
"""What a camera's answer may lead to: no file, and no other."""

COMMON_OPTIONS = {"protocol_whitelist": PROTOCOLS, "tls_verify": "0"}
RTSP_OPTIONS = {"rtsp_transport": "tcp", "analyzeduration": "3000000", "fpsprobesize": "0"}
MJPEG_OPTIONS = {"use_wallclock_as_timestamps": "1"}

KEY_ONLY = ("mjpeg",)
"""Codecs whose every picture stands alone."""

T = TypeVar("T")


class CameraAway(Exception):
    """The camera is not there, sends nothing, or sends what nobody can read; says what kind."""


class CameraRefused(CameraAway):
    """The camera does not take the user and password that the settings have for it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a camera's stream is, and how to sign in to it."""

    address: str
    user: str
    password: SecretStr | None

    def signed_in(self) -> str:
        """Answer the address with user and password. It is a secret."""
        if not self.user:
            return self.address
        parts = urlsplit(self.address)
        password = self.password.get_secret_value() if self.password else ""
        host = parts.netloc.rpartition("@")[2]
        user = f"{quote(self.user, safe='')}:{quote(password, safe='')}"
        return urlunsplit(parts._replace(netloc=f"{user}@{host}"))


class Source(Protocol):
    """A connection to a camera, and how what comes over it is coded."""

    @property
    def pictures(self) -> VideoStream:
        """How its pictures are coded."""

    @property
    def sound(self) -> AudioStream | None:
        """How its sound is coded; there only where it was asked for and the camera has it."""

    def packets(self) -> Iterator[Encoded]:
        """Yield what comes, until the connection ends. Raises `CameraAway`."""

    def close(self) -> None:
        """End the connection."""


class OneCoding:
    """Expects that pictures are coded the same way all along, as one film needs it.

    A part of what tells how they are coded that was lost on its way is no other way.
    """

    def __init__(self) -> None:
        self._coding: dict[int, frozenset[bytes]] = {}

    def goes_on(self, packet: Encoded, codec: str) -> bool:
        """Whether a picture is coded like those before it."""
        if not packet.key or codec in KEY_ONLY:
            return True
        coding = parameter_sets(packet.data, codec)
        self._coding = coding | self._coding
        return all(sets <= self._coding[kind] for kind, sets in coding.items())


class AddressSource:
    """A connection to where a camera is."""

    def __init__(self, place: Place, *, hears: bool) -> None:
        """Connect. Raises `CameraRefused` and `CameraAway`."""
        self._file = _spoken_safely(lambda: _open(place, hears=hears))
        streams = self._file.streams
        pictures = [one for one in streams.video if _is_known(one) and one.codec_context.width]
        if not pictures:
            self.close()
            raise CameraAway("it shows no pictures that can be read")
        self.pictures: VideoStream = pictures[0]
        known = [one for one in streams.audio if _is_known(one) and one.rate]
        self.sound: AudioStream | None = known[0] if hears and known else None

    def packets(self) -> Iterator[Encoded]:
        """Yield what comes, until the connection ends. Raises `CameraAway`."""
        origin = Origin()
        pictures = Timeline(PICTURE_TICKS, origin)
        sound = None if self.sound is None else Timeline(self.sound.rate, origin)
        coding, codec = OneCoding(), self.pictures.codec_context.name
        streams = [stream for stream in (self.pictures, self.sound) if stream is not None]
        coming = self._file.demux(streams)
        while (packet := _spoken_safely(lambda: next(coming, None))) is not None:
            if not packet.size:
                continue
            if packet.stream_index == self.pictures.index:
                placed = _placed(packet, pictures, key=self._is_key(packet))
                if not coding.goes_on(placed, codec):
                    raise CameraAway("it codes its pictures otherwise now")
                yield placed
            elif sound is not None:
                yield _placed(packet, sound, sound=True)
        raise CameraAway("it ended its film")

    def close(self) -> None:
        """End the connection."""
        with suppress(av.FFmpegError, OSError):
            self._file.close()

    def _is_key(self, packet: "av.Packet[Any]") -> bool:
        return packet.is_keyframe or self.pictures.codec_context.name in KEY_ONLY


def _open(place: Place, *, hears: bool) -> InputContainer:
    rtsp = place.address.startswith("rtsp")
    options = {**COMMON_OPTIONS, **(RTSP_OPTIONS if rtsp else MJPEG_OPTIONS)}
    if rtsp:
        options["allowed_media_types"] = "video+audio" if hears else "video"
    return av.open(
        place.signed_in(),
        format="rtsp" if rtsp else "mpjpeg",
        options=options,
        timeout=(CONNECT_SECONDS_MAX, SILENT_SECONDS_MAX),
        metadata_errors="ignore",
    )


def _is_known(stream: VideoStream | AudioStream) -> bool:
    """Answer whether there is a decoder for a stream; PyAV has no context for any other."""
    context: object = stream.codec_context
    return context is not None


def _placed(
    packet: "av.Packet[Any]", timeline: Timeline, *, key: bool = False, sound: bool = False
) -> Encoded:
    scale = packet.time_base * timeline.ticks
    decoded = packet.dts if packet.dts is not None else packet.pts
    duration = round((packet.duration or 0) * scale)
    placed = timeline.place(None if decoded is None else round(decoded * scale), duration)
    later = 0
    if packet.pts is not None and decoded is not None:
        later = max(round((packet.pts - decoded) * scale), 0)
    return Encoded(
        bytes(packet), placed, placed + later, duration, timeline.ticks, key=key, sound=sound
    )


def _spoken_safely(action: Callable[[], T]) -> T:
    """Do it; what goes wrong is told by its kind alone, and not as the cause of what is raised."""
    wrong: CameraAway
    try:
        return action()
    except (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError):
        wrong = CameraRefused("it does not take this user and password")
    except (av.FFmpegError, OSError, ValueError) as error:
        wrong = CameraAway(type(error).__name__)
    raise wrong
