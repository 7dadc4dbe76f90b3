"""A device's conversation over its stream: answered, interrupted, and by one device of two."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event

import numpy as np
import pytest

from tests.cli.program import PASSPHRASE
from unhear.answer.synthesiser import Speech
from unhear.capture.listener import Listener
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_activity, choose_wake
from unhear.engines.speech_files import speech_wav
from unhear.house.arbiter import Arbiter
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant, Turn
from unhear.house.voice import Stream, VoiceSession, Ways
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.settings import Settings

pytestmark = pytest.mark.speech

PATIENCE = 60
QUIET: Pcm = np.zeros(round(1.2 * RATE_HZ), np.int16)
TRIES = 6


class Ear:
    """A device's loudspeaker that notes what it was told; `gate` holds up the playing."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.turns: list[Turn] = []
        self.rest, self.playing, self.gate = Event(), Event(), Event()
        self.gate.set()

    def woken(self) -> None:
        self.told.append("woken")

    def thinking(self) -> None:
        self.told.append("thinking")

    def say(self, speech: Speech) -> None:
        assert len(speech.pcm)
        self.told.append("say")
        self.playing.set()
        assert self.gate.wait(PATIENCE)

    def stop(self) -> None:
        self.told.append("stop")

    def finished(self, turn: Turn | None) -> None:
        self.told.append("finished")
        if turn is not None:
            self.turns.append(turn)
        self.rest.set()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings = Settings(house=tmp_path_factory.mktemp("voice") / "house")
    set_up(settings, SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    house = House(settings)
    yield house
    house.close()


@pytest.fixture(scope="module")
def assistant(house: House) -> Iterator[Assistant]:
    assistant = Assistant(house)
    yield assistant
    assistant.close()


@pytest.fixture(scope="module")
def what_time(house: House) -> Pcm:
    return _woken_by(house, "What time is it?")


def _woken_by(house: House, words: str) -> Pcm:
    """Say it until a detector wakes: no two syntheses sound the same."""
    for _ in range(TRIES):
        parts = [*house.synthesiser.speak("Alexa."), *house.synthesiser.speak(words)]
        sound = np.concatenate([QUIET, read_sound(speech_wav(parts)), QUIET])
        if choose_wake("micro", ["alexa"]).feed(sound) is not None:
            return sound
    pytest.fail(f"{TRIES} syntheses woke nobody")


def session(
    assistant: Assistant, ear: Ear, arbiter: Arbiter, name: str = "kitchen", *, wake: bool = True
) -> VoiceSession:
    device = DeviceId(name)
    house = assistant.house

    def listen(device: DeviceId, *, wake: bool) -> Listener:
        detector = choose_wake("micro", ["alexa"]) if wake else None
        return Listener(
            device=device, activity=choose_activity(), wake=detector, started_at=house.clock()
        )

    stream = Stream(device, UNKNOWN_PERSON, ear, wake)
    return VoiceSession(stream, Ways(assistant, arbiter, ThreadPoolExecutor(2), listen))


def feed(voice: VoiceSession, sound: Pcm) -> None:
    for start in range(0, len(sound), 512):
        voice.feed(sound[start : start + 512])


def test_a_stream_is_answered(assistant: Assistant, what_time: Pcm) -> None:
    ear = Ear()
    feed(session(assistant, ear, Arbiter()), what_time)
    assert ear.rest.wait(PATIENCE)
    assert ear.told[:3] == ["stop", "woken", "thinking"]
    assert ear.told[3:] == ["say"] * (len(ear.told) - 4) + ["finished"]
    assert ear.turns[0].reply.text.startswith("It is")


def test_without_a_wake_word_speaking_is_enough_to_stop_an_answer(
    assistant: Assistant, what_time: Pcm
) -> None:
    ear = Ear()
    ear.gate.clear()
    voice = session(assistant, ear, Arbiter(), wake=False)
    feed(voice, what_time)
    assert ear.playing.wait(PATIENCE)
    ear.told.clear()
    feed(voice, what_time)
    assert ear.told[0] == "stop"
    ear.gate.set()
    assert ear.rest.wait(PATIENCE)
    assert len(ear.turns) == 1


def test_who_speaks_over_an_answer_stops_it(assistant: Assistant, what_time: Pcm) -> None:
    ear = Ear()
    ear.gate.clear()
    voice = session(assistant, ear, Arbiter())
    feed(voice, what_time)
    assert ear.playing.wait(PATIENCE)
    ear.told.clear()
    feed(voice, what_time)
    assert ear.told[:2] == ["stop", "woken"]
    ear.gate.set()
    assert ear.rest.wait(PATIENCE)
    assert len(ear.turns) == 1


class SlowArbiter(Arbiter):
    """Decides only when it may, so that it is seen what a device seems to do meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = Event(), Event()

    def answers(self, device: DeviceId, woken_at: datetime, pcm: Pcm) -> bool:
        self.asked.set()
        assert self.may.wait(PATIENCE)
        return super().answers(device, woken_at, pcm)


def test_a_device_is_busy_without_a_gap_from_its_wake_word_to_its_answer(
    assistant: Assistant, what_time: Pcm
) -> None:
    ear, arbiter = Ear(), SlowArbiter()
    voice = session(assistant, ear, arbiter)
    with ThreadPoolExecutor(1) as threads:
        fed = threads.submit(feed, voice, what_time)
        assert arbiter.asked.wait(PATIENCE)
        assert voice.busy, "it is decided whether this device answers"
        arbiter.may.set()
        fed.result()
    assert ear.rest.wait(PATIENCE)
    assert len(ear.turns) == 1


def test_of_two_devices_the_one_nearer_to_the_speaker_answers(
    assistant: Assistant, what_time: Pcm
) -> None:
    near, far, arbiter = Ear(), Ear(), Arbiter()
    kitchen = session(assistant, near, arbiter, "kitchen")
    hall = session(assistant, far, arbiter, "hall")
    for start in range(0, len(what_time), 512):
        piece = what_time[start : start + 512]
        hall.feed((piece * 0.3).astype(np.int16))
        kitchen.feed(piece)
    assert near.rest.wait(PATIENCE)
    assert far.rest.wait(PATIENCE)
    assert (len(near.turns), len(far.turns)) == (1, 0)
    assert "say" not in far.told
