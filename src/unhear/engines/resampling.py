"""Bring a stream of sound to the rate of this house, piece by piece."""

import av
import numpy as np
from av.audio.resampler import AudioResampler

from unhear.capture.sound import RATE_HZ, Pcm

RATES_HZ = range(8_000, 192_001)
"""What a microphone can reasonably deliver."""


class Resampling:
    """One stream's way to 16 kHz; what is left of a piece is heard with the next."""

    def __init__(self, rate_hz: int) -> None:
        """Take a stream at `rate_hz`. Raises `ValueError` for one that is not in `RATES_HZ`."""
        if rate_hz not in RATES_HZ:
            raise ValueError(f"sound at {rate_hz} Hz cannot be taken")
        self._rate_hz = rate_hz
        self._resampler = AudioResampler(format="s16", layout="mono", rate=RATE_HZ)

    def feed(self, pcm: Pcm) -> Pcm:
        """Answer the next frames, int16 mono of shape (frames,), at 16 kHz."""
        if not len(pcm):
            return pcm
        frame = av.AudioFrame.from_ndarray(pcm[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = self._rate_hz
        pieces = [piece.to_ndarray()[0] for piece in self._resampler.resample(frame)]
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
