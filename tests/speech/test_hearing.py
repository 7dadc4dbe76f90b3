"""Real people are heard, understood, and not misheard."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from tests.speech.recordings import (
    commands,
    sentences,
    sphinx_sounds,
    wake_words,
    words,
)
from unhear.answer.prepared import Prepared
from unhear.answer.synthesiser import Speech, Synthesiser
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_recogniser, choose_synthesiser, choose_wake
from unhear.engines.speech_files import speech_wav
from unhear.settings import Settings
from unhear.understand.recogniser import Recogniser
from unhear.understand.scoring import word_errors

pytestmark = pytest.mark.speech

QUIET: Pcm = np.zeros(RATE_HZ, np.int16)
CHUNK = 1280


def _wakes(engine: str, sound: Pcm) -> int:
    """Feed `sound` as a stream between two silences; answer how often the wake word was heard."""
    detector = choose_wake(engine, ["alexa"])
    stream = np.concatenate([QUIET, sound, QUIET])
    heard = 0
    for start in range(0, len(stream), CHUNK):
        if detector.feed(stream[start : start + CHUNK]) is not None:
            heard += 1
            detector.reset()
    return heard


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return choose_recogniser("packaged", Settings().models)


def test_97_of_100_people_are_heard_saying_the_wake_word() -> None:
    files = wake_words()
    found = sum(_wakes("both", read_sound(file.read_bytes())) > 0 for file in files)
    assert found >= 0.97 * len(files)


def test_nobody_who_says_something_else_wakes_the_assistant() -> None:
    sounds = [read_sound(file.read_bytes()) for file in commands()] + sphinx_sounds()
    assert sum(_wakes("both", sound) for sound in sounds) == 0


@pytest.mark.slow
def test_the_second_opinion_hears_people_too() -> None:
    files = wake_words()[::4]
    found = sum(_wakes("open", read_sound(file.read_bytes())) > 0 for file in files)
    assert found >= 0.9 * len(files)


def test_at_most_8_of_100_words_of_read_speech_are_wrong(recogniser: Recogniser) -> None:
    spoken = sentences()
    wrong = sum(word_errors(s.words, words(recogniser.transcribe(s.pcm).text)) for s in spoken)
    total = sum(len(s.words) for s in spoken)
    assert total >= 90
    assert wrong / total <= 0.08, json.dumps({"wrong": wrong, "words": total})


def test_silence_and_noise_are_not_made_into_long_stories(recogniser: Recogniser) -> None:
    rng = np.random.default_rng(5)
    for sound in (QUIET, rng.normal(0, 300, 3 * RATE_HZ).astype(np.int16), QUIET[:100]):
        assert len(recogniser.transcribe(sound).text) < 80


def test_long_speech_is_recognised_in_pieces(recogniser: Recogniser) -> None:
    spoken = [s for s in sentences() if len(s.words) >= 4]
    long = np.concatenate([part for s in spoken for part in (s.pcm, QUIET)])
    assert len(long) > 30 * RATE_HZ
    said = [word for s in spoken for word in s.words]
    heard = words(recogniser.transcribe(long).text)
    assert word_errors(said, heard) / len(said) <= 0.15


def test_threads_hear_what_each_would_hear_alone(recogniser: Recogniser) -> None:
    spoken = sentences()[:4]
    alone = [recogniser.transcribe(s.pcm).text for s in spoken]
    together = [""] * len(spoken)

    def hear(number: int) -> None:
        together[number] = recogniser.transcribe(spoken[number].pcm).text

    threads = [threading.Thread(target=hear, args=(number,)) for number in range(len(spoken))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_what_the_voice_says_the_recogniser_hears(recogniser: Recogniser) -> None:
    text = "The kitchen window is open and the kettle is boiling."
    sound = read_sound(speech_wav(list(choose_synthesiser().speak(text))))
    assert word_errors(words(text), words(recogniser.transcribe(sound).text)) <= 2


@dataclass
class Asked:
    """Speaks as another does, and notes what it is asked for."""

    synthesiser: Synthesiser
    asked: list[str] = field(default_factory=list)

    def speak(self, text: str) -> Iterator[Speech]:
        self.asked.append(text)
        return self.synthesiser.speak(text)

    def warm(self) -> None:
        self.synthesiser.warm()


def test_a_reply_that_is_prepared_is_there_at_once_and_can_be_understood(
    recogniser: Recogniser,
) -> None:
    text = "Sorry, I did not understand that."
    synthesiser = Asked(choose_synthesiser())
    voice = Prepared(synthesiser, [text])
    voice.warm()
    assert synthesiser.asked == [text]
    pieces = list(voice.speak(text))
    assert synthesiser.asked == [text], "nothing is left to be made when it is wanted"
    heard = words(recogniser.transcribe(read_sound(speech_wav(pieces))).text)
    assert word_errors(words(text), heard) <= 1
