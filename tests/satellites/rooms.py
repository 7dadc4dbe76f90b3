"""A house with an assistant, and sounds to say to its satellites."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

from tests.cli.program import PASSPHRASE
from unhear.capture.listener import Listener
from unhear.capture.sound import Capture, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_activity, choose_wake
from unhear.engines.speech_files import speech_wav
from unhear.house.arbiter import Arbiter
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant, Sayer, Turn
from unhear.house.voice import Ways
from unhear.household.speech import Reply
from unhear.household.words import DeviceId, PersonId
from unhear.settings import Settings

TRIES = 6


@contextmanager
def made_house(folder: Path) -> Iterator[House]:
    """Set up a house that keeps what it hears."""
    settings = Settings(house=folder / "house")
    set_up(settings, SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    house = House(settings)
    try:
        yield house
    finally:
        house.close()


class NotedAssistant(Assistant):
    """Notes every turn, so that a test can wait for it."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.turns: Queue[tuple[DeviceId, Turn]] = Queue()

    def hear(
        self,
        capture: Capture,
        person: PersonId,
        say: Sayer,
        replied: Callable[[Reply], None] | None = None,
    ) -> Turn:
        turn = super().hear(capture, person, say, replied)
        self.turns.put((capture.device, turn))
        return turn


@contextmanager
def ways_of(house: House) -> Iterator[Ways]:
    """Answer what satellites of a house share."""
    assistant = NotedAssistant(house)

    def listen(device: DeviceId, *, wake: bool) -> Listener:
        detector = choose_wake("micro", ["alexa"]) if wake else None
        return Listener(
            device=device, activity=choose_activity(), wake=detector, started_at=house.clock()
        )

    with ThreadPoolExecutor(4) as work:
        try:
            yield Ways(assistant, Arbiter(), work, listen)
        finally:
            assistant.close()


def said(house: House, *parts: str) -> Pcm:
    """Answer spoken words, with a short pause between the parts."""
    pieces = [read_sound(speech_wav(list(house.synthesiser.speak(part)))) for part in parts]
    pause: Pcm = np.zeros(1_600, np.int16)
    return np.concatenate([sound for piece in pieces for sound in (piece, pause)])


def said_to_wake(house: House, words: str) -> Pcm:
    """Say the wake word and words until a detector wakes: no two syntheses sound the same."""
    for _ in range(TRIES):
        sound = said(house, "Alexa.", words)
        quiet: Pcm = np.zeros(16_000, np.int16)
        if choose_wake("micro", ["alexa"]).feed(np.concatenate([quiet, sound])) is not None:
            return sound
    pytest.fail(f"{TRIES} syntheses woke nobody")
