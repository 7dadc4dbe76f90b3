"""Whether a learned verifier lets people in and turns away what only sounds like speech.

People who say the wake word wake the detector of every house; the sound of that wake is the one to
let in. Everything else is 1.5 seconds of orders, of digits and of people who read aloud. Folds are
by recording; of the people who say the word nobody speaks twice as far as is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.learn.parts import (
    SHARES,
    Part,
    by_threads,
    described,
    first,
    forgetting,
    in_folds,
    learned,
    unlearned,
)
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.sound_features import DIMENSION, SoundFeatures
from unhear.engines.verified_wake import WAKE_FRAMES, VerifiedWake
from unhear.engines.wake import BothWake
from unhear.learn.labelled import Labelled
from unhear.learn.wake import EXAMPLES_MIN, OTHER, WORD, WakeLearner, WakeModel

ACCEPTS_AIM, FALSE_ACCEPTS_AIM = 0.99, 0.01
SAID = "alexa"
SPHINX = Path("/usr/share/pocketsphinx/test/data")
EVERY = 3
"""Every third digit is enough of them."""

QUIET = 10.0
"""How loud a quiet room is, in samples."""

DRAWS, SEED = 20, 5
BLOCK_FRAMES = 512


@dataclass(frozen=True, slots=True)
class Counted:
    """Of so many calls and others, how many were let in."""

    calls: int = 0
    called: int = 0
    others: int = 0
    let_in: int = 0

    def plus(self, more: "Counted") -> "Counted":
        """Answer both together."""
        return Counted(
            self.calls + more.calls,
            self.called + more.called,
            self.others + more.others,
            self.let_in + more.let_in,
        )

    @property
    def accepts(self) -> float:
        """The share of calls that were let in."""
        return self.called / self.calls

    @property
    def false_accepts(self) -> float:
        """The share of others that were let in."""
        return self.let_in / self.others

    @property
    def told(self) -> float:
        """The mean share of both kinds that were told rightly."""
        return (self.accepts + 1 - self.false_accepts) / 2

    def figures(self) -> dict[str, Any]:
        """Answer the shares and what they are of."""
        return {
            "true_accepts": round(self.accepts, 4),
            "false_accepts": round(self.false_accepts, 4),
            "calls": self.calls,
            "others": self.others,
        }


def measure(data: Path) -> Part:
    """Answer the verifier's shares, with all and with few examples, and that it unlearns."""
    calls, silent = _calls(data / "wake-alexa")
    recordings = _others(data)
    every = [[one] for one in calls] + recordings
    whole = Counted()
    for taught, asked in in_folds(every):
        whole = whole.plus(ask(model(_flat(taught)), _flat(asked)))
    few = {count: _few(every, count) for count in (EXAMPLES_MIN, 10, 20)}
    exact = forgetting(WakeLearner(DIMENSION), _flat(every), WakeModel.to_bytes)
    return Part(
        ok=whole.accepts >= ACCEPTS_AIM
        and whole.false_accepts <= FALSE_ACCEPTS_AIM
        and all(exact.values()),
        figures={
            "people": len(calls) + silent,
            "who_did_not_wake_the_detector": silent,
            "without": Counted(len(calls), len(calls), 1, 1).figures()
            | {"others": whole.others, "why": "everything that wakes the detector counts"},
            "learned": whole.figures(),
            "learned_from_few": {f"{n} of each": few[n].figures() for n in few},
            "unlearned_equals_never_learned": exact,
            "aims": {"true_accepts": ACCEPTS_AIM, "false_accepts": FALSE_ACCEPTS_AIM},
        },
        curves={"calls told apart": _stages(every)},
    )


def _calls(folder: Path) -> tuple[list[Labelled], int]:
    """Answer what the wakes of people are like, and how many did not wake the detector."""
    files = sorted(folder.glob("*.flac"))
    features = SoundFeatures()

    def call(numbered: tuple[int, Path]) -> Labelled | None:
        number, file = numbered
        rng = np.random.default_rng((SEED, number))
        sound = np.concatenate([_room(rng, 1.5), read_sound(file.read_bytes()), _room(rng, 1.0)])
        wake = VerifiedWake(BothWake([SAID]), features.vector, lambda _: True)
        for start in range(0, len(sound), BLOCK_FRAMES):
            if wake.feed(sound[start : start + BLOCK_FRAMES]) is not None:
                break
        vector = wake.take_vector()
        return None if vector is None else Labelled(vector, WORD)

    found = by_threads(call, list(enumerate(files)), "calls")
    calls = [one for one in found if one is not None]
    return calls, len(found) - len(calls)


def _others(data: Path) -> list[list[Labelled]]:
    """Answer what other speech is like, in the windows of each recording."""
    files = sorted((data / "commands").glob("*.wav")) + sorted(SPHINX.rglob("*.wav"))
    files += sorted((data / "digits").glob("*.wav"))[::EVERY]
    rng = np.random.default_rng(SEED)
    cut = [_windows(read_sound(file.read_bytes()), rng) for file in files]
    vectors = iter(described([window for windows in cut for window in windows], "other sounds"))
    return [[Labelled(next(vectors), OTHER) for _ in windows] for windows in cut]


def _windows(sound: Pcm, rng: np.random.Generator) -> list[Pcm]:
    missing = max(WAKE_FRAMES - len(sound), 0) / RATE_HZ
    longer = np.concatenate([_room(rng, missing), sound])
    return [
        longer[start : start + WAKE_FRAMES]
        for start in range(0, len(longer) - WAKE_FRAMES + 1, WAKE_FRAMES)
    ]


def _room(rng: np.random.Generator, seconds: float) -> Pcm:
    quiet: Pcm = rng.normal(0, QUIET, round(seconds * RATE_HZ)).astype(np.int16)
    return quiet


def _flat(recordings: Sequence[Sequence[Labelled]]) -> list[Labelled]:
    return [one for recording in recordings for one in recording]


def model(lessons: Sequence[Labelled]) -> WakeModel:
    """Answer what is learned of these."""
    learner = WakeLearner(DIMENSION)
    return learner.solve(learned(learner, lessons))


def ask(verifier: WakeModel, asked: Sequence[Labelled]) -> Counted:
    """Count which of these a model lets in."""
    let_in = [(one.label, verifier.is_word(one.vector)) for one in asked]
    return Counted(
        sum(label == WORD for label, _ in let_in),
        let_in.count((WORD, True)),
        sum(label == OTHER for label, _ in let_in),
        let_in.count((OTHER, True)),
    )


def _few(every: Sequence[Sequence[Labelled]], count: int) -> Counted:
    """Answer the shares after `count` of each, drawn from the taught folds many times."""
    rng, together = np.random.default_rng(SEED), Counted()
    for _ in range(DRAWS):
        for taught, asked in in_folds(every):
            lessons = _flat(taught)
            drawn = [
                one
                for label in (WORD, OTHER)
                for one in _draw([one for one in lessons if one.label == label], count, rng)
            ]
            together = together.plus(ask(model(drawn), _flat(asked)))
    return together


def _draw(some: Sequence[Labelled], count: int, rng: np.random.Generator) -> list[Labelled]:
    return [some[place] for place in rng.permutation(len(some))[:count]]


def _stages(every: Sequence[Sequence[Labelled]]) -> list[float]:
    """Answer the share told at every stage: learned, then unlearned again."""
    learner, counted = WakeLearner(DIMENSION), [Counted()] * (len(SHARES) + 2)
    for taught, asked in in_folds(every):
        order = np.random.default_rng(SEED).permutation(len(taught))
        shuffled = [taught[place] for place in order]
        states = [learned(learner, _flat(first(shuffled, share))) for share in SHARES]
        kept = len(first(shuffled, SHARES[2]))
        back = unlearned(learner, states[-1], _flat(shuffled[kept:]))
        states += [back, unlearned(learner, back, _flat(shuffled[:kept]))]
        for place, state in enumerate(states):
            counted[place] = counted[place].plus(ask(learner.solve(state), _flat(asked)))
    return [round(one.told, 4) for one in counted]
