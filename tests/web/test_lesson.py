"""A voice is taught in a real browser, whose microphone plays a person; no sound of it stays."""

import base64
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.learn.households import allow
from tests.needs import need
from tests.speech.recordings import SHARED
from tests.web.browser import browser
from tests.web.consoles import API, Console, console
from tests.web.test_accessible import AXE, broken
from tests.web.test_today import sign_in
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.capture.wave import wav_bytes
from unhear.engines.audio_files import read_sound
from unhear.house.voices import SENTENCES_MIN
from unhear.household.learning import Subject
from unhear.household.words import Purpose
from unhear.web import security
from unhear.web.api.voices import ROOMY, SENTENCE_BYTES_MAX
from unhear.web.pages.render import LANGUAGES, words_in

SPOKEN_MS = 3_500
SAMPLE = 400
"""How many bytes of sound are looked for, one piece every tenth of a second."""


@pytest.fixture(autouse=True)
def _many_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Console]:
    with console(tmp_path) as served:
        served.keep()
        yield served


@pytest.fixture(scope="module")
def speech() -> Pcm:
    """Answer what one person says: all ten digits."""
    need(find_spec("resemblyzer") is not None, "the speaker encoder (requirements-voices.txt)")
    files = sorted((SHARED / "digits").glob("*_george_0.wav"))
    need(len(files) == 10, "the recordings of people saying digits (digits)")
    return np.concatenate([read_sound(file.read_bytes()) for file in files])


def known(served: Console) -> dict[str, int]:
    """Answer from how many sentences which voices are known."""
    found = served.house.learning.standings()
    (voices,) = [one for one in found if one.subject is Subject.VOICES]
    assert voices.is_proved
    return {str(who): count for who, count in voices.taught_by.items()}


def said(person: str, sentences: list[Pcm]) -> dict[str, Any]:
    written = [
        base64.urlsafe_b64encode(one.astype("<i2").tobytes()).decode().rstrip("=")
        for one in sentences
    ]
    return {"person": person, "rate": RATE_HZ, "sentences": written}


@pytest.mark.tools
@pytest.mark.slow
def test_a_voice_is_taught_in_five_sentences(served: Console, speech: Pcm, tmp_path: Path) -> None:
    microphone = tmp_path / "speech.wav"
    microphone.write_bytes(wav_bytes(speech))
    with browser(microphone=microphone) as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        page.goto(f"{served.url}/learning")
        expect(page.get_by_text("That is nobody yet.")).to_be_visible()
        ada = allow(served.house, "Ada", Purpose.IDENTIFY)
        page.goto(f"{served.url}/learning")
        page.get_by_text("Teach a voice").click()
        assert page.get_by_label("Whose voice").inner_text().split() == ["Ada"]
        page.get_by_role("button", name="Start").click()
        for number, sentence in enumerate(words_in("en").table("sentences").values(), 1):
            expect(page.get_by_role("heading", name=f"Sentence {number} of 5")).to_be_focused()
            expect(page.get_by_text(sentence)).to_be_visible()
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            expect(page.get_by_text("The microphone is on.")).to_be_visible()
            page.wait_for_timeout(SPOKEN_MS)  # as long as a sentence takes to say
            page.get_by_role("button", name="Stop recording").click()
            expect(page.get_by_text("Recorded.")).to_be_visible()
            expect(page.get_by_text("The microphone is off.")).to_be_visible()
            if number == 1:
                page.evaluate(AXE.read_text())
                assert broken(page) == []
                width = page.evaluate("document.documentElement.scrollWidth")
                assert width <= page.viewport_size["width"]  # type: ignore[index]
            last = number == SENTENCES_MIN
            name = "Teach this voice" if last else "Next sentence"
            page.get_by_role("button", name=name).click()
        expect(page.get_by_text("The voice of Ada is known now.")).to_be_visible()
        expect(page.locator("[data-subject=voices]")).to_contain_text("Ada: 5")
        stored = page.evaluate("[localStorage.length, sessionStorage.length]")
        assert stored == [0, 0]
    assert known(served) == {ada: SENTENCES_MIN}
    assert served.house.voices.speaker(speech, ada) == ada


def test_no_sound_of_a_lesson_reaches_the_disk(served: Console, speech: Pcm) -> None:
    ada = allow(served.house, "Ada", Purpose.IDENTIFY)
    with closing(served.guardian()) as client:
        answer = client.post(f"{API}/learning/voice", json=said(ada, [speech] * SENTENCES_MIN))
        assert answer.status_code == 204, answer.text
    assert known(served) == {ada: SENTENCES_MIN}
    pieces = [
        speech[at : at + SAMPLE // 2].tobytes() for at in range(0, len(speech), RATE_HZ // 10)
    ]
    loud = [piece for piece in pieces if np.frombuffer(piece, np.int16).std() > SAMPLE]
    assert len(loud) > 10
    files = [path for path in served.house.settings.house.rglob("*") if path.is_file()]
    assert files
    for file in files:
        content = file.read_bytes()
        assert not any(piece in content for piece in loud), file


def test_without_consent_or_speech_nothing_is_learned(served: Console, speech: Pcm) -> None:
    jo = served.house.household.named("Jo")
    assert jo is not None
    ada = allow(served.house, "Ada", Purpose.IDENTIFY)
    quiet: Pcm = np.zeros(RATE_HZ * 3, np.int16)
    lessons = {
        "voice-not-allowed": said(jo.id, [speech] * SENTENCES_MIN),
        "too-little-speech": said(ada, [speech] * (SENTENCES_MIN - 1) + [quiet]),
        "no-such-person": said("unknown", [speech] * SENTENCES_MIN),
    }
    with closing(served.guardian()) as client:
        for problem, asked in lessons.items():
            told = client.post(f"{API}/learning/voice", json=asked).json()
            assert told["type"] == f"/problems/{problem}"
        client.headers["x-csrf"] = "guessed"
        asked = said(ada, [speech] * SENTENCES_MIN)
        assert client.post(f"{API}/learning/voice", json=asked).status_code == 403
    assert known(served) == {}


def test_what_is_no_sound_or_too_much_of_it_is_refused(served: Console) -> None:
    long: Pcm = np.zeros(SENTENCE_BYTES_MAX // 2 + 1, np.int16)
    with closing(served.guardian()) as client:
        odd = said("nobody", [])
        wrong = [
            odd | {"sentences": ["AAAA"]},
            odd | {"rate": 5},
            said("nobody", [long]),
            odd | {"sentences": ["AAA"] * 13},
        ]
        for asked in wrong:
            told = client.post(f"{API}/learning/voice", json=asked).json()
            assert told["type"] == "/problems/not-understood"
        (most,) = ROOMY.values()
        large = b" " * (most + 1)
        assert client.post(f"{API}/learning/voice", content=large).status_code == 413
        assert client.post(f"{API}/learning/forget", content=b" " * (1 << 21)).status_code == 413


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_as_many_sentences_as_a_voice_takes(language: str) -> None:
    assert len(set(words_in(language).table("sentences").values())) == SENTENCES_MIN


@pytest.mark.tools
def test_a_page_without_a_microphone_says_what_to_do(served: Console) -> None:
    allow(served.house, "Ada", Purpose.IDENTIFY)
    with browser() as opened:
        page = opened.page(prf=None)
        page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
        sign_in(page, served.url)
        page.goto(f"{served.url}/learning")
        page.get_by_text("Teach a voice").click()
        expect(page.get_by_text("Open this page on the house's own machine")).to_be_visible()
        expect(page.get_by_role("button", name="Start")).to_be_disabled()
