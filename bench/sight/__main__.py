"""What a camera's pictures are seen to show, and what that costs.

    python -m bench.sight --json

The film with people is Debian's `opencv-doc` (vtest.avi). Quiet films are made of its empty scene,
each with a trouble of its own; an event in one is false. The peers: OpenCV's background
subtraction with what follows being the same, and its people detector of gradients.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bench.report import progress, report
from bench.sight.films import PICTURES_A_SECOND, QUIET
from bench.sight.measure import (
    Mixtures,
    MotionAlone,
    beside_decoding,
    gradients,
    network,
    persons_found,
    visits_seen,
    watch,
)
from bench.sight.people import frames, scene, small, visits
from unhear.capture.film import Analyser, Picture
from unhear.engines.sight import analyser
from unhear.household.cameras import Camera
from unhear.household.words import DeviceId

AIM_RATIO = 1.6
SENSITIVITIES = 0.0, 0.5, 1.0


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--minutes", type=float, default=10.0, help="of each quiet film")
    options = parser.parse_args()
    whole = frames()
    pictures = small(whole)
    progress("people")
    film = watch({"ours": _sight()}, pictures)["ours"]
    seen = {str(value): visits_seen(_sight(value), _visits(pictures)) for value in SENSITIVITIES}
    nobody = list(QUIET["still"](scene(whole), 300, np.random.default_rng(5)))
    beside = {
        "nobody_there": beside_decoding(nobody, _sight()),
        "people_all_the_time": beside_decoding(whole[:300], _sight()),
    }
    figures = {
        "film": {"motion_events": film.motion, "person_events": film.person},
        "milliseconds_a_picture_of_people": film.milliseconds,
        "visits_by_sensitivity": seen,
        "beside_decoding": beside,
        "persons": persons_found(network(), whole, scene(whole)),
    }
    quiet = _quiet(
        options.minutes, pictures, {"ours": _sight, "MOG2": lambda: MotionAlone(Mixtures())}
    )
    false = sum(film["events"] for film in quiet["ours"].values())
    usual = seen["0.5"]
    report(
        ok=false == 0
        and usual["with_motion"] == usual["with_person"] == usual["visits"]
        and beside["nobody_there"]["ratio"] <= AIM_RATIO,
        figures={**figures, "minutes_of_each_quiet_film": options.minutes, "quiet": quiet["ours"]},
        peers={
            "MOG2": {
                "visits": visits_seen(MotionAlone(Mixtures()), _visits(pictures)),
                "quiet": quiet["MOG2"],
            },
            "HOG": persons_found(gradients(), whole, scene(whole)),
        },
        packages=["opencv-python-headless", "av", "numpy"],
    )


def _sight(sensitivity: float = 0.5) -> Analyser:
    camera = Camera(DeviceId("garden"), on=True, sensitivity=sensitivity)
    return analyser(lambda: camera)


def _visits(pictures: Sequence[Picture]) -> Iterator[tuple[Picture, int]]:
    return visits(pictures, np.random.default_rng(6))


def _quiet(
    minutes: float, pictures: Sequence[Picture], contenders: Mapping[str, Callable[[], Analyser]]
) -> dict[str, dict[str, Any]]:
    """Show every quiet film to each contender."""
    empty, count = scene(pictures), round(minutes * 60 * PICTURES_A_SECOND)
    told: dict[str, dict[str, Any]] = {name: {} for name in contenders}
    for title, film in QUIET.items():
        progress(title)
        sights = {name: contender() for name, contender in contenders.items()}
        for name, seen in watch(sights, film(empty, count, np.random.default_rng(5))).items():
            told[name][title] = {
                "events": seen.motion,
                "events_an_hour": round(seen.motion * 60 / minutes, 1),
                "milliseconds_a_picture": seen.milliseconds,
            }
    return told


if __name__ == "__main__":
    main()
