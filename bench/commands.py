"""How many spoken commands are wholly understood: intent and every slot, clean and in noise.

    python -m bench.commands --data ../shared/data/commands --json

The recordings go through the house's own recogniser and grammar with every skill installed, the
example coffee skill among them. Noise is made here from people who read aloud and from a seeded
generator, and mixed at 9 dB: a running tap, dishes and a distant voice, or five voices at once.
Beside it stand the figures that others published for the whole set, averaged over noise levels.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from unhear.answer.registry import find_skills
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_recogniser
from unhear.engines.phonemes import EspeakPhonemes
from unhear.household.speech import Intent
from unhear.settings import Settings
from unhear.understand.grammar import Grammar
from unhear.understand.sounds import Sounds

PUBLISHED = {
    "Google Dialogflow": 0.776,
    "Amazon Lex": 0.845,
    "IBM Watson": 0.868,
    "Microsoft LUIS": 0.899,
    "Picovoice Rhino": 0.976,
}
CLEAN_AIM, NOISY_AIM = 0.976, 0.92
SNR_DB = 9.0
VOICES = 5
"""How many others talk at once in the café."""

DISTANT = 0.5
"""How loud the lesser part of a noise is beside the greater: 6 dB less."""

READERS = Path("/usr/share/pocketsphinx/test/data/librivox")
SKILL = "coffee"
Sound = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Command:
    """One recording, and what it means."""

    name: str
    sound: Pcm
    intent: str
    slots: Mapping[str, str]


def main() -> None:
    """Measure, and print JSON or a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of labels.json")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    report = measure(read_commands(options.data), _talkers(), options.seed)
    if options.json:
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        for where, result in report["conditions"].items():
            print(
                f"{where:8} {result['understood']:.3f} (by spelling alone {result['spelling']:.3f})"
            )
    sys.exit(0 if report["ok"] else 1)


def measure(commands: Sequence[Command], talkers: Sequence[Pcm], seed: int) -> dict[str, Any]:
    """Answer the share understood in each condition, and what was not."""
    skills = find_skills().all()
    if SKILL not in {skill.name for skill in skills}:
        sys.exit("the example coffee skill is not installed: make setup-dev")
    sounds = Sounds(EspeakPhonemes("en"))
    with_sounds, by_spelling = Grammar(skills, sounds=sounds), Grammar(skills)
    with tempfile.TemporaryDirectory() as folder:
        models = Settings(house=Path(folder)).models
    recogniser = choose_recogniser("packaged", models)
    conditions: dict[str, dict[str, Any]] = {}
    for where in ("clean", "kitchen", "cafe"):
        rng = np.random.default_rng(seed)
        failures, spelled = [], 0
        for command in track(commands, where, disable=not sys.stderr.isatty()):
            heard = recogniser.transcribe(
                _in_noise(where, command, talkers, rng), hints=with_sounds.vocabulary()
            ).text
            spelled += is_right(by_spelling.interpret(heard), command)
            intent = with_sounds.interpret(heard)
            if not is_right(intent, command):
                failures.append(_failure(command, heard, intent))
        conditions[where] = {
            "understood": round(1 - len(failures) / len(commands), 4),
            "spelling": round(spelled / len(commands), 4),
            "failures": failures,
        }
    noisy = [conditions[where]["understood"] for where in ("kitchen", "cafe")]
    clean = conditions["clean"]["understood"]
    return {
        "bench": "commands",
        "commands": len(commands),
        "snr_db": SNR_DB,
        "seed": seed,
        "conditions": conditions,
        "published": PUBLISHED,
        "aims": {"clean": CLEAN_AIM, "noisy": NOISY_AIM},
        "ok": clean >= CLEAN_AIM and min(noisy) >= NOISY_AIM,
    }


def read_commands(folder: Path) -> list[Command]:
    """Answer the recordings of a folder with `labels.json`, in the order of their names."""
    labels = json.loads((folder / "labels.json").read_text())
    return [
        Command(
            name,
            read_sound((folder / name).with_suffix(".wav").read_bytes()),
            label["intent"],
            {slot: value.strip() for slot, value in label["slots"].items()},
        )
        for name, label in sorted(labels.items())
    ]


def _talkers() -> list[Pcm]:
    """Answer people who read aloud, of Debian's pocketsphinx-testdata."""
    files = sorted(READERS.glob("*.wav"))
    if not files:
        sys.exit("the voices for the noise are missing: apt-get install pocketsphinx-testdata")
    return [read_sound(file.read_bytes()) for file in files]


def is_right(intent: Intent | None, command: Command) -> bool:
    """Whether an intent is the command's, with every slot."""
    if intent is None or intent.skill != SKILL:
        return False
    return intent.name == command.intent and dict(intent.slots) == dict(command.slots)


def _failure(command: Command, heard: str, intent: Intent | None) -> dict[str, Any]:
    return {
        "file": command.name,
        "heard": heard,
        "wanted": dict(command.slots),
        "understood": None if intent is None else {"skill": intent.skill, **intent.slots},
    }


def _in_noise(
    where: str, command: Command, talkers: Sequence[Pcm], rng: np.random.Generator
) -> Pcm:
    if where == "clean":
        return command.sound
    frames = len(command.sound)
    if where == "kitchen":
        noise = _even(_kitchen(frames, rng)) + DISTANT * _even(_talk(talkers, frames, rng))
    else:
        voices = [_talk(talkers, frames, rng) for _ in range(VOICES)]
        noise = _even(np.sum(voices, axis=0)) + DISTANT * _even(_hum(frames, rng))
    speech = command.sound.astype(np.float64)
    gain = _rms(speech) / (_rms(noise) * 10 ** (SNR_DB / 20))
    mixed = speech + noise * gain
    return np.clip(mixed, -32768, 32767).astype(np.int16)


def _talk(talkers: Sequence[Pcm], frames: int, rng: np.random.Generator) -> Sound:
    """Answer somebody's reading aloud, from anywhere within it."""
    talk = talkers[int(rng.integers(len(talkers)))].astype(np.float64)
    turned = np.roll(talk, -int(rng.integers(len(talk))))
    return _even(np.resize(turned, frames))


def _kitchen(frames: int, rng: np.random.Generator) -> Sound:
    """Answer a running tap, and dishes that are put down now and then."""
    tap = _filtered(rng.standard_normal(frames), 400, 5_000)
    dishes = np.zeros(frames)
    for _ in range(max(frames // RATE_HZ * 2, 1)):
        start = int(rng.integers(frames))
        moments = np.arange(min(frames - start, RATE_HZ // 5)) / RATE_HZ
        pitch = rng.uniform(1_500, 4_500)
        dishes[start : start + len(moments)] += np.sin(2 * np.pi * pitch * moments) * np.exp(
            -moments * 25
        )
    return _even(tap) + 2 * _even(dishes)


def _hum(frames: int, rng: np.random.Generator) -> Sound:
    """Answer the sound of a full room without words."""
    return _filtered(rng.standard_normal(frames), 100, 1_500)


def _filtered(noise: Sound, low_hz: float, high_hz: float) -> Sound:
    spectrum = np.fft.rfft(noise)
    pitch = np.fft.rfftfreq(len(noise), 1 / RATE_HZ)
    spectrum[(pitch < low_hz) | (pitch > high_hz)] = 0
    return np.fft.irfft(spectrum, len(noise))


def _even(sound: Sound) -> Sound:
    return sound / max(_rms(sound), 1e-9)


def _rms(sound: Sound) -> float:
    return float(np.sqrt(np.mean(sound**2)))


if __name__ == "__main__":
    main()
