"""A sound is told in the same whole numbers, whoever asks and how many ask at once."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.engines.sounds import tone
from tests.speech.recordings import wake_words
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.sound_features import DIMENSION, SoundFeatures, TooShort


def sounds() -> list[Pcm]:
    rng = np.random.default_rng(5)
    hum = np.round(tone(RATE_HZ) * 20_000).astype(np.int16)
    return [hum, *(rng.normal(0, 3000, 4_000 + 3_000 * more).astype(np.int16) for more in range(4))]


def test_a_sound_has_the_same_numbers_whatever_was_heard_before() -> None:
    features = SoundFeatures()
    first = [features.vector(sound) for sound in sounds()]
    again = [features.vector(sound) for sound in reversed(sounds())]
    assert all(one.dtype == np.int8 and one.shape == (DIMENSION,) for one in first)
    assert np.array_equal(first, again[::-1])
    assert len({one.tobytes() for one in first}) == len(first)
    assert np.array_equal(SoundFeatures().vector(sounds()[0]), first[0])


def test_threads_do_not_hear_each_other() -> None:
    features = SoundFeatures()
    alone = [features.vector(sound) for sound in sounds()]
    shared = SoundFeatures()
    with ThreadPoolExecutor(4) as work:
        together = list(work.map(shared.vector, sounds() * 3))
    assert np.array_equal(together, alone * 3)


@pytest.mark.parametrize("frames", [0, 1, RATE_HZ // 10 - 1])
def test_too_short_a_sound_is_refused(frames: int) -> None:
    with pytest.raises(TooShort):
        SoundFeatures().vector(np.zeros(frames, np.int16))


def test_a_tenth_of_a_second_and_half_a_minute_are_enough() -> None:
    features = SoundFeatures()
    for frames in (RATE_HZ // 10, 30 * RATE_HZ):
        assert features.vector(np.zeros(frames, np.int16)).shape == (DIMENSION,)


@pytest.mark.speech
def test_the_scale_fits_what_people_say() -> None:
    vectors = [SoundFeatures().vector(read_sound(file.read_bytes())) for file in wake_words()[:12]]
    values = np.stack(vectors).astype(np.float64).reshape(-1, DIMENSION // 3)
    assert abs(values.mean()) < 3
    assert 28 < values.std() < 36
    assert (np.abs(values) == 127).mean() < 0.01
