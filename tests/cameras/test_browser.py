"""What a browser sends is taken as it was coded, and as any camera's film."""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import replace

import av
import pytest
from aiortc.mediastreams import AudioStreamTrack

from tests.cameras.calling import Filmed, calling, offered, watched_browser
from tests.cameras.films import film
from tests.cameras.test_watch import MOTION, NOTHING, SHORT, filmed
from tests.cameras.watching import DOOR, coded_slices, pictures, until
from unhear.cameras import browser as browsers
from unhear.cameras import browser_call
from unhear.cameras.browser import BrowserCamera
from unhear.cameras.connecting import Connection
from unhear.cameras.source import CameraAway
from unhear.house.watched import CallWrong

pytestmark = pytest.mark.tools


@pytest.fixture
def camera() -> Iterator[BrowserCamera]:
    camera = BrowserCamera()
    yield camera
    camera.close()


def test_a_clip_holds_the_browser_s_own_packets() -> None:
    source = film()
    with watched_browser(source, bounds=SHORT) as house:
        clip = filmed(house, 1)
        house.eyes.shows = NOTHING
        until(lambda: clip.ended, what="the clip's end")
    kept = coded_slices(clip.film, "h264")
    sent = [source.slices(unit) for unit in source.units]
    began = sent.index(kept[0])
    assert kept == [sent[(began + number) % len(sent)] for number in range(len(kept))]
    assert len(kept) >= 29, "a piece while something moved, and a quiet second"
    ends = [piece.ends for piece in clip.pieces]
    assert float(pictures(clip.film)[-1].time or 0) == pytest.approx(ends[-1] - 1 / 30, abs=0.02)


def test_it_is_heard_where_it_may_be() -> None:
    with watched_browser(film(), camera=replace(DOOR, hears=True), bounds=SHORT) as house:
        clip = filmed(house)
    with av.open(io.BytesIO(clip.film), "r") as file:
        heard = list(file.decode(audio=0))
    assert float(heard[-1].time or 0) == pytest.approx(clip.pieces[-1].ends, abs=0.5)


@pytest.mark.slow
def test_pictures_of_another_size_are_another_film() -> None:
    large, small = film(seconds=2), film(seconds=2, width=320, height=240)
    with watched_browser(large, small, bounds=SHORT) as house:
        house.eyes.shows = MOTION
        until(lambda: len(house.shelf.clips) > 3, what="clips")
    films = [pictures(clip.film) for clip in house.shelf.clips if clip.pieces]
    assert {frame.width for frame in films[0]} != {frame.width for frame in films[1]}
    assert all(len({frame.width for frame in film}) == 1 for film in films)


def test_the_newest_call_counts_and_one_that_is_over_is_nobody_s(camera: BrowserCamera) -> None:
    with calling(camera, film()):
        first = camera.connect(hears=False)
        with calling(camera, film(width=320, height=240)):
            with pytest.raises(CameraAway):
                list(first.packets())
            second = camera.connect(hears=False)
            assert second.pictures.width == 320
        with pytest.raises(CameraAway):
            list(second.packets())


def test_a_call_without_sound_is_none_for_a_camera_that_may_hear(
    camera: BrowserCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    with calling(camera, film()):
        camera.connect(hears=False).close()
        monkeypatch.setattr(browsers, "WAIT_SECONDS", 0.1)
        with pytest.raises(CameraAway, match="no browser"):
            camera.connect(hears=True)


def test_who_reads_slowly_misses_what_comes_up_to_a_key_picture(
    camera: BrowserCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_call, "WAITING_MAX", 15)
    with calling(camera, film()):
        until(lambda: camera._current(hears=False), what="the call")
        call = camera._current(hears=False)
        assert call is not None
        until(lambda: call._missing, what="too much")
        until(lambda: call._coming, what="a key picture")
        coded = call.next(1)
        assert coded is not None
        assert coded.key


def test_sound_that_is_not_wanted_and_other_things_are_refused(camera: BrowserCamera) -> None:
    async def call(*, sound: bool, twice: bool, data: bool) -> None:
        tracks = [Filmed(film()), *([AudioStreamTrack()] if sound else [])]
        tracks += [Filmed(film())] if twice else []
        async with offered(*tracks) as peer:
            if data:
                peer.createDataChannel("more")
                await peer.setLocalDescription(await peer.createOffer())
            await asyncio.to_thread(camera.call, peer.localDescription.sdp, hears=False)

    for wrong in ("sound", "twice", "data"):
        with pytest.raises(CallWrong):
            asyncio.run(call(**{one: one == wrong for one in ("sound", "twice", "data")}))
    with pytest.raises(CallWrong):
        camera.call("nonsense", hears=False)


def test_a_browser_that_comes_back_is_the_camera_again() -> None:
    browser = BrowserCamera()
    try:
        for _ in range(2):
            with calling(browser, film()):
                assert next(iter(browser.connect(hears=False).packets())).key
    finally:
        browser.close()
    with pytest.raises(CameraAway):
        browser.connect(hears=False)
    with watched_browser(film(), bounds=SHORT) as house:
        until(lambda: house.watch.state.connection is Connection.CONNECTED, what="the connection")
