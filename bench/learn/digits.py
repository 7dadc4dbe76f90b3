"""Digits of a speaker who was never heard, learned from the others.

Which of the values count, whether every recording is learned at other paces too, and the penalty
are chosen among the speakers that are learned from: taught by some of them, the squared error on
another (what least squares makes small) has to be the least. Beside it stand the figures for one
setting that is fixed for all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.learn.parts import SHARES, Part, described, first, forgetting, learned, unlearned
from unhear.capture.sound import Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.sound_features import DIMENSION, EMBEDDING
from unhear.learn.labelled import Labelled
from unhear.learn.sums import Sums
from unhear.learn.telling import ONE, UNIT, Telling, Weights

AIM = 0.95
PACES = {"as spoken": (1.0,), "a little": (0.88, 1.0, 1.12), "more": (0.8, 0.88, 1.0, 1.12, 1.25)}
"""At which paces a recording is learned; faster is higher too, like another voice."""

VALUES = {"all": DIMENSION, "means": EMBEDDING}
PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0)
SEED = 3


@dataclass(frozen=True, slots=True)
class Setting:
    """How to learn: keys of `VALUES` and of `PACES`, and the penalty."""

    values: str
    paces: str
    penalty: float

    def learner(self) -> Telling:
        """Answer the learner of this setting."""
        return Telling(VALUES[self.values], penalty=self.penalty)


FIXED = Setting("all", "as spoken", 0.1)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One recording: its digit, its speaker, and its vector at every pace."""

    digit: str
    speaker: str
    vectors: dict[float, NDArray[np.int8]]

    def teaches(self, setting: Setting) -> list[Labelled]:
        """Answer the contributions of this recording."""
        size = VALUES[setting.values]
        return [Labelled(self.vectors[pace][:size], self.digit) for pace in PACES[setting.paces]]


def measure(data: Path) -> Part:
    """Answer how many digits of unheard speakers are told, and that all of it is unlearned."""
    spoken = _read(data / "digits")
    speakers = sorted({one.speaker for one in spoken})
    chosen = {speaker: choose(_without(spoken, speaker)) for speaker in speakers}
    by_choice = {
        s: right(taught(_without(spoken, s), chosen[s]), spoken, s, chosen[s]) for s in speakers
    }
    fixed = {s: right(taught(_without(spoken, s), FIXED), spoken, s, FIXED) for s in speakers}
    peer = {s: _refitted(_without(spoken, s), spoken, s, FIXED) for s in speakers}
    exact = _exact(spoken, chosen[speakers[0]])
    mean = float(np.mean(list(by_choice.values())))
    figures: dict[str, Any] = {
        "recordings": len(spoken),
        "speakers": len(speakers),
        "chosen_among_the_taught": _summary(by_choice),
        "choices": {s: f"{c.values}, {c.paces}, {c.penalty}" for s, c in chosen.items()},
        "fixed_setting": _summary(fixed),
        "unlearned_equals_never_learned": exact,
        "aims": {"told": AIM},
    }
    curves = {"digits of a new speaker": _stages(spoken, chosen)}
    peers = {"LAPACK ridge from the raw vectors, fixed setting": _summary(peer)}
    return Part(mean >= AIM and all(exact.values()), figures, peers, curves)


def _read(folder: Path) -> list[Spoken]:
    files = sorted(folder.glob("*.wav"))
    paces = PACES["more"]
    sounds = [read_sound(file.read_bytes()) for file in files]
    paced = [at_pace(sound, pace) for sound in sounds for pace in paces]
    vectors = described(paced, "digits")
    rows = [vectors[at : at + len(paces)] for at in range(0, len(vectors), len(paces))]
    return [
        Spoken(digit, speaker, dict(zip(paces, row, strict=True)))
        for file, row in zip(files, rows, strict=True)
        for digit, speaker, _ in [file.stem.split("_")]
    ]


def at_pace(sound: Pcm, pace: float) -> Pcm:
    """Answer a sound played `pace` times as fast."""
    places = np.arange(int(len(sound) / pace)) * pace
    paced: Pcm = np.interp(places, np.arange(len(sound)), sound).astype(np.int16)
    return paced


def _without(spoken: Sequence[Spoken], speaker: str) -> list[Spoken]:
    return [one for one in spoken if one.speaker != speaker]


def taught(spoken: Sequence[Spoken], setting: Setting) -> Weights:
    """Answer what is learned from recordings in a setting."""
    learner = setting.learner()
    return learner.solve(learned(learner, _lessons(spoken, setting)))


def _lessons(spoken: Sequence[Spoken], setting: Setting) -> Iterator[Labelled]:
    return (lesson for one in spoken for lesson in one.teaches(setting))


def right(model: Weights, spoken: Sequence[Spoken], speaker: str, setting: Setting) -> float:
    """Answer the share of a speaker's digits that a model tells."""
    size = VALUES[setting.values]
    asked = [one for one in spoken if one.speaker == speaker]
    return sum(model.tell(one.vectors[1.0][:size]) == one.digit for one in asked) / len(asked)


def choose(spoken: Sequence[Spoken]) -> Setting:
    """Answer the setting with the least squared error, each speaker told by the others."""
    speakers = sorted({one.speaker for one in spoken})
    errors = dict.fromkeys((Setting(*one) for one in product(VALUES, PACES, PENALTIES)), 0.0)
    for values, paces in product(VALUES, PACES):
        learner = Setting(values, paces, FIXED.penalty).learner()
        for speaker in speakers:
            lessons = _lessons(_without(spoken, speaker), Setting(values, paces, FIXED.penalty))
            state: Sums = learned(learner, lessons)
            for penalty in PENALTIES:
                setting = Setting(values, paces, penalty)
                model = setting.learner().solve(state)
                errors[setting] += _squared_error(model, spoken, speaker, setting)
    return min(errors, key=lambda setting: errors[setting])


def _squared_error(
    model: Weights, spoken: Sequence[Spoken], speaker: str, setting: Setting
) -> float:
    size = VALUES[setting.values]
    return float(
        sum(
            ((model.scores(one.vectors[1.0][:size]) / UNIT - _wanted(model, one)) ** 2).mean()
            for one in spoken
            if one.speaker == speaker
        )
    )


def _wanted(model: Weights, one: Spoken) -> NDArray[np.float64]:
    return np.array([label == one.digit for label in model.labels], np.float64)


def _refitted(
    lessons: Sequence[Spoken], spoken: Sequence[Spoken], speaker: str, setting: Setting
) -> float:
    """Answer the same by a library's solver, from the vectors themselves, in floating point."""
    rows = np.stack([[ONE, *one.vectors[1.0]] for one in lessons]).astype(np.float64)
    digits = sorted({one.digit for one in lessons})
    wanted = np.array([[one.digit == digit for digit in digits] for one in lessons], np.float64)
    gram = rows.T @ rows
    gram += np.eye(len(gram)) * setting.penalty * np.trace(gram) / len(gram)
    weights = np.linalg.solve(gram, rows.T @ wanted)
    asked = [one for one in spoken if one.speaker == speaker]
    scores = np.stack([[ONE, *one.vectors[1.0]] for one in asked]) @ weights
    told = [digits[int(best)] for best in scores.argmax(axis=1)]
    same = [one.digit == digit for one, digit in zip(asked, told, strict=True)]
    return same.count(True) / len(same)


def _exact(spoken: Sequence[Spoken], setting: Setting) -> dict[str, bool]:
    return forgetting(setting.learner(), list(_lessons(spoken, setting)), Weights.to_bytes)


def _stages(spoken: Sequence[Spoken], chosen: dict[str, Setting]) -> list[float]:
    """Answer the share told at every stage, over all speakers: learned, then unlearned again."""
    per_speaker = []
    for speaker, setting in chosen.items():
        learner, others = setting.learner(), _without(spoken, speaker)
        order = np.random.default_rng(SEED).permutation(len(others))
        shuffled = [others[place] for place in order]
        states = [learned(learner, _lessons(first(shuffled, share), setting)) for share in SHARES]
        kept = len(first(shuffled, SHARES[2]))
        back = unlearned(learner, states[-1], _lessons(shuffled[kept:], setting))
        states += [back, unlearned(learner, back, _lessons(shuffled[:kept], setting))]
        per_speaker.append(
            [right(learner.solve(state), spoken, speaker, setting) for state in states]
        )
    return [float(share) for share in np.mean(per_speaker, axis=0)]


def _summary(shares: dict[str, float]) -> dict[str, Any]:
    return {
        "mean": round(float(np.mean(list(shares.values()))), 4),
        "worst": round(min(shares.values()), 4),
        "speakers": {speaker: round(share, 4) for speaker, share in shares.items()},
    }
