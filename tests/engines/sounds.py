"""Sound files of every kind, made in memory."""

import io
import wave

import av
import numpy as np
from numpy.typing import NDArray

TONE_HZ = 440


def tone(rate_hz: int, seconds: float = 0.5) -> NDArray[np.float64]:
    """Answer a tone of half the greatest loudness, shape (frames,)."""
    return 0.5 * np.sin(2 * np.pi * TONE_HZ * np.arange(round(rate_hz * seconds)) / rate_hz)


def wav(sound: NDArray[np.float64], rate_hz: int, *, bits: int = 16, channels: int = 1) -> bytes:
    """Answer a WAV file of integer samples, the same in every channel."""
    if bits == 8:
        samples = np.round(sound * 127 + 128).astype(np.uint8).reshape(-1, 1)
    else:
        whole = np.round(sound * (2 ** (bits - 1) - 1)).astype("<i4")
        samples = whole.view(np.uint8).reshape(-1, 4)[:, : bits // 8]
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(bits // 8)
        writer.setframerate(rate_hz)
        writer.writeframes(np.repeat(samples[:, None, :], channels, axis=1).tobytes())
    return file.getvalue()


def encoded(kind: str, codec: str, rate_hz: int = 48_000, seconds: float = 0.5) -> bytes:
    """Answer the tone as a file of another kind (libavformat's and libavcodec's names)."""
    file = io.BytesIO()
    pcm = np.round(tone(rate_hz, seconds) * 32767).astype(np.int16)
    with av.open(file, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=rate_hz, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate_hz
        resampler = av.AudioResampler(
            stream.format, stream.layout, rate_hz, frame_size=stream.codec_context.frame_size
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return file.getvalue()
