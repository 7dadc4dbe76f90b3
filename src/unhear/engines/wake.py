"""Wake words by microWakeWord and by openWakeWord; the packages carry the models."""

from collections.abc import Sequence
from functools import lru_cache
from threading import Lock

import numpy as np
from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures
from pymicro_wakeword import Model as MicroModel
from pyopen_wakeword import Model as OpenModel
from pyopen_wakeword import OpenWakeWord, OpenWakeWordFeatures

from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.errors import UnknownChoice

MICRO_WORDS = tuple(sorted(model.value for model in MicroModel))
OPEN_WORDS = tuple(sorted(model.value for model in OpenModel))

OPEN_CUTOFF = 0.5
"""From which probability on openWakeWord has heard its word; its authors' default."""

OPEN_CHUNK_FRAMES = 1280
"""openWakeWord looks once in 80 ms, and must be given no more than it holds at once."""

OPINION_FRAMES = RATE_HZ * 3 // 2
"""How much of the last sound a second opinion is given."""

OPINION_CUTOFF = 0.02
"""From which probability on the second opinion agrees.

People were at 0.047 and above, since the end of the word may not have come yet; what the first had
wrongly heard was at 0.0001 and below.
"""

MICRO_CHUNK_FRAMES = RATE_HZ
"""The most that is turned into bytes at once for microWakeWord; it takes any number."""


class MicroWake:
    """microWakeWord: light enough to run on every stream all the time."""

    def __init__(self, words: Sequence[str]) -> None:
        """Listen for `words` of `MICRO_WORDS`, and no others: each brings false alarms.

        Raises `UnknownChoice`.
        """
        _check_words(words, MICRO_WORDS)
        self._features = MicroWakeWordFeatures()
        self._detectors = [MicroWakeWord.from_builtin(MicroModel(word)) for word in words]

    def feed(self, pcm: Pcm) -> str | None:
        """Take the next frames (any number); answer the wake word that ended in them, if any."""
        heard = None
        for start in range(0, len(pcm), MICRO_CHUNK_FRAMES):
            piece = pcm[start : start + MICRO_CHUNK_FRAMES].tobytes()
            for features in self._features.process_streaming(piece):
                for detector in self._detectors:
                    # Every detector sees all features, or it would lose its place in the stream.
                    if detector.process_streaming(features) and heard is None:
                        heard = detector.id
        return heard

    def reset(self) -> None:
        """Forget everything heard so far."""
        self._features.reset()
        for detector in self._detectors:
            detector.reset()


class OpenWake:
    """openWakeWord: about forty times the work of `MicroWake` for nearly the same ears."""

    def __init__(self, words: Sequence[str]) -> None:
        """Listen for `words` of `OPEN_WORDS`, and no others. Raises `UnknownChoice`."""
        _check_words(words, OPEN_WORDS)
        self._features = OpenWakeWordFeatures.from_builtin()
        self._detectors = [OpenWakeWord.from_builtin(OpenModel(word)) for word in words]
        self._rest: Pcm = np.zeros(0, np.int16)

    def feed(self, pcm: Pcm) -> str | None:
        """Take the next frames (any number); answer the wake word that ended in them, if any."""
        sound = np.concatenate([self._rest, pcm])
        whole = len(sound) // OPEN_CHUNK_FRAMES * OPEN_CHUNK_FRAMES
        heard = None
        for start in range(0, whole, OPEN_CHUNK_FRAMES):
            chunk = sound[start : start + OPEN_CHUNK_FRAMES].tobytes()
            for embedding in self._features.process_streaming(chunk):
                for detector in self._detectors:
                    for probability in detector.process_streaming(embedding):
                        if probability > OPEN_CUTOFF and heard is None:
                            heard = detector.id
        self._rest = sound[whole:].copy()
        return heard

    def reset(self) -> None:
        """Forget everything heard so far."""
        self._features.reset()
        self._rest = np.zeros(0, np.int16)
        for detector in self._detectors:
            detector.reset()


class BothWake:
    """`MicroWake` on every stream, and `OpenWake` as a second opinion on what it heard.

    On prompts, read speech and music the two were never wrong about the same sound; of 60 people
    who said the word the second opinion turned none away.
    """

    def __init__(self, words: Sequence[str]) -> None:
        """Listen for `words` that both know. Raises `UnknownChoice`."""
        _check_words(words, [word for word in MICRO_WORDS if word in OPEN_WORDS])
        self._micro = MicroWake(words)
        self._opinion = _second_opinion(tuple(words))
        self._recent: Pcm = np.zeros(0, np.int16)

    def feed(self, pcm: Pcm) -> str | None:
        """Take the next frames (any number); answer the wake word that ended in them, if any."""
        confirmed = None
        for start in range(0, len(pcm), OPEN_CHUNK_FRAMES):
            piece = pcm[start : start + OPEN_CHUNK_FRAMES]
            self._recent = np.concatenate([self._recent, piece])[-OPINION_FRAMES:]
            heard = self._micro.feed(piece)
            if heard is not None and confirmed is None and self._opinion.agrees(self._recent):
                confirmed = heard
        return confirmed

    def reset(self) -> None:
        """Forget everything heard so far."""
        self._micro.reset()
        self._recent = np.zeros(0, np.int16)


class _Opinion:
    """One openWakeWord for all streams: it is asked seldom, and is too large for each to have."""

    def __init__(self, words: Sequence[str]) -> None:
        self._lock = Lock()
        self._features = OpenWakeWordFeatures.from_builtin()
        self._detectors = [OpenWakeWord.from_builtin(OpenModel(word)) for word in words]

    def agrees(self, sound: Pcm) -> bool:
        """Whether a wake word may be in the sound."""
        missing = -len(sound) % OPEN_CHUNK_FRAMES
        padded = np.concatenate([np.zeros(missing, np.int16), sound])
        with self._lock:
            self._features.reset()
            for detector in self._detectors:
                detector.reset()
            return any(
                probability > OPINION_CUTOFF
                for start in range(0, len(padded), OPEN_CHUNK_FRAMES)
                for embedding in self._features.process_streaming(
                    padded[start : start + OPEN_CHUNK_FRAMES].tobytes()
                )
                for detector in self._detectors
                for probability in detector.process_streaming(embedding)
            )


@lru_cache
def _second_opinion(words: tuple[str, ...]) -> _Opinion:
    return _Opinion(words)


def _check_words(words: Sequence[str], known: Sequence[str]) -> None:
    unknown = [word for word in words if word not in known]
    if unknown or not words:
        asked = ", ".join(unknown) or "none"
        raise UnknownChoice(f"wake word {asked}: choose from {', '.join(known)}")
