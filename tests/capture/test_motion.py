"""What moves is told from what only changes."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from unhear.capture.motion import (
    AREA_LEAST,
    AREA_MOST,
    GONE_SECONDS,
    PICTURES_MIN,
    Blob,
    Movers,
    least_area,
)

FIFTH = 0.2
sides = st.floats(0.02, 0.3)
places = st.floats(0.0, 0.7)


def blob(left: float, top: float, wide: float, high: float) -> Blob:
    return Blob(left, top, left + wide, top + high, 0.7 * wide * high)


def moved(film: Sequence[Sequence[Blob]]) -> list[list[Blob]]:
    movers = Movers()
    return [movers.feed(blobs, number * FIFTH) for number, blobs in enumerate(film)]


def mirrored(blob: Blob) -> Blob:
    return Blob(1 - blob.right, blob.top, 1 - blob.left, blob.bottom, blob.area)


blobs = st.builds(blob, places, places, sides, sides)


@given(blobs, st.integers(1, 40))
def test_what_appears_and_stays_does_not_move(there: Blob, pictures: int) -> None:
    assert not any(moved([[there]] * pictures))


@given(blobs, st.lists(st.floats(0.6, 1.0), min_size=1, max_size=12))
def test_what_shrinks_does_not_move(there: Blob, shares: Sequence[float]) -> None:
    film = [[there]]
    for share in shares:
        was = film[-1][0]
        wide, high = share * (was.right - was.left), share * (was.bottom - was.top)
        film.append([blob(was.left, was.top, wide, high)])
    assert not any(moved(film))


@given(sides, sides, places, st.floats(0.2, 1.2), st.booleans())
def test_what_walks_moves_from_the_third_picture_on(
    wide: float,
    high: float,
    top: float,
    step: float,
    to_the_left: bool,  # noqa: FBT001 - hypothesis passes it by place
) -> None:
    film = [[blob(number * step * wide, top, wide, high)] for number in range(6)]
    if to_the_left:
        film = [[mirrored(one) for one in blobs] for blobs in film]
    seen = moved(film)
    assert not any(seen[: PICTURES_MIN - 1])
    assert all(seen[PICTURES_MIN:])


def test_who_comes_towards_the_camera_moves() -> None:
    sizes = [0.1 * 1.15**number for number in range(8)]
    assert moved([[blob(0.5 - size / 4, 0.4, size / 2, size)] for size in sizes])[-1]


@given(st.lists(st.lists(blobs, max_size=5), max_size=12))
def test_in_a_mirror_the_same_moves(film: Sequence[Sequence[Blob]]) -> None:
    # In 64ths, which binary fractions hold, so that mirroring loses nothing.
    film = [[_on_a_grid(one) for one in blobs] for blobs in film]
    there = moved([[one] for blobs in film for one in blobs[:1]])
    mirror = moved([[mirrored(one)] for blobs in film for one in blobs[:1]])
    assert [[mirrored(one) for one in seen] for seen in mirror] == there


def _on_a_grid(one: Blob) -> Blob:
    left, top = round(one.left * 64) / 64, round(one.top * 64) / 64
    right, bottom = left + 2 / 64, top + 2 / 64
    return Blob(left, top, right, bottom, one.area)


@given(st.lists(places, min_size=2, max_size=12))
def test_drops_here_and_there_do_not_move(tops: Sequence[float]) -> None:
    # Each is far from the two before it; the third before it was too long ago.
    assert 3 * FIFTH > GONE_SECONDS
    film = [[blob(0.02 + 0.3 * (number % 3), top, 0.02, 0.05)] for number, top in enumerate(tops)]
    assert not any(moved(film))


def test_after_the_whole_picture_changed_it_begins_anew() -> None:
    walk = [[blob(0.05 * number, 0.5, 0.05, 0.1)] for number in range(8)]
    movers = Movers()
    seen = []
    for number, blobs in enumerate(walk):
        if number == 4:
            movers.forget()
        seen.append(bool(movers.feed(blobs, number * FIFTH)))
    assert seen == [False, False, True, True, False, False, True, True]


def test_of_two_the_larger_comes_first() -> None:
    film = [
        [blob(0.05 * number, 0.1, 0.05, 0.1), blob(0.05 * number, 0.6, 0.1, 0.2)]
        for number in range(4)
    ]
    assert [one.top for one in moved(film)[-1]] == [0.6, 0.1]


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_sensitive_is_smaller(one: float, other: float) -> None:
    lower, higher = sorted((one, other))
    assert least_area(lower) >= least_area(higher)


def test_sensitivity_spans_a_hundredfold() -> None:
    assert least_area(0) == AREA_MOST
    assert abs(least_area(1) - AREA_LEAST) < 1e-12
