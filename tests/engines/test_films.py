"""What is private leaves no mark on anything that is made of a picture."""

from fractions import Fraction

import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from unhear.engines.pictures import BLACK, blackened, small_jpeg, small_picture, small_size
from unhear.household.cameras import Area

SHARES = st.floats(0, 1)
WIDTH, HEIGHT = 96, 64


@st.composite
def areas(draw: st.DrawFn) -> Area:
    left, right = sorted((draw(SHARES), draw(SHARES)))
    top, bottom = sorted((draw(SHARES), draw(SHARES)))
    return Area(min(left, 0.9), min(top, 0.9), max(right, 0.91), max(bottom, 0.91))


def noise(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(16, 236, (HEIGHT * 3 // 2, WIDTH), np.uint8)


def with_other_inside(planes: NDArray[np.uint8], area: Area) -> NDArray[np.uint8]:
    """Answer the picture with everything in an area changed, on all planes."""
    changed, other = planes.copy(), noise(99)
    left, right = int(area.left * WIDTH), int(np.ceil(area.right * WIDTH))
    top, bottom = int(area.top * HEIGHT), int(np.ceil(area.bottom * HEIGHT))
    changed[top:bottom, left:right] = other[top:bottom, left:right]
    for plane in range(2):
        rows = slice(HEIGHT + plane * HEIGHT // 4, HEIGHT + (plane + 1) * HEIGHT // 4)
        was = changed[rows].reshape(HEIGHT // 2, WIDTH // 2)
        new = other[rows].reshape(HEIGHT // 2, WIDTH // 2)
        inside = np.s_[top // 2 : -(-bottom // 2), left // 2 : -(-right // 2)]
        was[inside] = new[inside]
    return changed


def frame(planes: NDArray[np.uint8]) -> VideoFrame:
    made = VideoFrame.from_ndarray(planes, format="yuv420p")
    made.pts, made.time_base = 0, Fraction(1, 10)
    return made


@given(areas())
def test_what_is_private_leaves_no_mark(area: Area) -> None:
    one, other = noise(1), with_other_inside(noise(1), area)
    assert not np.array_equal(one, other)
    for made in (
        lambda planes: blackened(frame(planes), [area]).to_ndarray(),
        lambda planes: small_picture(frame(planes), [area], 48),
        lambda planes: np.frombuffer(small_jpeg(frame(planes), [area], 48), np.uint8),
    ):
        assert np.array_equal(made(one), made(other))


@pytest.mark.parametrize(
    ("size", "width"), [((1920, 1080), 640), ((1920, 1080), 480), ((768, 576), 640)]
)
def test_making_small_mixes_nothing_private_in(size: tuple[int, int], width: int) -> None:
    rng = np.random.default_rng(4)
    for _ in range(6):
        before = rng.integers(16, 236, (size[1] * 3 // 2, size[0]), np.uint8)
        left, top = rng.uniform(0, 0.6, 2)
        area = Area(left, top, left + 0.3, top + 0.3)
        after = inverted(before, area)
        one, other = (small_picture(frame(planes), [area], width) for planes in (before, after))
        assert np.array_equal(one, other)


def inverted(planes: NDArray[np.uint8], area: Area) -> NDArray[np.uint8]:
    """Answer the picture with everything in an area as unlike as can be."""
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    changed = planes.copy()
    luma, chroma = changed[:height], changed[height:].reshape(2, height // 2, width // 2)
    for plane in (luma, *chroma):
        high, wide = plane.shape
        rows = slice(int(area.top * high), int(np.ceil(area.bottom * high)))
        columns = slice(int(area.left * wide), int(np.ceil(area.right * wide)))
        plane[rows, columns] = 255 - plane[rows, columns]
    return changed


def test_black_is_black_on_all_planes_and_only_around_the_area() -> None:
    area = Area(0.5, 0.5, 0.6, 0.6)
    before = noise(2)
    after = blackened(frame(before), [area]).to_ndarray()
    luma = after[:HEIGHT]
    left, right, top, bottom = 32, 64, 16, 48
    assert (luma[top:bottom, left:right] == BLACK[0]).all()
    chroma = after[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)
    assert (chroma[:, top // 2 : bottom // 2, left // 2 : right // 2] == BLACK[1]).all()
    outside = np.ones(luma.shape, bool)
    outside[top:bottom, left:right] = False
    assert np.array_equal(luma[outside], before[:HEIGHT][outside])


def test_blacking_out_leaves_the_decoder_s_own_picture_alone() -> None:
    whole = frame(noise(3))
    blackened(whole, [Area(0, 0, 1, 1)])
    assert np.array_equal(whole.to_ndarray(), noise(3))


@pytest.mark.parametrize(
    ("size", "small"),
    [((1920, 1080), (640, 360)), ((768, 576), (640, 480)), ((320, 240), (320, 240))],
)
def test_pictures_are_made_small_in_proportion(
    size: tuple[int, int], small: tuple[int, int]
) -> None:
    assert small_size(*size, 640) == small
