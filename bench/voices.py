"""How surely five sentences make a voice known, and how often a stranger is taken for somebody.

    python -m bench.voices --data ../shared/data --json
    python -m bench.voices --data ../shared/data --people FOLDER --seconds 3 --json

People: the three men of `digits`, in sentences of five digits; or those of `FOLDER`, which has a
folder of recordings for each. All are made up to 15 dB quieter. Homes are drawn from them: each
person is made known by five sentences and tried with all others. Strangers are the people who are
not at home, those of `commands` and `wake-alexa`, and, where they are installed, a reader and a
speaker of prompts (Debian's pocketsphinx-testdata and asterisk-core-sounds-en-g722).

The peer is what else the house could hear voices with: openWakeWord's features, their means, peaks
and spreads over time, standardised on `commands`, compared by the same cosine without rounding.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from pyopen_wakeword import OpenWakeWordFeatures

from bench.report import progress, quantile, report
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.speaker import DIMENSION, SpeakerEncoder
from unhear.learn.labelled import Labelled
from unhear.learn.nearest import LIKE, Nearest
from unhear.learn.voices import AHEAD_BY, AT_LEAST

READERS = Path("/usr/share/pocketsphinx/test/data/librivox")
PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
DIGITS_A_SENTENCE = 5
ENROLLED = 5
HOMES, AT_HOME_MAX = 100, 3
QUIETER_DB = 15.0
SOUNDS_MAX = 120
WAKE_CHUNK_FRAMES = 1_280
KNOWN, OTHERS = "known", "others of these people"
KNOWN_AIM, FALSE_AIM = 0.95, 0.01

Rows = NDArray[np.float64]
Sounds = Mapping[str, Sequence[Pcm]]
Vectors = Mapping[str, Sequence[Rows]]
Liken = Callable[[Rows], Mapping[str, float]]
Learn = Callable[[Vectors], Liken]


@dataclass(frozen=True, slots=True)
class Try:
    """How like the likest voice was, how far ahead of the next, and whether it is the one."""

    whose: str
    like: float
    ahead: float
    right: bool

    @property
    def is_told(self) -> bool:
        """Whether the house would say who it is."""
        return self.like >= AT_LEAST / LIKE and self.ahead >= AHEAD_BY / LIKE


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--people", type=Path, help="a folder that has a folder for each person")
    parser.add_argument("--seconds", type=float, default=60.0, help="the most of each sentence")
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    people = _people(options.people) if options.people else _digits(options.data / "digits", rng)
    people = {name: [_heard(pcm, options.seconds, rng) for pcm in people[name]] for name in people}
    strangers = _strangers(options.data)
    progress(f"{sum(map(len, people.values()))} sentences of {len(people)} people")
    vectors, speed = _encoded({**people, **strangers})
    homes = list(_homes(people, rng))
    tries = [one for home in homes for one in _tries(home, vectors, strangers, _whole)]
    progress("the peer")
    of_peer = _wake_vectors({**people, **strangers})
    by_peer = [one for home in homes for one in _tries(home, of_peer, strangers, _real)]
    ours = _figures(tries)
    report(
        ok=ours["recognised"] >= KNOWN_AIM and ours["taken_for_somebody"][OTHERS] <= FALSE_AIM,
        figures={
            "people": len(people),
            "at_home": len(homes[0]),
            "sentence_seconds": round(_seconds(people) / sum(map(len, people.values())), 2),
            "at_least": AT_LEAST / LIKE,
            "ahead_by": AHEAD_BY / LIKE,
            **ours,
            **_without_threshold(tries),
            **speed,
        },
        peers={"openwakeword features": _without_threshold(by_peer)},
        packages=["pyopen-wakeword", "numpy"],
    )


def _digits(folder: Path, rng: np.random.Generator) -> Sounds:
    """Answer each person's digits, in sentences of several, in any order."""
    files: dict[str, list[Path]] = {}
    for file in sorted(folder.glob("*.wav")):
        files.setdefault(file.stem.split("_")[1], []).append(file)
    return {name: list(_sentences(files[name], rng)) for name in files}


def _sentences(files: Sequence[Path], rng: np.random.Generator) -> Iterator[Pcm]:
    mixed = [files[number] for number in rng.permutation(len(files))]
    for start in range(0, len(mixed) - DIGITS_A_SENTENCE + 1, DIGITS_A_SENTENCE):
        yield np.concatenate([_sound(file) for file in mixed[start : start + DIGITS_A_SENTENCE]])


def _people(folder: Path) -> Sounds:
    """Answer the recordings in each person's folder, of those who have enough."""
    said = {
        person.name: [_sound(file) for file in sorted(person.rglob("*.*"))][:SOUNDS_MAX]
        for person in sorted(folder.iterdir())
    }
    return {name: sounds for name, sounds in said.items() if len(sounds) > ENROLLED}


def _strangers(data: Path) -> Sounds:
    """Answer sounds of people who are never at home, in groups."""
    files = {
        "commands": sorted((data / "commands").glob("*.wav")),
        "wake words": sorted((data / "wake-alexa").glob("*.flac")),
        "reader": sorted(READERS.glob("*.wav")),
        "prompts": sorted(PROMPTS.rglob("*.g722")),
    }
    return {group: [_sound(file) for file in files[group][:SOUNDS_MAX]] for group in files}


def _sound(file: Path) -> Pcm:
    if file.suffix != ".g722":
        return read_sound(file.read_bytes())
    with av.open(str(file), format="g722") as container:
        frames = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    return np.concatenate(frames).astype(np.int16)


def _heard(pcm: Pcm, seconds: float, rng: np.random.Generator) -> Pcm:
    """Answer so much of a sentence, from nearer or farther away."""
    gain = 10 ** (-rng.uniform(0, QUIETER_DB) / 20)
    return (pcm[: int(seconds * RATE_HZ)] * gain).astype(np.int16)


def _homes(people: Sounds, rng: np.random.Generator) -> Iterator[Mapping[str, Sequence[int]]]:
    """Answer who is at home, and which of their sentences they are made known by."""
    size = min(AT_HOME_MAX, len(people) - 1)
    for _ in range(HOMES):
        yield {
            name: list(rng.permutation(len(people[name]))[:ENROLLED])
            for name in (str(one) for one in rng.choice(sorted(people), size, replace=False))
        }


def _encoded(sounds: Sounds) -> tuple[Vectors, Mapping[str, float]]:
    """Answer the vectors, no row where there was too little speech, and what they took."""
    encoder = SpeakerEncoder()
    encoder.vector(sounds["commands"][0])  # loads the weights
    began, busy = perf_counter(), process_time()
    found = {name: [encoder.vector(pcm) for pcm in sounds[name]] for name in sounds}
    took, worked = perf_counter() - began, process_time() - busy
    speed = {
        "seconds_for_a_second": round(took / _seconds(sounds), 4),
        "processor_seconds_for_a_second": round(worked / _seconds(sounds), 4),
    }
    nothing = np.zeros(DIMENSION)
    return {
        name: [nothing if row is None else row.astype(np.float64) for row in rows]
        for name, rows in found.items()
    }, speed


def _wake_vectors(sounds: Sounds) -> Vectors:
    features = OpenWakeWordFeatures.from_builtin()
    rows = {name: [_over_time(features, pcm) for pcm in sounds[name]] for name in sounds}
    known = np.array(rows["commands"])
    middle, spread = known.mean(axis=0), known.std(axis=0)
    return {name: [(row - middle) / spread for row in rows[name]] for name in rows}


def _over_time(features: OpenWakeWordFeatures, pcm: Pcm) -> Rows:
    features.reset()
    padded = np.pad(pcm, (0, max(0, RATE_HZ - len(pcm)) + WAKE_CHUNK_FRAMES))
    rows = np.array(
        [
            np.asarray(row, np.float64).reshape(-1)
            for start in range(0, len(padded) - WAKE_CHUNK_FRAMES + 1, WAKE_CHUNK_FRAMES)
            for row in features.process_streaming(
                padded[start : start + WAKE_CHUNK_FRAMES].tobytes()
            )
        ]
    )
    return np.concatenate([rows.mean(axis=0), rows.max(axis=0), rows.std(axis=0)])


def _whole(known: Vectors) -> Liken:
    """Learn as the house does."""
    nearest = Nearest(DIMENSION)
    state = nearest.zero()
    for name, rows in known.items():
        for row in rows:
            state = nearest.add(state, Labelled(row.astype(np.int8), name))
    model = nearest.solve(state)
    return lambda row: {
        name: score / LIKE for name, score in model.scores(row.astype(np.int8)).items()
    }


def _real(known: Vectors) -> Liken:
    """Learn the same without rounding."""
    means = {name: np.mean(rows, axis=0) for name, rows in known.items()}
    return lambda row: {
        name: float(mean @ row / (np.linalg.norm(mean) * np.linalg.norm(row)))
        for name, mean in means.items()
    }


def _tries(
    home: Mapping[str, Sequence[int]], vectors: Vectors, strangers: Sounds, learn: Learn
) -> Iterator[Try]:
    liken = learn({name: [vectors[name][number] for number in home[name]] for name in home})
    for name, rows in vectors.items():
        whose = KNOWN if name in home else name if name in strangers else OTHERS
        for number, row in enumerate(rows):
            if number in home.get(name, ()):
                continue
            (best, likest), *rest = sorted(
                ((like, who) for who, like in liken(row).items()), reverse=True
            )
            yield Try(whose, best, best - rest[0][0] if rest else 1.0, likest == name)


def _figures(tries: Sequence[Try]) -> dict[str, Any]:
    """Answer what the house would say, at its own thresholds."""
    known = [one for one in tries if one.whose == KNOWN]
    groups = sorted({one.whose for one in tries} - {KNOWN})
    return {
        "recognised": _share(one.is_told and one.right for one in known),
        "taken_for_another": _share(one.is_told and not one.right for one in known),
        "taken_for_somebody": {
            group: _share(one.is_told for one in tries if one.whose == group) for group in groups
        },
    }


def _without_threshold(tries: Sequence[Try]) -> dict[str, float]:
    """Answer how often the likest is right, and as often as 1 % of these people's others pass."""
    known = [one for one in tries if one.whose == KNOWN]
    at_least = quantile([one.like for one in tries if one.whose == OTHERS], 0.99)
    return {
        "identified": _share(one.right for one in known),
        "recognised_at_1_percent": _share(one.right and one.like > at_least for one in known),
        "at_least_for_1_percent": round(at_least, 3),
    }


def _share(answers: Iterator[bool]) -> float:
    return round(float(np.mean(list(answers))), 4)


def _seconds(sounds: Sounds) -> float:
    return sum(len(pcm) for said in sounds.values() for pcm in said) / RATE_HZ


if __name__ == "__main__":
    main()
