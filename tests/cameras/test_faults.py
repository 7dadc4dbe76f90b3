"""What cameras and networks do wrong harms one camera at most, for as long as it lasts."""

import logging
import random
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.cameras.conftest import Plug
from tests.cameras.proxy import Proxy, shift_clock
from tests.cameras.watching import House, pictures, until, watched
from tests.ports import free_port
from unhear.cameras.connecting import Connection
from unhear.capture.clips import Bounds
from unhear.household.words import Seen

pytestmark = [pytest.mark.slow, pytest.mark.tools]

SHORT = Bounds(preroll=1.0, quiet=1.0)
MOTION = frozenset({Seen.MOTION})
PASSWORD = "s3/cr:t?@ü%41"
HOUR_SECONDS = 3_600
RTP_HEADER_BYTES = 12


@pytest.fixture
def network(plug: Plug) -> Iterator[Proxy]:
    proxy = Proxy(plug().port)
    yield proxy
    proxy.close()


def address(network: Proxy) -> str:
    return f"rtsp://127.0.0.1:{network.port}/main"


def is_(house: House, connection: Connection) -> None:
    until(lambda: house.watch.state.connection is connection, what=connection.value)


def test_a_camera_that_was_unplugged_is_back(plug: Plug) -> None:
    camera = plug()
    with watched(camera.url(), bounds=SHORT) as house:
        house.eyes.shows = MOTION
        until(lambda: house.shelf.clips, what="a clip")
        connected = house.watch.state
        camera.off()
        is_(house, Connection.AWAY)
        assert house.watch.state.since > connected.since
        until(lambda: house.shelf.clips[0].ended, what="the clip's end")
        camera.on()
        is_(house, Connection.CONNECTED)
        until(lambda: len(house.shelf.clips) > 1 and house.shelf.clips[1].pieces, what="a clip")
    assert pictures(house.shelf.clips[0].film)
    assert pictures(house.shelf.clips[1].film)


def test_a_wrong_password_is_told_once_and_never_said(
    plug: Plug, caplog: pytest.LogCaptureFixture
) -> None:
    camera = plug(user="me", password=PASSWORD)
    caplog.set_level(logging.DEBUG)
    wrong = PASSWORD + "!"
    with watched(camera.url(), user="me", password=wrong) as house:
        is_(house, Connection.REFUSED)
    told = [record for record in caplog.records if record.name.startswith("unhear.cameras")]
    assert [record.getMessage() for record in told] == ["camera refused"]
    with watched(camera.url("/elsewhere"), user="me", password=PASSWORD) as house:
        house.watch.snapshot(1.0)
        assert house.watch.state.connection is Connection.AWAY
    for said in ("s3", "me:", "cr%3At"):
        assert said not in caplog.text


def test_a_right_password_may_hold_anything(plug: Plug) -> None:
    camera = plug(user="me", password=PASSWORD)
    with watched(camera.url(), user="me", password=PASSWORD) as house:
        is_(house, Connection.CONNECTED)


def test_nobody_at_the_address_is_waited_for() -> None:
    with watched(f"rtsp://127.0.0.1:{free_port()}/main") as house:
        assert house.watch.state.connection is Connection.AWAY
        assert house.watch.snapshot(0.1) is None


def test_bytes_that_were_flipped_are_survived(network: Proxy) -> None:
    chance = random.Random(1)  # noqa: S311 - the same flips each time

    def flip(packet: bytearray) -> bool:
        for _ in range(chance.choice((0, 0, 0, 1, 3))):
            at = chance.randrange(RTP_HEADER_BYTES, len(packet))
            packet[at] ^= 1 << chance.randrange(8)
        return True

    with watched(address(network), bounds=SHORT) as house:
        is_(house, Connection.CONNECTED)
        network.mangle = flip
        house.eyes.shows = MOTION
        until(lambda: house.shelf.clips and len(house.shelf.clips[-1].pieces) > 1, what="pieces")
        network.mangle = lambda _packet: True
        looks = len(house.eyes.pictures)
        until(lambda: len(house.eyes.pictures) > looks + 10, what="looks")
        house.eyes.shows = frozenset()
        until(lambda: house.shelf.clips[-1].ended, what="the clip's end")
        house.eyes.shows = MOTION
        count = len(house.shelf.clips)
        until(lambda: len(house.shelf.clips) > count and house.shelf.clips[-1].pieces, what="more")
    assert pictures(house.shelf.clips[-1].film)


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_packets_that_were_lost_are_survived(network: Proxy, share: float) -> None:
    chance = random.Random(2)  # noqa: S311 - the same losses each time
    with watched(address(network), bounds=SHORT) as house:
        is_(house, Connection.CONNECTED)
        network.mangle = lambda _packet: chance.random() > share
        house.eyes.shows = MOTION
        until(lambda: house.shelf.clips and len(house.shelf.clips[0].pieces) > 1, what="pieces")
        (clip,) = house.shelf.clips
    assert pictures(clip.film)
    assert all(piece.ends - piece.begins < 5 for piece in clip.pieces)


@pytest.mark.parametrize("jump", [HOUR_SECONDS, -HOUR_SECONDS, -0.5])
def test_a_clock_that_was_set_tears_no_hole(network: Proxy, jump: float) -> None:
    def later(packet: bytearray) -> bool:
        shift_clock(packet, jump)
        return True

    with watched(address(network), bounds=SHORT) as house:
        house.eyes.shows = MOTION
        until(lambda: house.shelf.clips and house.shelf.clips[0].pieces, what="a piece")
        network.mangle = later
        until(lambda: len(house.shelf.clips[0].pieces) > 3, what="pieces")
        assert len(house.shelf.clips) == 1
        (clip,) = house.shelf.clips
    shown = [float(picture.time or 0) for picture in pictures(clip.film)]
    steps = [after - before for before, after in pairwise(shown)]
    assert max(steps) < 0.5
    assert min(steps) > 0


def test_a_connection_that_breaks_off_is_made_again(network: Proxy) -> None:
    with watched(address(network), bounds=SHORT) as house:
        until(lambda: house.eyes.pictures, what="a look")
        network.cut()
        is_(house, Connection.AWAY)
        is_(house, Connection.CONNECTED)
