"""Recordings of real people, where they are installed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.needs import need
from unhear.capture.sound import Pcm
from unhear.engines.audio_files import read_sound

SHARED = Path(__file__).parents[2] / "../shared/data"
SPHINX = Path("/usr/share/pocketsphinx/test/data")

NUMBERS = {
    "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six",
    "7": "seven", "8": "eight", "9": "nine", "10": "ten",
}  # fmt: skip
SAME = {"mr": "mister", "metres": "meters", **NUMBERS}


@dataclass(frozen=True)
class Sentence:
    """What somebody read, and the sound of it."""

    words: list[str]
    pcm: Pcm


def wake_words() -> list[Path]:
    files = sorted((SHARED / "wake-alexa").glob("*.flac"))
    need(len(files) >= 50, "the recordings of people saying the wake word (wake-alexa)")
    return files


def commands() -> list[Path]:
    files = sorted((SHARED / "commands").glob("*.wav"))
    need(len(files) >= 100, "the recordings of spoken commands (commands)")
    return files


def sphinx_sounds() -> list[Pcm]:
    need(SPHINX.is_dir(), "Debian's pocketsphinx-testdata")
    wavs = [read_sound(path.read_bytes()) for path in sorted(SPHINX.rglob("*.wav"))]
    return wavs + [np.frombuffer(path.read_bytes(), "<i2") for path in sorted(SPHINX.glob("*.raw"))]


def sentences() -> list[Sentence]:
    need(SPHINX.is_dir(), "Debian's pocketsphinx-testdata")
    return list(_sentences())


def words(text: str) -> list[str]:
    """Answer the words of `text` in one form, so that "10" and "ten" are the same."""
    bare = re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("-", " "))
    return [SAME.get(word, word) for word in bare.split()]


def _sentences() -> Iterator[Sentence]:
    for folder, file in (("librivox", "transcription"), ("cards", "cards.transcription")):
        for line in (SPHINX / folder / file).read_text().splitlines():
            match = re.fullmatch(r"(?:<s>)?\s*(.*?)\s*(?:</s>)?\s*\((.*)\)", line.strip())
            if match is not None:
                sound = read_sound((SPHINX / folder / f"{match[2]}.wav").read_bytes())
                yield Sentence(words(match[1]), sound)
    for name, said in (
        ("goforward", "go forward ten meters"),
        ("something", "go somewhere and do something"),
    ):
        yield Sentence(words(said), np.frombuffer((SPHINX / f"{name}.raw").read_bytes(), "<i2"))
