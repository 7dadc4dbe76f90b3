"""German is spoken so that German is recognised."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.cli.program import PASSPHRASE
from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.errors import ModelMissing
from unhear.engines.espeak import EspeakVoice
from unhear.engines.speech_files import speech_wav
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.settings import Settings

pytestmark = pytest.mark.speech


def test_sentences_come_one_by_one() -> None:
    spoken = list(EspeakVoice("de").speak("Guten Morgen. Wie geht es dir?"))
    assert len(spoken) == 2
    assert all(len(piece.pcm) > piece.rate_hz // 3 for piece in spoken)
    assert list(EspeakVoice("de").speak(" ")) == []


def test_several_voices_speak_at_once_as_each_does_alone() -> None:
    texts = {"de": "Guten Morgen, wie geht es dir?", "en": "Good morning, how are you?"}

    def spoken(language: str) -> bytes:
        return b"".join(
            piece.pcm.tobytes() for piece in EspeakVoice(language).speak(texts[language])
        )

    alone = {language: len(spoken(language)) for language in texts}
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda one: (one, len(spoken(one))), [*texts] * 20))
    # The library is not the same to the sample twice.
    assert all(abs(length / alone[language] - 1) < 0.05 for language, length in together)


def test_a_language_without_a_voice_is_told() -> None:
    with pytest.raises(ModelMissing):
        EspeakVoice("no such language").warm()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings = Settings(house=tmp_path_factory.mktemp("deutsch") / "house", language="de")
    set_up(settings, SetupPlan("Tester", "Ada", keep=True), PASSPHRASE)
    house = House(settings)
    yield house
    house.close()


@pytest.mark.slow
def test_german_is_spoken_and_recognised_in_a_german_house(house: House) -> None:
    quiet: Pcm = np.zeros(RATE_HZ // 3, np.int16)
    spoken = read_sound(
        speech_wav(list(house.synthesiser.speak("Was steht auf der Einkaufsliste?")))
    )
    heard = house.recogniser.transcribe(np.concatenate([quiet, spoken, quiet]))
    assert "einkaufsliste" in heard.text.casefold()
    answer: list[Speech] = []
    turn = Assistant(house).read(
        "Was steht auf der Einkaufsliste?", DeviceId("küche"), UNKNOWN_PERSON, answer.append
    )
    assert turn.reply.text == "Deine Einkaufsliste ist leer."
    assert answer
