"""What of a picture's changes is something that moves: followed from picture to picture.

Much changes in a picture where nothing moves: a lamp is switched on, a leaf trembles, the camera's
clock ticks. What moves is there in several pictures one after the other, and reaches beyond the
place where it was first seen. A change that stays, shrinks or is gone at once does not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PICTURES_MIN = 3
"""In so many pictures one after the other something must be seen before it counts."""

PICTURES_BACK = 8
"""Where something is, is compared with where it was at most so many pictures ago."""

REACH = 0.35
"""So far beyond where it was something must reach, as a part of its own narrower side."""

NEAR = 0.5
"""How far from itself something may be found again, as a part of its sides: fast cars jump."""

LIKENESS = 3.0
"""What is found again is at most so many times larger or smaller."""

GONE_SECONDS = 0.45
"""What was not seen for longer is something new."""

AREA_LEAST, AREA_MOST = 0.0001, 0.01


@dataclass(frozen=True, slots=True)
class Blob:
    """A connected part of a picture that changed, in fractions of its width and height.

    `area` is the part of the picture that changed, not that of the rectangle.
    """

    left: float
    top: float
    right: float
    bottom: float
    area: float


def least_area(sensitivity: float) -> float:
    """Answer how much of a picture, as a fraction, must change together to be looked at.

    From a hundredth of it (sensitivity 0) to a ten-thousandth (1), evenly in its logarithm.
    """
    return float(AREA_MOST * (AREA_LEAST / AREA_MOST) ** sensitivity)


class Movers:
    """Follows what changes in the pictures of one camera."""

    def __init__(self) -> None:
        self._paths: list[_Path] = []

    def feed(self, blobs: Iterable[Blob], at: float) -> list[Blob]:
        """Take what changed in the next picture, at `at` seconds; answer what of it moves.

        The largest come first.
        """
        free = [path for path in self._paths if at - path.at <= GONE_SECONDS]
        found: list[_Path] = []
        for blob in sorted(blobs, key=lambda blob: blob.area, reverse=True):
            nearest = max(free, key=lambda path: _closeness(path.blobs[-1], blob), default=None)
            if nearest is None or _closeness(nearest.blobs[-1], blob) <= 0:
                found.append(_Path((blob,), at))
                continue
            free = [path for path in free if path is not nearest]
            found.append(_Path((*nearest.blobs, blob)[-PICTURES_BACK:], at))
        self._paths = found + free
        return [path.blobs[-1] for path in found if _moves(path.blobs)]

    def forget(self) -> None:
        """Follow nothing any longer: the whole picture changed."""
        self._paths = []


@dataclass(frozen=True, slots=True)
class _Path:
    """The same thing in pictures one after the other, and when it was last seen."""

    blobs: tuple[Blob, ...]
    at: float


def _closeness(was: Blob, is_now: Blob) -> float:
    """Answer how well a blob continues another; nothing, where it does not at all."""
    if not 1 / LIKENESS < is_now.area / was.area < LIKENESS:
        return 0
    across = NEAR * max(was.right - was.left, is_now.right - is_now.left)
    down = NEAR * max(was.bottom - was.top, is_now.bottom - is_now.top)
    wide = min(was.right, is_now.right) - max(was.left, is_now.left) + across
    high = min(was.bottom, is_now.bottom) - max(was.top, is_now.top) + down
    return max(wide, 0) * max(high, 0)


def _moves(blobs: Sequence[Blob]) -> bool:
    first, last = blobs[0], blobs[-1]
    beyond = max(
        first.left - last.left,
        last.right - first.right,
        first.top - last.top,
        last.bottom - first.bottom,
    )
    narrower = min(last.right - last.left, last.bottom - last.top)
    return len(blobs) >= PICTURES_MIN and beyond > REACH * narrower
