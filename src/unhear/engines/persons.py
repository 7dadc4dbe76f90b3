"""Finds persons in a picture, with the packaged detector (OpenCV reads and runs it)."""

from dataclasses import dataclass
from threading import Lock

import cv2
import numpy as np

from unhear.capture.film import Picture
from unhear.engines.models import packaged_person_detector

SIDE = 320
"""The network sees a square of so many points."""

MIDDLE = 127.5
PERSON = 1
"""The number of the class *person* in COCO."""

SURE = 0.55
"""From here on it is a person."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a picture, in points from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """How large it is, in square points."""
        return max(self.right - self.left, 0) * max(self.bottom - self.top, 0)

    def shared(self, other: "Box") -> float:
        """Answer how much of it lies in another, in square points."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        ).area


class PersonDetector:
    """Finds persons; loaded at first use, safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loaded: cv2.dnn.Net | None = None

    def warm(self) -> None:
        """Load it now. Raises `ModelMissing` and `ModelDamaged`."""
        with self._lock:
            self._network()

    def find(self, picture: Picture, sure: float = SURE) -> list[Box]:
        """Answer where persons are; best in a square picture that they fill by a third or more.

        Raises `ModelMissing` and `ModelDamaged`.
        """
        seen = cv2.dnn.blobFromImage(
            np.ascontiguousarray(picture), 1 / MIDDLE, (SIDE, SIDE), (MIDDLE, MIDDLE, MIDDLE)
        )
        with self._lock:
            network = self._network()
            network.setInput(seen)
            found = network.forward().reshape(-1, 7)
        height, width = picture.shape[:2]
        return [
            Box(left * width, top * height, right * width, bottom * height)
            for _, kind, certainty, left, top, right, bottom in found.tolist()
            if kind == PERSON and certainty >= sure
        ]

    def _network(self) -> cv2.dnn.Net:
        if self._loaded is None:
            graph, layers = packaged_person_detector()
            self._loaded = cv2.dnn.readNetFromTensorflow(
                np.frombuffer(graph, np.uint8), np.frombuffer(layers, np.uint8)
            )
        return self._loaded
