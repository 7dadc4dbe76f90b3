"""Read sound files of any usual kind into 16 kHz mono, in memory.

The bytes may come from anywhere. The kind is told from their first bytes and the decoder is named,
so that nothing in them can make it open another file or an address.
"""

import io
from collections.abc import Iterator

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.errors import SoundUnreadable

SECONDS_MAX = 600
"""The longest sound that is read, 10 minutes."""

RATE_HZ_MIN = 4_000
RATE_HZ_MAX = 384_000
CHANNELS_MAX = 32

MISSING_SECONDS_MAX = 0.1
"""How much shorter than it says a file may be before it counts as broken off."""

WAV_HEADER_BYTES = 12
STREAMED_LENGTHS = (0, 0xFFFFFFFF, 0x7FFFFFFF)
"""What programs write for the length of a WAV file that they could not know beforehand."""

KINDS = (
    (b"RIFF", 0, "wav"),
    (b"fLaC", 0, "flac"),
    (b"OggS", 0, "ogg"),
    (b"ID3", 0, "mp3"),
    (b"\xff\xfb", 0, "mp3"),
    (b"\xff\xf3", 0, "mp3"),
    (b"\xff\xf2", 0, "mp3"),
    (b"\x1a\x45\xdf\xa3", 0, "matroska"),
    (b"ftyp", 4, "mov"),
)
"""First bytes, where they stand, and libavformat's name for the kind."""


def read_sound(data: bytes, *, seconds_max: float = SECONDS_MAX) -> Pcm:
    """Answer the sound of a WAV, FLAC, Ogg, MP3, WebM or M4A file as 16 kHz mono.

    Any sample rate, sample width and number of channels will do; channels are mixed. Raises
    `SoundUnreadable` for anything else, for a file without sound, one longer than `seconds_max`,
    and one that breaks off. Ogg and WebM files do not say their length, so of those what is there
    is read.
    """
    kind = kind_of(data)
    if kind == "wav":
        _check_wav_is_whole(data)
    try:
        with av.open(io.BytesIO(data), mode="r", format=kind, metadata_errors="ignore") as file:
            return _decode(file, seconds_max)
    except (av.FFmpegError, ValueError, OverflowError, MemoryError) as error:
        # libav's own words quote file contents, so only the kind of failure is told.
        raise SoundUnreadable(
            f"this {kind} file is damaged or not of a known kind ({type(error).__name__})"
        ) from None


def kind_of(data: bytes) -> str:
    """Answer what kind of sound file begins like this. Raises `SoundUnreadable` for none."""
    if not data:
        raise SoundUnreadable("the sound file is empty")
    for magic, offset, kind in KINDS:
        if data[offset : offset + len(magic)] == magic:
            return kind
    raise SoundUnreadable("this is no sound file; WAV, FLAC, Ogg, MP3, WebM and M4A are read")


def _check_wav_is_whole(data: bytes) -> None:
    """Raise `SoundUnreadable` when the file is shorter than its header says (RIFF, 1991)."""
    if len(data) < WAV_HEADER_BYTES or data[8:12] != b"WAVE":
        raise SoundUnreadable("this is no sound file, though it begins like a WAV file")
    position = WAV_HEADER_BYTES
    while position + 8 <= len(data):
        name, size = data[position : position + 4], data[position + 4 : position + 8]
        length = int.from_bytes(size, "little")
        if name == b"data":
            here = len(data) - position - 8
            if length not in STREAMED_LENGTHS and here < length:
                raise SoundUnreadable(f"the WAV file breaks off: {here} of {length} bytes are here")
            return
        position += 8 + length + length % 2
    raise SoundUnreadable("the WAV file breaks off before its sound")


def _decode(file: InputContainer, seconds_max: float) -> Pcm:
    if not file.streams.audio:
        raise SoundUnreadable("the file holds no sound")
    stream = file.streams.audio[0]
    _check_format(stream)
    pieces: list[Pcm] = []
    frames = 0
    for piece in _resampled(file, stream):
        pieces.append(piece)
        frames += len(piece)
        if frames > seconds_max * RATE_HZ:
            raise SoundUnreadable(f"the sound is longer than {seconds_max:g} seconds")
    if not frames:
        raise SoundUnreadable("the file holds no sound")
    if stream.duration is not None and stream.time_base is not None:
        missing = float(stream.duration * stream.time_base) - frames / RATE_HZ
        if missing > MISSING_SECONDS_MAX:
            raise SoundUnreadable(f"the sound file breaks off: {missing:.1f} seconds are missing")
    return np.concatenate(pieces)


def _check_format(stream: AudioStream) -> None:
    if stream.codec_context is None:
        raise SoundUnreadable("the sound is coded in a way nobody here knows")
    if not RATE_HZ_MIN <= stream.rate <= RATE_HZ_MAX:
        raise SoundUnreadable(
            f"a rate of {stream.rate} Hz is none of speech ({RATE_HZ_MIN} to {RATE_HZ_MAX} Hz)"
        )
    if not 1 <= stream.channels <= CHANNELS_MAX:
        raise SoundUnreadable(f"{stream.channels} channels are more than {CHANNELS_MAX}, or none")


def _resampled(file: InputContainer, stream: AudioStream) -> Iterator[Pcm]:
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    for frame in file.decode(stream):
        frame.pts = None  # Gaps in the time stamps of a file are not silence.
        for piece in resampler.resample(frame):
            yield piece.to_ndarray()[0]
    for piece in resampler.resample(None):
        yield piece.to_ndarray()[0]
