"""Cameras that send JPEG pictures over HTTP are cameras too."""

from collections.abc import Iterator

import pytest

from tests.cameras.films import film
from tests.cameras.mjpeg_camera import MjpegCamera
from tests.cameras.watching import pictures, until, watched
from unhear.cameras.connecting import Connection
from unhear.capture.clips import Bounds
from unhear.household.words import Seen

pytestmark = [pytest.mark.slow, pytest.mark.tools]

PASSWORD = "p@ss/word"


@pytest.fixture
def camera() -> Iterator[MjpegCamera]:
    one = MjpegCamera(film(), user="me", password=PASSWORD)
    yield one
    one.off()


def test_its_pictures_become_film_that_players_know(camera: MjpegCamera) -> None:
    bounds = Bounds(preroll=1.0, quiet=1.0)
    with watched(camera.url, user="me", password=PASSWORD, bounds=bounds) as house:
        until(lambda: len(house.eyes.pictures) > 5, what="looks")
        house.eyes.shows = frozenset({Seen.MOTION})
        until(lambda: house.shelf.clips and len(house.shelf.clips[0].pieces) > 1, what="pieces")
        (clip,) = house.shelf.clips
        assert (house.watch.snapshot() or b"")[:2] == b"\xff\xd8"
    assert b"avc1" in clip.pieces[0].data
    shown = pictures(clip.film)
    assert shown[0].width == 768
    assert len(shown) / clip.pieces[-1].ends == pytest.approx(10, abs=2)


def test_a_wrong_password_is_told(camera: MjpegCamera) -> None:
    with watched(camera.url, user="me", password="other") as house:
        until(lambda: house.watch.state.connection is Connection.REFUSED, what="a refusal")
