"""Sound files of any kind are read; what is none is refused with a word why."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.sounds import TONE_HZ, encoded, tone, wav
from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.capture.wave import wav_bytes
from unhear.engines.audio_files import read_sound
from unhear.engines.errors import SoundUnreadable
from unhear.engines.speech_files import speech_wav

WAV = wav(tone(RATE_HZ), RATE_HZ)
FLAC = encoded("flac", "flac")
OGG = encoded("ogg", "libopus")
FILES = {"wav": WAV, "flac": FLAC, "ogg": OGG, "m4a": encoded("ipod", "aac")}


def loudest_hz(pcm: Pcm) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(pcm)))) * RATE_HZ / len(pcm)


def is_the_tone(pcm: Pcm) -> bool:
    loudness = np.abs(pcm[len(pcm) // 4 : -len(pcm) // 4]).max()
    return abs(loudest_hz(pcm) - TONE_HZ) < 5 and 14_000 < loudness < 19_000


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("bits", [8, 16, 24, 32])
@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 44_100, 48_000, 96_000])
def test_wav_files_of_any_rate_width_and_channels_are_read(
    rate_hz: int, bits: int, channels: int
) -> None:
    pcm = read_sound(wav(tone(rate_hz), rate_hz, bits=bits, channels=channels))
    assert pcm.dtype == np.int16
    assert abs(len(pcm) - RATE_HZ / 2) <= RATE_HZ / 100
    assert is_the_tone(pcm)


@pytest.mark.parametrize(
    ("kind", "codec"),
    [
        ("flac", "flac"), ("ogg", "libopus"), ("webm", "libopus"), ("mp3", "libmp3lame"),
        ("ipod", "aac"),
    ],
)  # fmt: skip
def test_files_of_other_kinds_are_read(kind: str, codec: str) -> None:
    assert is_the_tone(read_sound(encoded(kind, codec)))


def test_what_is_written_is_read_back_to_the_bit() -> None:
    pcm = np.random.default_rng(7).integers(-32768, 32768, 5000).astype(np.int16)
    assert np.array_equal(read_sound(wav_bytes(pcm)), pcm)
    spoken = [Speech(pcm[:2000], RATE_HZ), Speech(pcm[2000:], RATE_HZ)]
    assert np.array_equal(read_sound(speech_wav(spoken)), pcm)


def test_a_wav_file_whose_writer_did_not_know_its_length_is_read() -> None:
    streamed = WAV[:40] + b"\xff\xff\xff\xff" + WAV[44:]
    assert is_the_tone(read_sound(streamed))


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(SoundUnreadable, match="empty"):
        read_sound(b"")


def test_a_file_without_a_single_frame_is_refused() -> None:
    with pytest.raises(SoundUnreadable, match="no sound"):
        read_sound(wav(np.zeros(0), RATE_HZ))


@given(share=st.floats(0, 0.99))
def test_a_wav_file_that_breaks_off_is_refused(share: float) -> None:
    with pytest.raises(SoundUnreadable):
        read_sound(WAV[: int(len(WAV) * share)])


@given(share=st.floats(0, 0.7))
def test_a_flac_file_that_breaks_off_is_refused(share: float) -> None:
    with pytest.raises(SoundUnreadable):
        read_sound(FLAC[: int(len(FLAC) * share)])


def test_an_mp3_file_that_breaks_off_says_how_much_is_missing() -> None:
    mp3 = encoded("mp3", "libmp3lame", seconds=3)
    with pytest.raises(SoundUnreadable, match=r"1\.\d seconds are missing"):
        read_sound(mp3[: len(mp3) // 2])


@given(
    data=st.binary(max_size=500), beginning=st.sampled_from([b"", WAV[:44], FLAC[:60], OGG[:60]])
)
def test_random_bytes_are_sound_or_refused(data: bytes, beginning: bytes) -> None:
    try:
        pcm = read_sound(beginning + data)
    except SoundUnreadable:
        return
    assert beginning
    assert len(pcm) > 0


@given(
    kind=st.sampled_from(sorted(FILES)),
    place=st.integers(0, 199),
    changed=st.binary(min_size=1, max_size=8),
)
def test_a_damaged_header_is_sound_or_refused(kind: str, place: int, changed: bytes) -> None:
    file = FILES[kind]
    try:
        pcm = read_sound(file[:place] + changed + file[place + len(changed) :])
    except SoundUnreadable:
        return
    assert pcm.dtype == np.int16
    assert pcm.ndim == 1


@pytest.mark.parametrize(
    "playlist",
    [
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"[playlist]\nFile1=/etc/hostname\n",
    ],
)
def test_a_playlist_opens_no_other_file(playlist: bytes) -> None:
    with pytest.raises(SoundUnreadable, match="no sound file"):
        read_sound(playlist)


def test_a_coding_nobody_knows_is_refused() -> None:
    unknown = encoded("webm", "libopus").replace(b"A_OPUS", b"A_NEWS")
    with pytest.raises(SoundUnreadable, match="nobody here knows"):
        read_sound(unknown)


def test_an_hour_is_too_long() -> None:
    hour = wav(np.zeros(3600 * 8000), 8000, bits=8)
    with pytest.raises(SoundUnreadable, match="longer than 600 seconds"):
        read_sound(hour)


def test_a_rate_of_no_sound_is_refused_before_it_is_stretched() -> None:
    with pytest.raises(SoundUnreadable, match="rate"):
        read_sound(wav(np.zeros(100_000), 10))
