"""Write what a synthesiser said as a WAV file, in memory."""

import io
import wave
from collections.abc import Sequence

from unhear.answer.synthesiser import Speech

SAMPLE_BYTES = 2
FALLBACK_RATE_HZ = 22_050
"""The rate of an empty file, for an answer without words."""


def speech_wav(pieces: Sequence[Speech]) -> bytes:
    """Answer the pieces, one after the other, as a 16-bit mono WAV file of their rate."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(SAMPLE_BYTES)
        wav.setframerate(pieces[0].rate_hz if pieces else FALLBACK_RATE_HZ)
        for piece in pieces:
            wav.writeframes(piece.pcm.astype("<i2").tobytes())
    return file.getvalue()
