"""A wake word is heard twice: by the detector of every house, and by what this house has learned.

The detector was made for everybody. What woke it wrongly here, and who called it here, the house
knows better; so the sound of each wake is shown to what was learned from the earlier ones, which
may say that nobody called.
"""

from collections.abc import Callable

import numpy as np

from unhear.capture.sound import RATE_HZ, Pcm, WakeDetector
from unhear.learn.labelled import Vector

WAKE_FRAMES = RATE_HZ * 3 // 2
"""How much of the last sound is the sound of a wake; people say the word in about a second."""

PIECE_FRAMES = 1280


class VerifiedWake:
    """Another detector, of whose wakes only those count that `verify` agrees with.

    One a stream, like every detector. Holds the last 1.5 seconds of sound, and the vector of a wake
    until it is taken, in memory alone.
    """

    def __init__(
        self,
        inner: WakeDetector,
        describe: Callable[[Pcm], Vector | None],
        verify: Callable[[Vector], bool],
    ) -> None:
        """Show what `describe` makes of each wake's sound (`WAKE_FRAMES`) to `verify`.

        Both are called within `feed`, once a wake. What `describe` says nothing of counts.
        """
        self._inner = inner
        self._describe = describe
        self._verify = verify
        self._recent = _silence()
        self._vector: Vector | None = None

    def feed(self, pcm: Pcm) -> str | None:
        """Take the next frames (any number); answer the wake word that ended in them, if any."""
        confirmed = None
        for start in range(0, len(pcm), PIECE_FRAMES):
            piece = pcm[start : start + PIECE_FRAMES]
            self._recent = np.concatenate([self._recent, piece])[-WAKE_FRAMES:]
            heard = self._inner.feed(piece)
            if heard is not None and confirmed is None and self._is_meant():
                confirmed = heard
        return confirmed

    def reset(self) -> None:
        """Forget everything heard so far, but for a vector that is not taken yet."""
        self._inner.reset()
        self._recent = _silence()

    def take_vector(self) -> Vector | None:
        """Answer what the last wake that counted was like, and hold it no longer; else None."""
        vector, self._vector = self._vector, None
        return vector

    def _is_meant(self) -> bool:
        vector = self._describe(self._recent)
        if vector is None or self._verify(vector):
            self._vector = vector
            return True
        # The detector would go on hearing the same sound, and each time it costs a look.
        self._inner.reset()
        return False


def _silence() -> Pcm:
    return np.zeros(WAKE_FRAMES, np.int16)
