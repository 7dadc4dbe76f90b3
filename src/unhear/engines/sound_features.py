"""What a sound is like, as 288 small whole numbers: openWakeWord's embeddings, brought together.

The network is frozen and public (package `pyopen-wakeword`); it answers 96 values every 80 ms. Over
a sound each of them has a mean, a greatest value and a spread. These are made whole by a scale that
is fixed here and owes nothing to any household, so that what one sound teaches depends on that
sound alone. Another processor may round another way: what was learned once is kept and never made
anew from its sound.
"""

from collections.abc import Iterator
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from pyopen_wakeword import OpenWakeWordFeatures

from unhear.capture.sound import RATE_HZ, Pcm
from unhear.learn.labelled import Vector

EMBEDDING = 96
DIMENSION = 3 * EMBEDDING
"""How many values there are: means, greatest values and standard deviations, in this order."""

SECONDS_MIN = 0.1
"""Of less than this nothing can be told."""

SILENCE_BEFORE, SILENCE_AFTER = RATE_HZ, RATE_HZ // 4
"""Frames of silence around a sound: a window of the network is longer than a short word."""

CHUNK_FRAMES = 1280

MEAN = (2.0719, 17.4306, 6.8323)
SPREAD = (14.2967, 16.2387, 1.8775)
"""Mean and standard deviation of each third over 60 people who said "Alexa"."""

DEVIATIONS = 4
"""How many standard deviations are told apart; what lies further counts as so far."""


class TooShort(ValueError):
    """There is too little sound to say what it is like."""


class SoundFeatures:
    """Tells what sounds are like; loaded at the first use, safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._network: OpenWakeWordFeatures | None = None

    def vector(self, pcm: Pcm) -> Vector:
        """Answer what a sound is like: int8 of shape (`DIMENSION`,), -127 to 127.

        Takes about a tenth of the sound's length. Raises `TooShort` for less than `SECONDS_MIN`.
        """
        if len(pcm) < SECONDS_MIN * RATE_HZ:
            raise TooShort(f"less than {SECONDS_MIN} seconds of sound")
        before, after = np.zeros(SILENCE_BEFORE, np.int16), np.zeros(SILENCE_AFTER, np.int16)
        padded = np.concatenate([before, pcm, after])
        padded = np.pad(padded, (0, -len(padded) % CHUNK_FRAMES))
        with self._lock:
            embeddings = np.concatenate(list(self._embeddings(padded))).astype(np.float64)
        parts = (embeddings.mean(axis=0), embeddings.max(axis=0), embeddings.std(axis=0))
        scaled = [
            (part - mean) * (127 / (DEVIATIONS * spread))
            for part, mean, spread in zip(parts, MEAN, SPREAD, strict=True)
        ]
        whole: Vector = np.clip(np.rint(np.concatenate(scaled)), -127, 127).astype(np.int8)
        return whole

    def _embeddings(self, pcm: Pcm) -> Iterator[NDArray[np.float32]]:
        if self._network is None:
            self._network = OpenWakeWordFeatures.from_builtin()
        self._network.reset()
        self._network.new_audio_samples = 0  # or seconds of silence would be embedded first
        for start in range(0, len(pcm), CHUNK_FRAMES):
            piece = pcm[start : start + CHUNK_FRAMES].tobytes()
            for embedding in self._network.process_streaming(piece):
                yield embedding.reshape(-1, EMBEDDING)
