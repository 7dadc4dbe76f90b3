"""Words that came of a noise are none; words in doubt are known to be in doubt."""

import math

import pytest

from unhear.household.speech import Transcript
from unhear.understand.hearing import Hearing, hearing
from unhear.understand.languages import LANGUAGES


@pytest.mark.parametrize(
    ("transcript", "heard"),
    [
        (Transcript("turn off the light", 0.99, -0.2), Hearing.SURE),
        (Transcript("turn off the light", 0.98, -0.9), Hearing.UNSURE),
        (Transcript("stop", 0.99, -1.8), Hearing.UNSURE),  # a short word, and surely speech
        (Transcript("delete everything", 0.7, -2.4), Hearing.NOTHING),
        (Transcript("you", 0.99, -0.1), Hearing.NOTHING),
        (Transcript("You. You. You.", 0.95, -0.5), Hearing.NOTHING),
        (Transcript("Thank you for watching!", 0.99, -0.3), Hearing.NOTHING),
        (Transcript("Thank you.", 0.99, -0.3), Hearing.NOTHING),
        (Transcript("", 0.0, -math.inf), Hearing.NOTHING),
        (Transcript(" . ", 0.9, -0.5), Hearing.NOTHING),
    ],
)
def test_how_surely_something_was_heard(transcript: Transcript, heard: Hearing) -> None:
    assert hearing(transcript, "en") is heard


@pytest.mark.parametrize("text", ["Vielen Dank.", "Untertitelung des ZDF, 2020", "Tschüss!"])
def test_what_german_recognisers_write_for_noise(text: str) -> None:
    assert hearing(Transcript(text), "de") is Hearing.NOTHING
    assert hearing(Transcript("Wie spät ist es?"), "de") is Hearing.SURE


@pytest.mark.parametrize(
    ("language", "words", "agrees"),
    [
        ("en", "yes", True),
        ("en", "yeah do it", True),
        ("en", "go ahead", True),
        ("en", "no", False),
        ("en", "yes no", False),
        ("en", "don't do that", False),
        ("en", "yes she said and took her hat", None),
        ("en", "he was not an ill disposed young man", False),
        ("en", "the yes men", None),
        ("en", "what time is it", None),
        ("en", "", None),
        ("de", "ja", True),
        ("de", "ja mach das", True),
        ("de", "nein", False),
        ("de", "bitte", None),
    ],
)
def test_yes_and_no(language: str, words: str, agrees: bool | None) -> None:  # noqa: FBT001
    assert LANGUAGES[language].small.agrees(words) is agrees
