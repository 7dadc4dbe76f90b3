"""What this room needs of a speech synthesiser."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Speech:
    """A piece of speech: int16 `pcm`, shape (frames,), mono, at `rate_hz`."""

    pcm: NDArray[np.int16]
    rate_hz: int


class Synthesiser(Protocol):
    """Turns text into speech; safe to call from several threads."""

    def speak(self, text: str) -> Iterator[Speech]:
        """Yield speech for `text`, sentence by sentence, as soon as each is ready."""

    def warm(self) -> None:
        """Load what the first answer would have to wait for."""
