"""What a camera's pictures show: what moves, and whether that is a person."""

from collections.abc import Callable
from functools import cache

from unhear.capture.film import Analyser, Picture
from unhear.capture.motion import Blob, Movers, least_area
from unhear.engines.background import Background, Changes
from unhear.engines.persons import Box, PersonDetector
from unhear.household.cameras import Camera
from unhear.household.words import Seen

PERSON_SECONDS = 1.0
"""How often it is looked whether what moves is a person, and for how long the answer holds."""

AROUND = 1.6
"""The detector is shown a square so many times as large as what moves, within the picture."""

SQUARE_LEAST = 0.4
"""It is never less, as a part of the picture's height: what is blown up shows no more."""

ALIKE = 0.25
"""A person is what moves where both have so much in common, of what they cover together."""

PART_LEAST = 0.2
"""A person may also be found in the part of what moves that is no smaller: somebody in a group."""


def analyser(camera: Callable[[], Camera]) -> Analyser:
    """Answer what looks at the pictures of one stream.

    `camera` is asked at every picture, so what a guardian decides counts at once. Raises
    `ModelMissing` and `ModelDamaged`.
    """
    detector = _detector()
    detector.warm()
    return Sight(camera, detector)


class Sight:
    """Sees motion, and persons who move; one instance a stream, called from one thread."""

    def __init__(self, camera: Callable[[], Camera], persons: PersonDetector) -> None:
        self._camera = camera
        self._changes = Changes(Background())
        self._movers = Movers()
        self._persons = persons
        self._looked_at = float("-inf")
        self._person = False
        self._missed = 0

    def look(self, picture: Picture, at: float) -> frozenset[Seen]:
        """Answer what the next picture shows; see `Analyser`."""
        camera = self._camera()
        blobs = self._changes.blobs(picture, camera.watched, least_area(camera.sensitivity))
        if blobs is None:
            self._movers.forget()
        moving = self._movers.feed(blobs or (), at)
        if not moving:
            return frozenset()
        if not 0 <= at - self._looked_at < PERSON_SECONDS:
            self._looked_at = at
            # Where the largest is no person, the next time it is the second's turn.
            self._person = self._is_person(picture, moving[self._missed % len(moving)])
            self._missed = 0 if self._person else self._missed + 1
        return frozenset({Seen.MOTION, Seen.PERSON} if self._person else {Seen.MOTION})

    def _is_person(self, picture: Picture, blob: Blob) -> bool:
        """Whether what moves is a person, or holds one."""
        height, width = picture.shape[:2]
        mover = Box(blob.left * width, blob.top * height, blob.right * width, blob.bottom * height)
        left, top, side = square(mover, width, height)
        inside = Box(mover.left - left, mover.top - top, mover.right - left, mover.bottom - top)
        found = self._persons.find(picture[top : top + side, left : left + side])
        return any(_is(inside, person) for person in found)


def square(box: Box, width: int, height: int) -> tuple[int, int, int]:
    """Answer the left, top and side of a square around a box that lies in a picture, in points."""
    wanted = AROUND * max(box.right - box.left, box.bottom - box.top)
    side = int(min(max(wanted, SQUARE_LEAST * height), height, width))
    left = int(min(max((box.left + box.right - side) / 2, 0), width - side))
    top = int(min(max((box.top + box.bottom - side) / 2, 0), height - side))
    return left, top, side


def _is(mover: Box, person: Box) -> bool:
    shared = mover.shared(person)
    if shared > ALIKE * (mover.area + person.area - shared):
        return True
    return 2 * shared > person.area > PART_LEAST * mover.area


@cache
def _detector() -> PersonDetector:
    """One for all cameras: they take turns with it, for it takes 50 MB."""
    return PersonDetector()
