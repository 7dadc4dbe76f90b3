"""The same voice is like itself, whatever it says and however loud; others are not."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from tests.needs import need
from tests.speech.recordings import SHARED
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.errors import ModelDamaged, ModelMissing
from unhear.engines.mels import BANDS, mels
from unhear.engines.models import packaged_speaker_encoder
from unhear.engines.speaker import DIMENSION, SpeakerEncoder, VoiceVector
from unhear.learn.labelled import Labelled
from unhear.learn.nearest import Nearest
from unhear.learn.voices import AHEAD_BY, AT_LEAST

SENTENCES, ENROLLED = 10, 5
Voices = Mapping[str, Sequence[Pcm]]


@pytest.fixture(scope="module")
def encoder() -> SpeakerEncoder:
    need(find_spec("resemblyzer") is not None, "the speaker encoder (requirements-voices.txt)")
    return SpeakerEncoder()


@pytest.fixture(scope="module")
def voices() -> Voices:
    """Answer sentences of the ten digits, each said by one of three men in one go."""
    folder = SHARED / "digits"
    names = sorted({file.stem.split("_")[1] for file in folder.glob("*.wav")})
    need(len(names) >= 3, "the recordings of people saying digits (digits)")
    return {
        name: [
            np.concatenate([_digit(folder, digit, name, take) for digit in range(10)])
            for take in range(SENTENCES)
        ]
        for name in names
    }


def _digit(folder: Path, digit: int, name: str, take: int) -> Pcm:
    return read_sound((folder / f"{digit}_{name}_{take}.wav").read_bytes())


def likeness(one: VoiceVector | None, other: VoiceVector | None) -> float:
    assert one is not None
    assert other is not None
    a, b = one.astype(float), other.astype(float)
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_a_voice_is_more_like_itself_than_like_any_other(
    encoder: SpeakerEncoder, voices: Voices
) -> None:
    vectors = {name: [encoder.vector(pcm) for pcm in said[:3]] for name, said in voices.items()}
    same = [likeness(*pair) for said in vectors.values() for pair in combinations(said, 2)]
    other = [
        likeness(*pair)
        for one, two in combinations(vectors.values(), 2)
        for pair in product(one, two)
    ]
    assert min(same) > max(other)


def test_five_sentences_make_a_voice_known_and_others_stay_unknown(
    encoder: SpeakerEncoder, voices: Voices
) -> None:
    *home, stranger = voices
    nearest = Nearest(DIMENSION)
    state = nearest.zero()
    for name in home:
        for pcm in voices[name][:ENROLLED]:
            vector = encoder.vector(pcm)
            assert vector is not None
            state = nearest.add(state, Labelled(vector, name))
    model = nearest.solve(state)

    def told(name: str) -> list[str | None]:
        vectors = [encoder.vector(pcm) for pcm in voices[name][ENROLLED:]]
        return [
            None if vector is None else model.tell(vector, at_least=AT_LEAST, ahead_by=AHEAD_BY)
            for vector in vectors
        ]

    for name in home:
        assert told(name) == [name] * (SENTENCES - ENROLLED)
    assert told(stranger) == [None] * (SENTENCES - ENROLLED)


def test_several_threads_hear_the_same(encoder: SpeakerEncoder, voices: Voices) -> None:
    pcm = next(iter(voices.values()))[0]
    once = SpeakerEncoder().vector(pcm)
    assert once is not None
    assert once.dtype == np.int8
    assert once.shape == (DIMENSION,)
    with ThreadPoolExecutor(4) as pool:
        vectors = list(pool.map(encoder.vector, [pcm] * 4))
    for vector in vectors:
        assert vector is not None
        assert np.array_equal(vector, once)


def test_loudness_and_pauses_change_little(encoder: SpeakerEncoder, voices: Voices) -> None:
    pcm = next(iter(voices.values()))[0]
    known = encoder.vector(pcm)
    far = (pcm / 8).astype(np.int16)
    assert likeness(known, encoder.vector(far)) > 0.99
    pause = np.zeros(3 * RATE_HZ, np.int16)
    assert likeness(known, encoder.vector(np.concatenate([pause, pcm, pause]))) > 0.97


def test_of_an_hour_no_more_is_heard_than_of_a_sentence(
    encoder: SpeakerEncoder, voices: Voices
) -> None:
    said = np.concatenate([*next(iter(voices.values()))])
    assert likeness(encoder.vector(said), encoder.vector(np.tile(said, 100))) > 0.999


@pytest.mark.parametrize("seconds", [0, 0.01, 0.9, 5])
def test_silence_is_no_voice(encoder: SpeakerEncoder, seconds: float) -> None:
    silence = np.random.default_rng(1).integers(-3, 4, int(seconds * RATE_HZ)).astype(np.int16)
    assert encoder.vector(silence) is None


def test_less_than_a_second_is_too_short(encoder: SpeakerEncoder, voices: Voices) -> None:
    pcm = next(iter(voices.values()))[0]
    assert encoder.vector(pcm[: RATE_HZ * 9 // 10]) is None


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "resemblyzer"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelMissing, match="pip install --no-deps resemblyzer"):
        packaged_speaker_encoder()
    (package / "pretrained.pt").write_bytes(b"other weights")
    with pytest.raises(ModelDamaged, match="reinstall resemblyzer"):
        packaged_speaker_encoder()


@pytest.mark.parametrize(("hz", "band"), [(200, 2), (1_000, 13), (4_000, 31)])
def test_a_tone_is_in_its_band(hz: int, band: int) -> None:
    second = np.sin(2 * np.pi * hz * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    heard = mels(second)
    assert heard.shape == (101, BANDS)
    assert set(np.argmax(heard[2:-2], axis=1)) == {band}
