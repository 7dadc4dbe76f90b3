"""Sounds without a word in them: hiss, hum, a tap, dishes, tones, music."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from unhear.capture.sound import RATE_HZ, Pcm

Sound = NDArray[np.float64]
CHORD = (0, 3, 4, 5, 7, 9, 12)
"""Semitones above the lowest note."""


def noises(seconds: float, loudness: float) -> Iterator[tuple[str, Pcm]]:
    """Yield noises by name, the same every time; `loudness` is their root mean square."""
    rng = np.random.default_rng(1)
    frames = round(seconds * RATE_HZ)
    hiss = rng.standard_normal(frames)
    moments = np.arange(frames) / RATE_HZ
    syllables = np.maximum(_filtered(rng.standard_normal(frames), 2, 6), 0)
    for name, sound in {
        "hiss": hiss,
        "hum": _filtered(hiss, 100, 1_500),
        "tap": _filtered(hiss, 400, 5_000),
        "mains": np.sin(2 * np.pi * 50 * moments) + np.sin(2 * np.pi * 150 * moments) / 2,
        "dishes": _dishes(frames, rng),
        "murmur": _filtered(hiss, 200, 3_500) * syllables,
        "music": _music(frames, rng),
    }.items():
        gain = loudness / max(float(np.sqrt(np.mean(sound**2))), 1e-9)
        yield name, np.clip(sound * gain, -32_768, 32_767).astype(np.int16)


def _dishes(frames: int, rng: np.random.Generator) -> Sound:
    sound = np.zeros(frames)
    for start in rng.integers(frames, size=6 * frames // RATE_HZ):
        moments = np.arange(min(frames - start, RATE_HZ // 5)) / RATE_HZ
        clink = np.sin(2 * np.pi * rng.uniform(1_500, 4_500) * moments)
        sound[start : start + len(moments)] += clink * np.exp(-moments * 25)
    return sound


def _music(frames: int, rng: np.random.Generator) -> Sound:
    """Answer chords of plucked strings, four a second."""
    sound = np.zeros(frames)
    for start in range(0, frames, RATE_HZ // 4):
        moments = np.arange(min(frames - start, RATE_HZ // 2)) / RATE_HZ
        for semitones in rng.choice(CHORD, 3):
            pitch = 220 * 2 ** (semitones / 12)
            for overtone in range(1, 6):
                note = np.sin(2 * np.pi * pitch * overtone * moments) / overtone
                sound[start : start + len(moments)] += note * np.exp(-moments * 3)
    return sound


def _filtered(sound: Sound, low_hz: float, high_hz: float) -> Sound:
    spectrum = np.fft.rfft(sound)
    pitch = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    spectrum[(pitch < low_hz) | (pitch > high_hz)] = 0
    return np.fft.irfft(spectrum, len(sound))
