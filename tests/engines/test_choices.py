"""Every engine can be named by a setting, and a wrong name is answered with the right ones."""

from pathlib import Path

import numpy as np
import pytest

from unhear.engines.choose import choose_recogniser, choose_synthesiser, choose_wake
from unhear.engines.errors import ModelDamaged, ModelMissing, UnknownChoice
from unhear.engines.voice import PiperVoice
from unhear.engines.whisper import HINT_CHARACTERS_MAX, _hotwords, _pieces
from unhear.settings import Settings


def test_an_unknown_wake_engine_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownChoice, match="both, micro, open"):
        choose_wake("ears", ["alexa"])


@pytest.mark.parametrize("engine", ["both", "micro", "open"])
@pytest.mark.parametrize("words", [["computer"], []])
def test_an_unknown_wake_word_is_answered_with_the_known_ones(
    engine: str, words: list[str]
) -> None:
    with pytest.raises(UnknownChoice, match="alexa, hey_jarvis, hey_mycroft"):
        choose_wake(engine, words)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    recogniser = choose_recogniser(str(tmp_path), Settings().models)
    with pytest.raises(ModelMissing, match=r"model\.bin, config\.json, tokenizer\.json"):
        recogniser.warm()


def test_a_path_that_is_not_there_is_no_name_on_the_hub(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="is no folder"):
        choose_recogniser(str(tmp_path / "gone"), Settings().models).warm()


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(ModelDamaged, match="no Whisper model"):
        choose_recogniser(str(tmp_path), Settings().models).warm()


@pytest.mark.parametrize("name", ["nobody's model", "a/b/c", "not-a-size"])
def test_a_name_the_hub_cannot_have_is_refused(name: str) -> None:
    with pytest.raises(ModelMissing, match="model hub"):
        choose_recogniser(name, Settings().models).warm()


@pytest.mark.speech
def test_an_unknown_language_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownChoice, match=r"'xx'.* de, el, en, "):
        choose_recogniser("packaged", Settings().models, "xx").warm()


def test_a_missing_or_broken_voice_is_named(tmp_path: Path) -> None:
    voice = tmp_path / "voice.onnx"
    with pytest.raises(ModelMissing, match="beside it"):
        PiperVoice(lambda: voice).warm()
    voice.write_bytes(b"no network")
    settings = Path(f"{voice}.json")
    settings.write_text("{}")
    with pytest.raises(ModelDamaged, match="no Piper voice"):
        PiperVoice(lambda: voice).warm()
    settings.write_text(
        '{"num_symbols": 1, "num_speakers": 1, "audio": {"sample_rate": 16000},'
        ' "espeak": {"voice": "en"}, "phoneme_id_map": {}, "inference": {}}'
    )
    with pytest.raises(ModelDamaged, match="InvalidProtobuf"):
        PiperVoice(lambda: voice).warm()


@pytest.mark.speech
def test_nothing_to_say_is_said_in_silence() -> None:
    assert list(choose_synthesiser().speak("")) == []


def test_hints_end_with_a_whole_word() -> None:
    hints = [f"cappuccino{number}" for number in range(200)]
    row = _hotwords(hints)
    assert row is not None
    assert HINT_CHARACTERS_MAX - 20 < len(row) <= HINT_CHARACTERS_MAX
    assert set(row.split()) <= set(hints)
    assert _hotwords([]) is None
    assert _hotwords(["skim milk", "oat milk"]) == "skim milk oat"


def test_long_sound_is_cut_where_it_is_quiet_and_nothing_is_lost() -> None:
    sound = np.random.default_rng(1).integers(-9000, 9000, 16_000 * 70).astype(np.int16)
    for second in (22, 43, 65):
        sound[16_000 * second : 16_000 * second + 8_000] = 0
    pieces = list(_pieces(sound))
    assert np.array_equal(np.concatenate(pieces), sound)
    assert all(len(piece) <= 24 * 16_000 for piece in pieces)
    assert all(np.abs(piece[:1000]).max() == 0 for piece in pieces[1:])
