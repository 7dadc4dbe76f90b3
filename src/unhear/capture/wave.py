"""Write sound as a WAV file, in memory."""

import io
import wave

from unhear.capture.sound import RATE_HZ, Pcm

SAMPLE_BYTES = 2


def wav_bytes(pcm: Pcm) -> bytes:
    """Answer `pcm` as a WAV file: PCM, 16 kHz, 16-bit, mono."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(SAMPLE_BYTES)
        wav.setframerate(RATE_HZ)
        wav.writeframes(pcm.astype("<i2").tobytes())
    return file.getvalue()
