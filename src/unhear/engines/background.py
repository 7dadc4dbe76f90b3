"""What changed in a camera's picture against what is usually there (package OpenCV).

Every point's usual brightness and its usual restlessness are remembered. Brightness is taken as its
logarithm less that of the surroundings, so that a change of the light changes little; a point has
changed where it leaves the range of all points beside its own, so that a trembling camera or leaf
does not.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from unhear.capture.film import Picture
from unhear.capture.motion import Blob
from unhear.household.cameras import Area

Reals = NDArray[np.float32]
Mask = NDArray[np.uint8]
"""255 where something is, 0 elsewhere."""

WIDTH = 320
"""Pictures are made so wide before anything is looked for: it takes noise out, and time."""

DARK = 16
"""Added to brightness (0 to 255) before its logarithm: the dark is noisy."""

SURROUNDINGS = 61
CONTRAST = 0.15
"""What differs less from what is usual, in natural logarithms, is not looked at: some 15 %."""

RESTLESS = 4.0
"""A point must differ more than so many times its usual difference."""

LEARNED, LEARNED_OF_CHANGED, RESTLESSNESS_LEARNED = 0.05, 0.01, 0.03
"""How much of a picture goes into what is usual: all is forgotten within 4 to 20 seconds."""

RESTLESS_MAX = 0.5
JUMP = 0.25
"""Where so much more of a picture changes at once, the light did, or the camera was turned."""

WHOLE = 0.01
"""What is larger, as a part of the picture, counts at once; the smaller must stay two pictures.

Drops of rain and flakes of snow are small and in one picture only.
"""

SPECK = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
GAP = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 7))
BESIDE = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))
STEP = cv2.getStructuringElement(cv2.MORPH_RECT, (11, 7))

# A picture is done in two milliseconds: threads would cost more than they bring.
cv2.setNumThreads(1)


class Background:
    """What is usually there in the pictures of one camera, all of one size."""

    def __init__(self) -> None:
        self._usual: Reals | None = None
        self._restless: Reals | None = None

    def changed(self, picture: Picture) -> Mask:
        """Take the next picture; answer where it differs from what is usual.

        The mask is `WIDTH` wide. Of the first picture nothing has changed.
        """
        seen = without_light(picture)
        if self._usual is None or self._restless is None or self._usual.shape != seen.shape:
            self._usual, self._restless = seen, np.full_like(seen, CONTRAST / RESTLESS)
            return np.zeros(seen.shape, np.uint8)
        below, above = cv2.erode(self._usual, BESIDE), cv2.dilate(self._usual, BESIDE)
        beyond = cv2.max(cv2.subtract(seen, above), cv2.subtract(below, seen))
        limit = cv2.max(cv2.multiply(self._restless, RESTLESS), CONTRAST)  # type: ignore[call-overload]
        changed = cv2.compare(beyond, limit, cv2.CMP_GT)
        cv2.accumulateWeighted(seen, self._usual, LEARNED, cv2.bitwise_not(changed))
        cv2.accumulateWeighted(seen, self._usual, LEARNED_OF_CHANGED, changed)
        unrest = np.clip(beyond, 0, RESTLESS_MAX)
        cv2.accumulateWeighted(unrest, self._restless, RESTLESSNESS_LEARNED)
        return np.asarray(changed, np.uint8)

    def begin(self, picture: Picture) -> None:
        """Take a picture as what is usual from now on; how restless it is stays known."""
        self._usual = without_light(picture)


class Changes:
    """Finds the blobs that change in the pictures of one camera."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._before: Mask | None = None
        self._share = 0.0

    def blobs(self, picture: Picture, watched: tuple[Area, ...], least: float) -> list[Blob] | None:
        """Answer what changed, in the areas (everywhere, where there are none).

        What is smaller than `least`, as a fraction of the picture, is left out. None says that the
        whole picture changed: what was followed cannot be followed any longer.
        """
        specks = cv2.morphologyEx(self._background.changed(picture), cv2.MORPH_OPEN, SPECK)
        changed = np.asarray(cv2.morphologyEx(specks, cv2.MORPH_CLOSE, GAP), np.uint8)
        before, self._before = self._before, changed
        share, self._share = self._share, np.count_nonzero(changed) / changed.size
        if self._share > share + JUMP:
            self._background.begin(picture)
            self._before = None
            return None
        if before is None or before.shape != changed.shape or not self._share:
            return []
        return _connected(_within(changed, watched), cv2.dilate(before, STEP) > 0, least)


def without_light(picture: Picture) -> Reals:
    """Answer brightness less that of the surroundings, shape (height, `WIDTH`)."""
    height = max(round(picture.shape[0] * WIDTH / picture.shape[1]), 1)
    small = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    light = cv2.blur(np.log(grey + DARK), (3, 3))
    return np.asarray(light - cv2.blur(light, (SURROUNDINGS, SURROUNDINGS)), np.float32)


def _within(changed: Mask, areas: tuple[Area, ...]) -> Mask:
    if not areas:
        return changed
    height, width = changed.shape
    kept = np.zeros_like(changed)
    for area in areas:
        rows = slice(round(area.top * height), round(area.bottom * height))
        columns = slice(round(area.left * width), round(area.right * width))
        kept[rows, columns] = changed[rows, columns]
    return kept


def _connected(changed: Mask, stayed: NDArray[np.bool_], least: float) -> list[Blob]:
    """Answer the connected parts that are large enough, and large or half of what stayed."""
    count, labels, found, _ = cv2.connectedComponentsWithStats(changed, connectivity=8)
    height, width = changed.shape
    stays = np.bincount(labels[stayed], minlength=count)
    blobs = []
    for (left, top, wide, high, points), staying in zip(
        found[1:].tolist(), stays[1:].tolist(), strict=True
    ):
        area = points / changed.size
        if area >= least and (area >= WHOLE or 2 * staying >= points):
            right, bottom = left + wide, top + high
            blobs.append(Blob(left / width, top / height, right / width, bottom / height, area))
    return blobs
