"""Read music from a file piece by piece, as it is played."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler

from unhear.answer.synthesiser import Speech
from unhear.engines.audio_files import kind_of
from unhear.engines.errors import SoundUnreadable

MUSIC_RATE_HZ = 22_050
"""What the loudspeakers of voice devices are made for."""

PIECE_FRAMES = MUSIC_RATE_HZ // 2
HEAD_BYTES = 16


def music_pieces(file: Path) -> Iterator[Speech]:
    """Yield the sound of a WAV, FLAC, Ogg, MP3, WebM or M4A file, half a second at a time, mono.

    Raises `SoundUnreadable` for a file that is none of these or damaged.
    """
    try:
        with file.open("rb") as opened:
            kind = kind_of(opened.read(HEAD_BYTES))
            opened.seek(0)
            with av.open(opened, mode="r", format=kind, metadata_errors="ignore") as container:
                if not container.streams.audio:
                    raise SoundUnreadable("the file holds no sound")
                yield from _pieces(container.decode(container.streams.audio[0]))
    except (av.FFmpegError, OSError, ValueError, OverflowError) as error:
        raise SoundUnreadable(f"a music file cannot be read ({type(error).__name__})") from None


def _pieces(frames: Iterator[av.AudioFrame]) -> Iterator[Speech]:
    resampler = AudioResampler(format="s16", layout="mono", rate=MUSIC_RATE_HZ)
    waiting = np.zeros(0, np.int16)
    for frame in frames:
        frame.pts = None  # Gaps in the time stamps of a file are not silence.
        parts = [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
        waiting = np.concatenate([waiting, *parts])
        while len(waiting) >= PIECE_FRAMES:
            yield Speech(waiting[:PIECE_FRAMES], MUSIC_RATE_HZ)
            waiting = waiting[PIECE_FRAMES:]
    if len(waiting):
        yield Speech(waiting, MUSIC_RATE_HZ)
