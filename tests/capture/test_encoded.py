"""Moments of a stream go forwards, whatever a camera's clock does; fragments hold what they got."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from unhear.capture.boxes import boxes
from unhear.capture.encoded import PICTURE_TICKS, Encoded, Origin, Timeline
from unhear.capture.fragments import Fragments, with_lengths

STEP = PICTURE_TICKS // 10
UNITS = st.lists(
    st.binary(min_size=1, max_size=40).map(lambda data: b"\x41" + data.replace(b"\0", b"\1")),
    min_size=1,
    max_size=5,
)


@given(st.lists(st.none() | st.integers(-(2**40), 2**40), min_size=1))
def test_every_moment_is_later_than_the_one_before(moments: list[int | None]) -> None:
    timeline = Timeline(PICTURE_TICKS, Origin())
    placed = [timeline.place(moment, STEP) for moment in moments]
    assert placed == sorted(set(placed))
    assert placed[0] == 0
    assert placed[-1] <= len(moments) * 3 * PICTURE_TICKS


@given(st.integers(-(2**40), 2**40), st.integers(-(2**33), 2**33))
def test_a_clock_that_was_set_costs_one_step(began: int, jump: int) -> None:
    timeline = Timeline(PICTURE_TICKS, Origin())
    before = [timeline.place(began + number * STEP, STEP) for number in range(5)]
    jump = jump if abs(jump) > 4 * PICTURE_TICKS else -5 * STEP
    after = [timeline.place(began + jump + number * STEP, STEP) for number in range(5, 10)]
    assert [*before, *after] == [number * STEP for number in range(10)]


def test_a_moment_that_is_missing_is_one_step_later() -> None:
    timeline = Timeline(PICTURE_TICKS, Origin())
    placed = [timeline.place(moment, STEP) for moment in (None, STEP, 2 * STEP, None, 5 * STEP)]
    assert placed == [0, STEP, 2 * STEP, 3 * STEP, 6 * STEP]


def test_pictures_and_sound_have_one_beginning() -> None:
    origin = Origin()
    pictures, sound = Timeline(PICTURE_TICKS, origin), Timeline(8_000, origin)
    assert pictures.place(900_000, STEP) == 0
    assert sound.place(84_000, 160) == 4_000
    assert sound.place(84_160, 160) == 4_160


@given(UNITS, st.sampled_from([b"\0\0\1", b"\0\0\0\1"]))
def test_start_codes_become_lengths(units: list[bytes], code: bytes) -> None:
    data = with_lengths(b"".join(code + unit for unit in units))
    expected = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)
    assert data == expected


@given(st.lists(st.integers(1, 60), min_size=1, max_size=60), st.integers(1, 30))
def test_fragments_hold_every_packet_once_and_follow_each_other(steps: list[int], gop: int) -> None:
    fragments = Fragments(2.0, 4.0)
    whole, at, sent = [], 0, b""
    for number, step in enumerate(steps):
        unit = b"\x41" + number.to_bytes(2, "big").replace(b"\0", b"\3") + b"\x80"
        sent += len(unit).to_bytes(4, "big") + unit
        packet = Encoded(b"\0\0\1" + unit, at, at, STEP, key=number % gop == 0)
        whole += fragments.add(packet)
        at += step * STEP // 10
    whole += fragments.end()
    parts = [dict(boxes(fragment.data)) for fragment in whole]
    assert b"".join(part[b"mdat"] for part in parts) == sent
    assert whole[0].begins == 0
    assert all(one.ends == after.begins for one, after in pairwise(whole))
    longest = max(steps) / 100
    assert all(one.ends - one.begins <= 4 + longest + 0.1 for one in whole)
    assert all(one.ends - one.begins >= 2 for one in whole[:-1])
    assert whole[0].key
