"""Streams made of silence, speech and wake words, and detectors that know them exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from unhear.capture.sound import RATE_HZ, Capture, Pcm

STARTED_AT = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
WAKE_SAMPLE = 7777
WAKE_FRAMES = 1600
LOUD = 1000
MILLISECOND = RATE_HZ // 1000


@dataclass(frozen=True)
class Part:
    """A stretch of a stream: `silence`, `speech` or `wake`."""

    kind: str
    milliseconds: int


def silence(milliseconds: int) -> Part:
    return Part("silence", milliseconds)


def speech(milliseconds: int) -> Part:
    return Part("speech", milliseconds)


WAKE = Part("wake", WAKE_FRAMES // MILLISECOND)


def stream(parts: Sequence[Part]) -> Pcm:
    """Answer the frames of `parts`. Neighbouring speech frames differ, so a shift shows."""
    pieces = [np.zeros(0, np.int16)]
    for part in parts:
        frames = part.milliseconds * MILLISECOND
        if part.kind == "silence":
            pieces.append(np.zeros(frames, np.int16))
        elif part.kind == "wake":
            pieces.append(np.full(frames, WAKE_SAMPLE, np.int16))
        else:
            start = sum(len(piece) for piece in pieces)
            pieces.append((LOUD + np.arange(start, start + frames) % 5000).astype(np.int16))
    return np.concatenate(pieces)


def spans(parts: Sequence[Part], kind: str) -> list[tuple[int, int]]:
    """Answer where the parts of `kind` begin and end, in frames."""
    found, start = [], 0
    for part in parts:
        end = start + part.milliseconds * MILLISECOND
        if part.kind == kind:
            found.append((start, end))
        start = end
    return found


def span(capture: Capture) -> tuple[int, int]:
    """Answer where a capture says it begins and ends in its stream, in frames."""
    start = round((capture.heard_at - STARTED_AT).total_seconds() * RATE_HZ)
    return start, start + len(capture.pcm)


class LoudnessActivity:
    """Speech is what is loud."""

    chunk_frames = 160

    def probability(self, chunk: Pcm) -> float:
        return 1.0 if np.abs(chunk.astype(np.int32)).mean() > LOUD / 2 else 0.0

    def reset(self) -> None:
        pass


class SampleWake:
    """The wake word is a run of one sample value."""

    def __init__(self) -> None:
        self._run = 0

    def feed(self, pcm: Pcm) -> str | None:
        heard = None
        for sample in pcm.tolist():
            self._run = self._run + 1 if sample == WAKE_SAMPLE else 0
            if self._run == WAKE_FRAMES:
                heard, self._run = "marker", 0
        return heard

    def reset(self) -> None:
        self._run = 0
