"""Sound as this house carries it, and what the room needs of its engines."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from unhear.household.words import DeviceId
from unhear.learn.labelled import Vector

RATE_HZ = 16_000

Pcm = NDArray[np.int16]
"""int16 samples, shape (frames,), mono, 16 kHz."""


@dataclass(frozen=True, slots=True)
class Capture:
    """Sound in memory, not yet kept.

    `pcm` holds the request without the wake word; `heard_at` is its first frame's moment.
    `wake_vector` is what the sound of the wake was like, where the listener is told.
    """

    pcm: Pcm
    heard_at: datetime
    device: DeviceId
    wake_word: str | None = None
    wake_vector: Vector | None = None

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.pcm) / RATE_HZ


class WakeDetector(Protocol):
    """Finds wake words in a stream; one instance a stream."""

    def feed(self, pcm: Pcm) -> str | None:
        """Take the next frames (any number); answer the wake word that ended in them, if any."""

    def reset(self) -> None:
        """Forget everything heard so far."""


class VoiceActivity(Protocol):
    """Tells speech from silence; one instance a stream."""

    @property
    def chunk_frames(self) -> int:
        """How many frames `probability` wants at a time."""

    def probability(self, chunk: Pcm) -> float:
        """Answer how likely `chunk` (shape `(chunk_frames,)`) holds speech, 0 to 1."""

    def reset(self) -> None:
        """Forget everything heard so far."""
