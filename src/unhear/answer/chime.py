"""Two soft tones before something is said unasked, so that it startles nobody."""

import numpy as np

from unhear.answer.synthesiser import Speech

TONES_HZ = (659.3, 880.0)
"""E and the A above it."""

TONE_SECONDS = 0.16
FADES_IN_SECONDS = 0.06
LOUDNESS = 0.2


def chime(rate_hz: int) -> Speech:
    """Answer the chime at `rate_hz`, about a third of a second long."""
    moments = np.arange(round(TONE_SECONDS * rate_hz)) / rate_hz
    fade = np.exp(-moments / FADES_IN_SECONDS) * np.minimum(moments / 0.005, 1.0)
    tones = [np.sin(2 * np.pi * pitch * moments) * fade for pitch in TONES_HZ]
    pcm = (np.concatenate(tones) * LOUDNESS * np.iinfo(np.int16).max).astype(np.int16)
    return Speech(pcm, rate_hz)
