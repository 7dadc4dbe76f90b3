"""Sound in events is the same sound however it is cut, and what nobody sends is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.audio import AudioChunk
from wyoming.event import Event

from unhear.capture.sound import RATE_HZ
from unhear.satellites.frames import FrameBroken
from unhear.satellites.sounds import Hearing

SOUND = (np.sin(np.arange(4_000) / 9) * 9_000).astype(np.int16)


def heard(sound: bytes, cuts: list[int], *, rate: int, width: int, channels: int) -> bytes:
    chunks, pieces = Hearing(), []
    for start, end in zip([0, *cuts], [*cuts, len(sound)], strict=True):
        chunk = AudioChunk(rate, width, channels, sound[start:end])
        pieces.append(chunks.pcm(chunk.event()))
    return np.concatenate(pieces).tobytes()


@settings(deadline=None)
@given(st.lists(st.integers(0, 2 * len(SOUND)), max_size=20).map(sorted))
def test_cuts_within_a_sample_change_nothing(cuts: list[int]) -> None:
    assert heard(SOUND.tobytes(), cuts, rate=RATE_HZ, width=2, channels=1) == SOUND.tobytes()


@pytest.mark.parametrize(("rate", "width", "channels"), [(48_000, 2, 2), (8_000, 1, 1)])
@settings(deadline=None)
@given(cuts=st.lists(st.integers(0, len(SOUND)), max_size=20).map(sorted))
def test_other_formats_may_be_cut_anywhere(
    rate: int, width: int, channels: int, cuts: list[int]
) -> None:
    sound = SOUND.tobytes()
    whole = heard(sound, [], rate=rate, width=width, channels=channels)
    frames = len(sound) // width // channels
    assert len(whole) // 2 == pytest.approx(frames * RATE_HZ / rate, abs=2)
    assert heard(sound, cuts, rate=rate, width=width, channels=channels) == whole


@pytest.mark.parametrize(
    "format_",
    [
        {"rate": 1, "width": 2, "channels": 1},
        {"rate": 10**9, "width": 2, "channels": 1},
        {"rate": "16000", "width": 2, "channels": 1},
        {"rate": RATE_HZ, "width": 0, "channels": 1},
        {"rate": RATE_HZ, "width": 2**31, "channels": 1},
        {"rate": RATE_HZ, "width": 2, "channels": 6},
        {"rate": RATE_HZ, "width": 2},
    ],
)
def test_formats_that_nobody_sends_are_refused(format_: dict[str, object]) -> None:
    with pytest.raises(FrameBroken):
        Hearing().pcm(Event(type="audio-chunk", data=format_, payload=bytes(8)))


def test_a_chunk_may_be_empty() -> None:
    data = {"rate": RATE_HZ, "width": 2, "channels": 1}
    assert len(Hearing().pcm(Event(type="audio-chunk", data=data))) == 0
