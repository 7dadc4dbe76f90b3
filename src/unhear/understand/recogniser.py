"""What this room needs of a speech recogniser."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from unhear.household.speech import Transcript


class Recogniser(Protocol):
    """Turns speech into words; safe to call from several threads."""

    def transcribe(self, pcm: NDArray[np.int16], *, hints: Sequence[str] = ()) -> Transcript:
        """Answer the words in `pcm` (int16, shape (frames,), mono, 16 kHz).

        `hints` are words likely to be said (skill vocabulary, names); they bias, never force.
        """

    def warm(self) -> None:
        """Load what the first request would have to wait for."""
