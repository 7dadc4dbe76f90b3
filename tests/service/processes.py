"""Processes of one house, each in its role, and what they recognise speech with."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import httpx2
import numpy as np

from tests.cli.program import PASSPHRASE
from tests.ports import free_port
from tests.satellites.quick import Words
from tests.satellites.serving import Background
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.speech_files import speech_wav
from unhear.engines.voice import PiperVoice
from unhear.house.setup import SetupPlan, set_up
from unhear.household.speech import Transcript
from unhear.satellites.speech_server import SpeechServer, recognising
from unhear.settings import Settings

PATIENCE = 150.0
PLAN = SetupPlan("Testers", "Ada", keep=True)


class Slow(Words):
    """Hears the words that a test puts here; holds them back while it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = Event()
        self.go_on = Event()
        self.go_on.set()
        self.requests = 0

    def transcribe(self, pcm: Pcm, *, hints: Any = ()) -> Transcript:
        self.requests += 1
        self.asked.set()
        assert self.go_on.wait(PATIENCE)
        return super().transcribe(pcm, hints=hints)


@dataclass
class Process:
    """A process of a house."""

    popen: "subprocess.Popen[str]"
    health: str

    def ready(self) -> tuple[int, str]:
        """Answer what it says of being ready; 0 while nobody answers."""
        try:
            answer = httpx2.get(f"{self.health}/readyz", trust_env=False, timeout=30)
        except httpx2.TransportError:
            return 0, ""
        told: str = answer.json().get("why", "")
        return answer.status_code, told

    def serves(self) -> str:
        """Answer the next thing that it serves, as `--json` tells it in three lines."""
        assert self.popen.stdout is not None
        told: str = json.loads("".join(self.popen.stdout.readline() for _ in range(3)))["serves"]
        return told

    def stop(self) -> int:
        """Tell it to stop, and answer how it ended."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(PATIENCE)


def made(folder: Path, settings: str = "", plan: SetupPlan = PLAN) -> Path:
    """Set up a house with these settings; answer its folder."""
    house = folder / "house"
    set_up(Settings(house=house), plan, PASSPHRASE)
    (house / "settings.toml").write_text(settings)
    return house


@contextmanager
def process(house: Path | None, role: str, *more: str, **settings: str) -> Iterator[Process]:
    """Run a role of a house until it is ready, and for as long as the block runs.

    `settings` are its own, as variables of its environment.
    """
    port = free_port()
    whose = [] if house is None else ["--house", str(house)]
    command = [sys.executable, "-m", "unhear", *whose, role, "--json", *more]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(UNHEAR_HEALTH=f"127.0.0.1:{port}", **settings),
    ) as popen:
        one = Process(popen, f"http://127.0.0.1:{port}")
        try:
            until(lambda: popen.poll() is not None or one.ready()[0] == 200)
            assert popen.poll() is None, popen.stderr and popen.stderr.read()
            yield one
        finally:
            popen.kill()


def environment(**more: str) -> dict[str, str]:
    """Answer the environment of a process: ours, and more."""
    import os  # noqa: PLC0415 - for this alone

    return {**os.environ, **more}  # noqa: TID251 - the child's


def until(condition: Any, seconds: float = PATIENCE) -> float:
    """Wait until something is so; answer how many seconds that took."""
    began = monotonic()
    while not condition():
        assert monotonic() - began < seconds, "it did not come to be so"
        sleep(0.05)
    return monotonic() - began


@contextmanager
def recogniser(words: Words) -> Iterator[str]:
    """Answer the address of a server of the pool that hears what a test says."""
    with Background() as background:
        yield background.enter(recognising(SpeechServer(words, "en"), "127.0.0.1:0"))


def spoken(text: str) -> Pcm:
    """Answer speech, and the silence that ends a request."""
    sound = read_sound(speech_wav(list(PiperVoice().speak(text))))
    return np.concatenate([sound, np.zeros(RATE_HZ * 2, np.int16)])
