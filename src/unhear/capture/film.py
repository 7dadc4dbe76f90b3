"""Film in memory, not yet kept: encoded packets as a camera sends them, and who takes clips."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from unhear.household.words import Seen

Picture = NDArray[np.uint8]
"""RGB, shape (height, width, 3)."""


class Analyser(Protocol):
    """Looks at the pictures of one camera, a few a second; one instance a stream."""

    def look(self, picture: Picture, at: float) -> frozenset[Seen]:
        """Answer what the next picture shows; `at` is its moment, in seconds of the stream.

        What is private in it is black already.
        """


@dataclass(frozen=True, slots=True)
class Piece:
    """A few seconds of a clip as fragmented MP4 (ISO/IEC 14496-12).

    A clip's first piece begins with its initialization segment (`ftyp`, `moov`); each ends with a
    whole fragment, so that the pieces so far, one behind the other, are a film that plays.
    `begins` and `ends` are seconds from the clip's beginning.
    """

    data: bytes
    begins: float
    ends: float


class ClipTaker(Protocol):
    """Takes one clip while it is filmed; called from one thread."""

    def saw(self, seen: Seen) -> None:
        """Note that it shows something more."""

    def still(self, jpeg: bytes) -> None:
        """Take a small picture of it, in place of the one before."""

    def add(self, piece: Piece) -> None:
        """Keep its next piece, durably. Raises `ClipUnwanted` when it is to be filmed no more."""

    def end(self) -> None:
        """Note that nothing more comes."""


class ClipUnwanted(Exception):
    """The clip was forgotten, or there is no room for more: stop; what follows is a new clip."""


class FilmTaker(Protocol):
    """Where a camera's clips go."""

    def begin(self, seen: frozenset[Seen], began_at: datetime) -> ClipTaker:
        """Begin a clip of what was seen, whose first picture is of `began_at` (with pre-roll)."""
