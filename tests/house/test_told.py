"""What guardians are told is there in every language, and filled."""

from string import Formatter

import pytest
import yaml

from unhear.house.told import WORDS, told_text
from unhear.household.consent import Lapse
from unhear.household.words import OPTIONAL
from unhear.keep.notices import Told

LANGUAGES = [path.stem for path in sorted(WORDS.glob("*.yaml"))]
TEXTS = {
    language: {
        key: text
        for key, text in yaml.safe_load((WORDS / f"{language}.yaml").read_text()).items()
        if isinstance(text, str)
    }
    for language in LANGUAGES
}


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_languages_say_the_same_with_the_same_slots() -> None:
    assert LANGUAGES == ["de", "en"]
    told = {
        language: {key: slots(text) for key, text in texts.items()}
        for language, texts in TEXTS.items()
    }
    assert told["de"] == told["en"]


@pytest.mark.parametrize("purpose", OPTIONAL)
@pytest.mark.parametrize("why", Lapse)
def test_the_house_s_own_words_are_told_in_german(purpose: str, why: str) -> None:
    told = told_text(Told("lapsed", {"purpose": purpose, "name": "Mia", "why": why}), "de")
    assert why not in told
    assert f"in {purpose} " not in told
    assert "Mia" in told
