"""The film with people in it, who is where in some of its pictures, and visits cut from it."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import av
import cv2
import numpy as np

from bench.sight.films import noisy, pictures_of
from unhear.capture.film import Picture
from unhear.engines.persons import Box

FILM = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
"""Debian's `opencv-doc`: 80 seconds, 768 x 576, ten pictures a second, people all the time."""

ANNOTATED = Path(__file__).with_name("people.csv")
"""Written by eye from 32 pictures: head and feet of each, the width as 0.42 of the height.

Who is more than half hidden is marked, and counts neither as missed nor as false.
"""

SIZE = 640, 480
VISIT_PICTURES, QUIET_PICTURES = 30, 100


def frames() -> list[Picture]:
    """Answer all pictures of the film, as large as they are."""
    with av.open(str(FILM)) as container:
        return list(pictures_of(container.decode(video=0)))


def small(pictures: Sequence[Picture]) -> list[Picture]:
    """Answer five pictures a second, as an analyser gets them."""
    return [
        np.asarray(cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        for picture in pictures[::2]
    ]


def scene(pictures: Sequence[Picture]) -> Picture:
    """Answer the place without anybody: the median of each point."""
    return np.asarray(np.median(np.stack(pictures[::3]), axis=0), np.uint8)


def visits(pictures: Sequence[Picture], rng: np.random.Generator) -> Iterator[tuple[Picture, int]]:
    """Yield six seconds of the film again and again, each after twenty in which nobody is there.

    With each picture comes the number of its visit, or -1.
    """
    empty = scene(pictures).astype(np.float32)
    for visit, start in enumerate(range(0, len(pictures) - VISIT_PICTURES, VISIT_PICTURES)):
        for _ in range(QUIET_PICTURES):
            yield noisy(empty, rng), -1
        for picture in pictures[start : start + VISIT_PICTURES]:
            yield noisy(picture.astype(np.float32), rng, 1), visit


def annotated() -> Mapping[int, Sequence[tuple[Box, bool]]]:
    """Answer who is where, by the number of the picture, and whether they are hidden."""
    people: dict[int, list[tuple[Box, bool]]] = {}
    with ANNOTATED.open(newline="") as file:
        for row in csv.DictReader(file):
            box = Box(*(float(row[side]) for side in ("left", "top", "right", "bottom")))
            people.setdefault(int(row["frame"]), []).append((box, row["hidden"] == "1"))
    return people
