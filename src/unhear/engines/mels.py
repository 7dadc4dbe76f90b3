"""How strong each pitch is over time, as speaker encoders hear it.

The scale is Slaney's ("Auditory Toolbox", 1998): even steps below 1 kHz, even ratios above.
"""

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from unhear.capture.sound import RATE_HZ

Reals = NDArray[np.float32]

STEP_FRAMES = RATE_HZ // 100
WINDOW_FRAMES = RATE_HZ // 40
BANDS = 40

LINEAR_UP_TO_HZ, HZ_PER_STEP = 1000.0, 200 / 3
LOG_STEP = np.log(6.4) / 27


def mels(sound: Reals) -> Reals:
    """Answer the power in each band, shape (steps, `BANDS`), of sound of shape (frames,).

    There is a step each 10 ms, of 25 ms of sound around it.
    """
    padded = np.pad(sound, WINDOW_FRAMES // 2)
    windows = sliding_window_view(padded, WINDOW_FRAMES)[::STEP_FRAMES]
    phase = 2 * np.pi * np.arange(WINDOW_FRAMES) / WINDOW_FRAMES
    spectrum = np.fft.rfft(windows * (0.5 - 0.5 * np.cos(phase)), axis=1)
    power: Reals = (np.abs(spectrum) ** 2 @ _bands()).astype(np.float32)
    return power


@lru_cache(1)
def _bands() -> NDArray[np.float64]:
    """Answer the triangle of each band over the frequencies, each of the same area."""
    last = _step_of(RATE_HZ / 2)
    edges = np.array([_hz_of(step) for step in np.linspace(0, last, BANDS + 2)])
    pitch = np.linspace(0, RATE_HZ / 2, WINDOW_FRAMES // 2 + 1)[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (pitch - low) / (middle - low), (high - pitch) / (high - middle)
    triangles: NDArray[np.float64] = np.maximum(0, np.minimum(rising, falling))
    areas: NDArray[np.float64] = triangles * 2 / (high - low)
    return areas


def _step_of(hz: float) -> float:
    steps = LINEAR_UP_TO_HZ / HZ_PER_STEP
    return float(steps + np.log(hz / LINEAR_UP_TO_HZ) / LOG_STEP)


def _hz_of(step: float) -> float:
    steps = LINEAR_UP_TO_HZ / HZ_PER_STEP
    if step < steps:
        return step * HZ_PER_STEP
    return float(LINEAR_UP_TO_HZ * np.exp(LOG_STEP * (step - steps)))
