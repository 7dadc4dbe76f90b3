"""What is private is black wherever a picture goes, from its first on."""

import io
from dataclasses import replace

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.cameras.camera import Mount
from tests.cameras.conftest import Plug
from tests.cameras.films import Codec, film
from tests.cameras.watching import DOOR, House, pictures, until, watched
from unhear.capture.clips import Bounds
from unhear.clock import now
from unhear.household.cameras import Area
from unhear.household.words import Seen

pytestmark = [pytest.mark.slow, pytest.mark.tools]

SHORT = Bounds(preroll=1.0, quiet=1.0)
MOTION = frozenset({Seen.MOTION})
AREAS = (Area(0.101, 0.2, 0.4, 0.503), Area(0.7, 0.0, 1.0, 0.3))
LIGHT_MAX = 8
"""What a coder may make of black, of 255."""


def check_black(picture: NDArray[np.uint8], areas: tuple[Area, ...] = AREAS) -> None:
    """Fail unless the areas are black, and the rest is not."""
    height, width = picture.shape[:2]
    rest = picture.copy()
    for area in areas:
        left, right = round(area.left * width), round(area.right * width)
        top, bottom = round(area.top * height), round(area.bottom * height)
        inside = picture[top:bottom, left:right]
        assert inside.max() <= LIGHT_MAX
        rest[top:bottom, left:right] = 0
    assert rest.mean() > 20


def check_film(data: bytes) -> None:
    shown = pictures(data)
    assert shown
    for picture in shown:
        check_black(np.asarray(picture.to_ndarray(format="rgb24"), np.uint8))


def check_jpeg(data: bytes) -> None:
    with av.open(io.BytesIO(data), "r", format="jpeg_pipe") as file:
        (picture,) = file.decode(video=0)
    check_black(np.asarray(picture.to_ndarray(format="rgb24"), np.uint8))


def filmed(house: House, pieces: int) -> bytes:
    house.eyes.shows = MOTION
    until(lambda: house.shelf.clips and len(house.shelf.clips[-1].pieces) >= pieces, what="pieces")
    return house.shelf.clips[-1].film


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_what_is_private_is_black_everywhere(plug: Plug, codec: Codec) -> None:
    camera = plug({"/main": Mount(film(codec))})
    with watched(camera.url(), camera=replace(DOOR, private=AREAS), bounds=SHORT) as house:
        until(lambda: house.eyes.pictures, what="a look")
        live = house.watch.live()
        check_film(filmed(house, 2))
        shown = live.read(5) or b""
        check_film(shown)
        check_jpeg(house.watch.snapshot() or b"")
        house.eyes.shows = MOTION | {Seen.PERSON}
        until(lambda: len(house.shelf.clips[-1].stills) > 1, what="a better still")
    for still in house.shelf.clips[-1].stills:
        check_jpeg(still)
    assert house.eyes.pictures
    for picture in house.eyes.pictures:
        check_black(picture)


def test_what_becomes_private_is_black_at_once_in_another_clip(plug: Plug) -> None:
    with watched(plug().url(), bounds=SHORT) as house:
        live = house.watch.live()
        filmed(house, 1)
        live.read(5)
        first = house.shelf.clips[-1]
        house.decide(private=AREAS)
        until(lambda: first.ended, what="the clip's end")
        live.read(0)
        looks = len(house.eyes.pictures)
        until(lambda: len(house.shelf.clips) > 1, what="another clip")
        check_film(filmed(house, 1))
        check_film(live.read(5) or b"")
        for picture in house.eyes.pictures[looks:]:
            check_black(picture)
        for still in house.shelf.clips[-1].stills:
            check_jpeg(still)


def test_what_is_private_no_more_was_so_in_film_of_before(plug: Plug) -> None:
    with watched(plug().url(), camera=replace(DOOR, private=AREAS), bounds=SHORT) as house:
        until(lambda: len(house.eyes.pictures) > 5, what="looks")
        decided = now()
        house.decide(private=())
        house.eyes.shows = MOTION
        until(lambda: house.shelf.clips, what="a clip")
        (clip,) = house.shelf.clips
        assert clip.began_at >= decided


def test_a_smaller_stream_is_black_where_the_main_one_is(plug: Plug) -> None:
    camera = plug({"/main": Mount(), "/sub": Mount(film(width=320, height=240))})
    private = replace(DOOR, private=AREAS)
    with watched(camera.url(), sub=camera.url("/sub"), camera=private, bounds=SHORT) as house:
        until(lambda: len(house.eyes.pictures) > 5, what="looks")
        check_film(filmed(house, 1))
    for picture in house.eyes.pictures:
        check_black(picture)
    for still in house.shelf.clips[-1].stills:
        check_jpeg(still)
