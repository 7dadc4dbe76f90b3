"""Tell a sudden loud sound from the noise that there always is."""

import math

import numpy as np

from unhear.capture.sound import RATE_HZ, Pcm

WINDOW = RATE_HZ // 10
"""Frames that are judged together."""

SILENCE_DBFS = -90.0
LOUD_DBFS = -40.0
"""What is softer is never loud, however quiet it is otherwise."""

ABOVE_DB_MOST, ABOVE_DB_LEAST = 30.0, 10.0
"""How much louder than usual it must be, from the least sensitivity to the most."""

GETTING_USED = 0.02
"""How much of a window becomes usual: noise that stays is usual after some seconds."""


SETTLING = 10
"""So many windows only tell what is usual: a stream often begins with silence of its coder's."""


class Loudness:
    """Follows how loud a stream usually is; one instance a stream."""

    def __init__(self) -> None:
        self._rest: Pcm = np.zeros(0, np.int16)
        self._usual = SILENCE_DBFS
        self._heard = 0

    def hear(self, pcm: Pcm, sensitivity: float) -> bool:
        """Take the next frames, any number; answer whether they hold a sudden loud sound."""
        frames = np.concatenate([self._rest, pcm])
        whole = len(frames) // WINDOW
        self._rest = frames[whole * WINDOW :]
        windows = frames[: whole * WINDOW].reshape(whole, WINDOW)
        return any([self._is_loud(window, sensitivity) for window in windows])  # noqa: C419 - all are heard

    def _is_loud(self, window: Pcm, sensitivity: float) -> bool:
        level = _dbfs(window)
        self._heard += 1
        if self._heard <= SETTLING:
            self._usual = max(self._usual, level)
            return False
        above = ABOVE_DB_MOST + sensitivity * (ABOVE_DB_LEAST - ABOVE_DB_MOST)
        loud = level > max(LOUD_DBFS, self._usual + above)
        self._usual += GETTING_USED * (level - self._usual)
        return loud


def _dbfs(window: Pcm) -> float:
    power = float(np.mean((window / 32_768.0) ** 2))
    return max(10 * math.log10(max(power, 1e-12)), SILENCE_DBFS)
