"""A camera's sound on its way into an MP4 film: AAC stays as it is, all else becomes AAC."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import OutputContainer

from unhear.capture.encoded import Encoded

AAC_SAMPLES = 1024
"""Samples of one packet (ISO/IEC 14496-3)."""

GAP_SECONDS = 0.5
"""What is missing for longer than this stays missing, so that sound and pictures stay together."""


class Sound(Protocol):
    """What becomes of a camera's sound on its way into a film."""

    def through(self, packet: Encoded) -> list[Encoded]:
        """Answer what goes into the film for a packet."""


def choose_sound(file: OutputContainer, sound: AudioStream) -> Sound:
    """Add a track for a camera's sound to a film, and answer what goes through it."""
    if sound.codec_context.name == "aac" and sound.codec_context.extradata:
        return _Copied(file, sound)
    return _EncodedAsAac(file, sound)


def sound_decoder(sound: AudioStream) -> AudioCodecContext:
    """Answer a new decoder of a camera's sound."""
    context = av.CodecContext.create(sound.codec_context.name, "r")
    if not isinstance(context, AudioCodecContext):
        raise TypeError(f"{sound.codec_context.name} codes no sound")
    context.extradata = sound.codec_context.extradata
    context.sample_rate, context.layout = sound.rate, sound.layout
    return context


class _Copied:
    """Sound that stays as the camera coded it."""

    def __init__(self, file: OutputContainer, sound: AudioStream) -> None:
        file.add_stream_from_template(sound)

    def through(self, packet: Encoded) -> list[Encoded]:
        return [packet]


class _EncodedAsAac:
    """Sound that MP4 players do not know, encoded anew."""

    def __init__(self, file: OutputContainer, sound: AudioStream) -> None:
        self._decoder = sound_decoder(sound)
        self._stream = file.add_stream("aac", rate=sound.rate)
        self._stream.layout = "mono"
        self._stream.codec_context.options = {"flags": "+bitexact"}
        self._ticks = sound.rate
        self._next: int | None = None

    def through(self, packet: Encoded) -> list[Encoded]:
        if self._next is None or packet.decoded - self._next > GAP_SECONDS * self._ticks:
            self._next = packet.decoded
        try:
            frames = self._decoder.decode(av.Packet(packet.data))
        except av.FFmpegError:
            return []
        coded: list[Encoded] = []
        for frame in frames:
            frame.pts = None
            frame.time_base = Fraction(1, self._ticks)
            coded += self._placed(self._stream.encode(frame), self._next)
        return coded

    def _placed(self, packets: "Sequence[av.Packet[AudioStream]]", begins: int) -> list[Encoded]:
        moments = [begins + number * AAC_SAMPLES for number in range(len(packets))]
        self._next = begins + len(packets) * AAC_SAMPLES
        return [
            Encoded(bytes(packet), at, at, AAC_SAMPLES, self._ticks, sound=True)
            for packet, at in zip(packets, moments, strict=True)
        ]
