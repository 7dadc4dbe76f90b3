"""Short made films for tests: a scene of seeded texture, and somebody who walks through it."""

from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from unhear.capture.film import Picture

SIZE = WIDE, HIGH = 320, 240
FIFTH = 0.2


def made_scene() -> Picture:
    """Answer a place with edges, patches and fine grain, as outdoors."""
    rng = np.random.default_rng(3)
    layers = [
        cv2.GaussianBlur(rng.standard_normal((HIGH, WIDE)).astype(np.float32), (0, 0), sigma)
        * sigma
        * 40
        for sigma in (1, 4, 24)
    ]
    grey = 120 + np.sum(layers, axis=0)
    scene = np.clip(np.stack([grey, 0.95 * grey, 0.8 * grey], axis=2), 20, 235).astype(np.uint8)
    cv2.rectangle(scene, (200, 30), (290, 110), (150, 80, 60), -1)
    cv2.rectangle(scene, (0, 165), (WIDE, 200), (140, 140, 145), -1)
    return np.asarray(scene, np.uint8)


def walked_through(
    film: Iterable[Picture],
    *,
    since: int,
    size: tuple[int, int] = (12, 32),
    top: int = 130,
    step: int = 6,
) -> Iterator[Picture]:
    """Yield a film through which a dark figure walks from the left, from a picture on."""
    wide, high = size
    for number, picture in enumerate(film):
        left = (number - since) * step - wide
        if number >= since and left < WIDE:
            cv2.rectangle(picture, (left, top), (left + wide, top + high), (35, 30, 40), -1)
        yield picture
