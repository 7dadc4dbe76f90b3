"""Frequent replies are sound before they are wanted; nothing that was said is among them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.satellites.rooms import made_house
from unhear.answer import prepared as prepared_module
from unhear.answer.prepared import LETTERS_MAX, REPLIES_MAX, Prepared, frequent
from unhear.answer.registry import find_skills
from unhear.answer.synthesiser import Speech
from unhear.house import shared as shared_module
from unhear.house.ears import Ears
from unhear.house.turn import Assistant


class Typewriter:
    """Makes as many frames as a text has letters, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def speak(self, text: str) -> Iterator[Speech]:
        self.asked.append(text)
        for word in text.split():
            yield Speech(np.full(len(word), 7, np.int16), 8_000)

    def warm(self) -> None:
        """Nothing is to be loaded."""


def prepare(voice: Prepared) -> None:
    voice.warm()
    for _ in range(REPLIES_MAX):
        voice.prepare_next()


def test_what_is_prepared_is_not_made_again() -> None:
    typewriter = Typewriter()
    voice = Prepared(typewriter, ["You have no timer."])
    prepare(voice)
    said = list(voice.speak("You have no timer."))
    assert [len(piece.pcm) for piece in said] == [3, 4, 2, 6]
    assert list(voice.speak("You have no timer.")) == said
    assert typewriter.asked == ["You have no timer."]


def test_what_was_said_is_made_each_time_and_not_held() -> None:
    typewriter = Typewriter()
    voice = Prepared(typewriter, frequent(find_skills()))
    prepare(voice)
    held = dict(voice._ready)
    for _ in range(2):
        list(voice.speak("I put walnuts on your shopping list."))
    assert typewriter.asked[-2:] == ["I put walnuts on your shopping list."] * 2
    assert voice._ready == held


@pytest.mark.parametrize("language", ["en", "de"])
def test_only_whole_short_replies_without_slots_are_prepared(language: str) -> None:
    skills = find_skills(language)
    texts = frequent(skills)
    assert skills.replies("")("unknown") == texts[0]
    assert skills.replies("timers")("ask_duration") in texts
    assert 40 <= len(texts) <= REPLIES_MAX
    assert all(len(text) <= LETTERS_MAX for text in texts)
    assert not [text for text in texts if "{" in text or text[-1] not in ".!?"]


def test_nobody_can_change_what_is_prepared() -> None:
    voice = Prepared(Typewriter(), ["Heads."])
    prepare(voice)
    (piece,) = voice.speak("Heads.")
    with pytest.raises(ValueError, match="read-only"):
        piece.pcm[0] = 1


def test_there_is_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared_module, "SOUND_BYTES_MAX", 30)
    voice = Prepared(Typewriter(), ["Heads.", "Tails.", "You have no timer."])
    prepare(voice)
    assert sorted(voice._ready) == ["Heads.", "Tails."]
    assert len(list(voice.speak("You have no timer."))) == 4


def test_nothing_is_prepared_before_the_voice_is_loaded() -> None:
    voice = Prepared(Typewriter(), ["Heads.", "Tails."])
    voice.prepare_next()
    assert voice._ready == {}
    voice.warm()
    assert sorted(voice._ready) == ["Heads.", "Tails."]


def test_the_house_prepares_one_at_a_time_while_nobody_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made_house(tmp_path) as house:
        typewriter = Typewriter()
        monkeypatch.setattr(shared_module, "choose_synthesiser", lambda _: typewriter)
        assistant = Assistant(house)
        house.synthesiser.warm()
        made = len(typewriter.asked)
        assistant.tick()
        assert len(typewriter.asked) == made + 1
        monkeypatch.setattr(Ears, "resting", False)
        assistant.tick()
        assert len(typewriter.asked) == made + 1
        assistant.close()


def test_a_voice_that_fails_is_heard_of_when_it_is_wanted() -> None:
    class Broken(Typewriter):
        def speak(self, text: str) -> Iterator[Speech]:
            raise RuntimeError(text)

    voice = Prepared(Broken(), ["Heads."])
    voice.warm()
    with pytest.raises(RuntimeError):
        list(voice.speak("Heads."))
