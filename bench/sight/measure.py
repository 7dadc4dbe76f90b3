"""What is measured: events in films, persons in pictures, and processor time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any

import cv2
import numpy as np

from bench.sight.films import PICTURES_A_SECOND, decoded, encoded
from bench.sight.people import SIZE, annotated
from unhear.capture.film import Analyser, Picture
from unhear.capture.motion import Movers, least_area
from unhear.engines.background import CONTRAST, Background, Changes, Mask, without_light
from unhear.engines.persons import SURE, Box, PersonDetector
from unhear.household.words import Seen

APART_SECONDS = 5
"""What is seen again within so many seconds is the same event."""

ALIKE = 0.3
"""A person is found where box and annotation have so much in common of what they cover."""

HOG_ENLARGED, HOG_SURE = 1.5, 1.0
LARGE, LARGE_RATE, LARGE_EVERY = (1920, 1080), 15, 3


class Mixtures(Background):
    """OpenCV's own background subtraction (MOG2), as a peer, on the same brightness."""

    def __init__(self) -> None:
        self._subtractor = cv2.createBackgroundSubtractorMOG2(150, 25, detectShadows=False)

    def changed(self, picture: Picture) -> Mask:
        """Answer where the picture differs from what is usual."""
        grey = np.clip(128 + 12 / CONTRAST * without_light(picture), 0, 255).astype(np.uint8)
        return np.asarray(self._subtractor.apply(grey), np.uint8)

    def begin(self, picture: Picture) -> None:
        """Learn a picture as what is usual from now on."""
        grey = np.clip(128 + 12 / CONTRAST * without_light(picture), 0, 255).astype(np.uint8)
        self._subtractor.apply(grey, learningRate=1)


class MotionAlone:
    """An analyser of motion with a background of any kind."""

    def __init__(self, background: Background, sensitivity: float = 0.5) -> None:
        self._changes, self._movers = Changes(background), Movers()
        self._least = least_area(sensitivity)

    def look(self, picture: Picture, at: float) -> frozenset[Seen]:
        """Answer whether something moves."""
        blobs = self._changes.blobs(picture, (), self._least)
        if blobs is None:
            self._movers.forget()
        return frozenset({Seen.MOTION} if self._movers.feed(blobs or (), at) else ())


@dataclass(frozen=True, slots=True)
class Events:
    """What an analyser saw in a film: events of each kind, and its processor time a picture."""

    motion: int
    person: int
    milliseconds: float


def watch(sights: Mapping[str, Analyser], film: Iterable[Picture]) -> dict[str, Events]:
    """Show a film to analysers, each of which has a name."""
    moments = {name: {kind: list[float]() for kind in Seen} for name in sights}
    spent, count = dict.fromkeys(sights, 0.0), 0
    for picture in film:
        for name, sight in sights.items():
            started = process_time()
            seen = sight.look(picture, count / PICTURES_A_SECOND)
            spent[name] += process_time() - started
            for kind in seen:
                moments[name][kind].append(count / PICTURES_A_SECOND)
        count += 1
    return {
        name: Events(
            motion=_events(kinds[Seen.MOTION]),
            person=_events(kinds[Seen.PERSON]),
            milliseconds=round(1000 * spent[name] / count, 2),
        )
        for name, kinds in moments.items()
    }


def visits_seen(sight: Analyser, film: Iterable[tuple[Picture, int]]) -> dict[str, int]:
    """Answer how many visits showed motion and a person, and what was seen without one."""
    seen_in: dict[int, set[Seen]] = {}
    for number, (picture, visit) in enumerate(film):
        seen_in.setdefault(visit, set()).update(sight.look(picture, number / PICTURES_A_SECOND))
    nobody = seen_in.pop(-1, set())
    return {
        "visits": len(seen_in),
        "with_motion": sum(Seen.MOTION in seen for seen in seen_in.values()),
        "with_person": sum(Seen.PERSON in seen for seen in seen_in.values()),
        "kinds_seen_of_nobody": len(nobody),
    }


def persons_found(
    find: Callable[[Picture], Sequence[Box]], pictures: Sequence[Picture], empty: Picture
) -> dict[str, Any]:
    """Compare a detector with the annotations, each picture whole."""
    people, found, false, there, spent = annotated(), 0, 0, 0, 0.0
    for number, persons in people.items():
        started = process_time()
        boxes = list(find(pictures[number]))
        spent += process_time() - started
        there += sum(not hidden for _, hidden in persons)
        found += sum(
            not hidden and any(_alike(box, person) for box in boxes) for person, hidden in persons
        )
        false += sum(not any(_alike(box, person) for person, _ in persons) for box in boxes)
    return {
        "pictures": len(people),
        "recall": round(found / there, 3),
        "false_a_picture": round(false / len(people), 2),
        "false_of_nobody": len(find(empty)),
        "milliseconds": round(1000 * spent / len(people)),
    }


def gradients() -> Callable[[Picture], Sequence[Box]]:
    """Answer OpenCV's people detector of histograms of gradients (HOG), as a peer."""
    hog = cv2.HOGDescriptor()
    hog.setSVMDetector(np.asarray(cv2.HOGDescriptor.getDefaultPeopleDetector(), np.float32))

    def find(picture: Picture) -> Sequence[Box]:
        larger = cv2.resize(picture, None, fx=HOG_ENLARGED, fy=HOG_ENLARGED)
        found, sure = hog.detectMultiScale(larger, winStride=(8, 8), padding=(8, 8), scale=1.05)
        places = np.asarray(found, np.float64).reshape(-1, 4) / HOG_ENLARGED
        return [
            Box(left, top, left + wide, top + high)
            for (left, top, wide, high), certainty in zip(places, np.ravel(sure), strict=True)
            if certainty >= HOG_SURE
        ]

    return find


def network(sure: float = SURE) -> Callable[[Picture], Sequence[Box]]:
    """Answer our detector, shown whole pictures, with each person once."""
    detector = PersonDetector()
    detector.warm()

    def find(picture: Picture) -> Sequence[Box]:
        kept: list[Box] = []
        for box in detector.find(picture, sure):
            if not any(_alike(box, other, 0.45) for other in kept):
                kept.append(box)
        return kept

    return find


def beside_decoding(pictures: Sequence[Picture], sight: Analyser) -> dict[str, float]:
    """Measure a 1080p film of 15 pictures a second: decoded, and decoded and looked at."""
    large = (np.asarray(cv2.resize(picture, LARGE), np.uint8) for picture in pictures)
    film = encoded(large, rate=LARGE_RATE, quality=25)
    plain, ours = _spent(decoded(film)), _spent(_looked_at(film, sight))
    return {
        "decoding_ms_a_second_of_film": round(plain / len(pictures) * LARGE_RATE, 1),
        "with_analysis_ms_a_second_of_film": round(ours / len(pictures) * LARGE_RATE, 1),
        "ratio": round(ours / plain, 2),
    }


def _looked_at(film: bytes, sight: Analyser) -> Iterator[object]:
    """Decode a film, make five pictures a second small, and look at them."""
    for number, frame in enumerate(decoded(film)):
        if number % LARGE_EVERY == 0:
            small = frame.reformat(*SIZE, format="rgb24", interpolation="FAST_BILINEAR")
            picture = small.to_ndarray()
            sight.look(picture.astype(np.uint8, copy=False), number / LARGE_RATE)
        yield frame


def _spent(work: Iterable[object]) -> float:
    started = process_time()
    for _ in work:
        pass
    return 1000 * (process_time() - started)


def _events(moments: Sequence[float]) -> int:
    """Answer how many events the moments make."""
    gaps = np.diff(np.asarray(moments, np.float64))
    return int((gaps > APART_SECONDS).sum()) + 1 if moments else 0


def _alike(one: Box, other: Box, least: float = ALIKE) -> bool:
    shared = one.shared(other)
    return shared > least * (one.area + other.area - shared)
