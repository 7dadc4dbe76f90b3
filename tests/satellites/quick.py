"""A real house with quick engines: loud sound is speech, and its words are those a test names."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import numpy as np

from tests.satellites.rooms import NotedAssistant, made_house
from unhear.answer.prepared import Prepared
from unhear.answer.synthesiser import Speech
from unhear.capture.listener import Listener
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.house.arbiter import Arbiter
from unhear.house.house import House
from unhear.house.voice import Ways
from unhear.household.speech import Transcript
from unhear.household.words import DeviceId

LOUD = 500


class LoudActivity:
    """Takes loud sound for speech."""

    chunk_frames = 512

    def probability(self, chunk: Pcm) -> float:
        return float(np.abs(chunk.astype(np.int32)).mean() > LOUD)

    def reset(self) -> None:
        """Nothing is remembered."""


class NoWake:
    """Never hears a wake word."""

    def feed(self, _: Pcm) -> str | None:
        return None

    def reset(self) -> None:
        """Nothing is remembered."""


class Words:
    """Hears the words that a test puts here, and nothing where there are none."""

    def __init__(self) -> None:
        self.next: Queue[str] = Queue()

    def transcribe(self, _: Pcm, *, hints: Sequence[str] = ()) -> Transcript:
        assert hints is not None
        return Transcript("" if self.next.empty() else self.next.get())

    def warm(self) -> None:
        """Nothing is loaded."""


class Tone:
    """Says a hundredth of a second a letter."""

    frames_a_letter = RATE_HZ // 100

    def speak(self, text: str) -> Iterator[Speech]:
        yield Speech(np.full(self.frames_a_letter * len(text), 1_000, np.int16), RATE_HZ)

    def warm(self) -> None:
        """Nothing is loaded."""


@contextmanager
def quick_house(folder: Path) -> Iterator[tuple[House, Words]]:
    """Set up a house, and answer it with what puts words into its mouth."""
    words = Words()
    with made_house(folder) as house:
        vars(house).update(recogniser=words, synthesiser=Prepared(Tone(), ()))
        house.grammar.vocabulary()
        yield house, words


@contextmanager
def quick_ways(house: House) -> Iterator[Ways]:
    """Answer what satellites of a quick house share."""
    assistant = NotedAssistant(house)

    def listen(device: DeviceId, *, wake: bool) -> Listener:
        return Listener(
            device=device,
            activity=LoudActivity(),
            wake=NoWake() if wake else None,
            started_at=house.clock(),
        )

    with ThreadPoolExecutor(4) as work:
        try:
            yield Ways(assistant, Arbiter(), work, listen)
        finally:
            assistant.close()


def spoken(seconds: float = 0.6, loudness: int = 8_000) -> Pcm:
    """Answer a loud sound that rises and falls, and the silence that ends a request."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * times)
    tone = loudness * swell * np.sign(np.sin(2 * np.pi * 200 * times))
    return np.concatenate([tone, np.zeros(RATE_HZ)]).astype(np.int16)
