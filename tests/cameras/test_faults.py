"""What cameras and networks do wrong harms one camera at most, for as long as it lasts."""

import logging
import random
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from tests.cameras.camera import Mount
from tests.cameras.conftest import Plug
from tests.cameras.films import film
from tests.cameras.proxy import Proxy, shift_clock
from tests.cameras.watching import House, pictures, until, watched
from tests.ports import free_port
from unhear.cameras.connecting import Connection
from unhear.cameras.source import AddressSource, CameraAway, Place
from unhear.capture.clips import Bounds
from unhear.clock import now
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


def own_certificate(folder: Path) -> Path:
    """Answer a file with a key and a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = folder / "camera.pem"
    file.write_bytes(certificate.public_bytes(pem) + key.private_bytes(pem, form, plain))
    return file


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


def test_a_camera_that_falls_silent_is_away(plug: Plug) -> None:
    camera = plug()
    with watched(camera.url(), bounds=SHORT) as house:
        is_(house, Connection.CONNECTED)
        camera.freeze()
        is_(house, Connection.AWAY)
        camera.off()
        camera.on()
        is_(house, Connection.CONNECTED)


def test_pictures_of_another_size_are_in_no_clip_with_those_before(plug: Plug) -> None:
    large, small = film(), film(width=320, height=240)
    camera = plug({"/main": Mount(replace(large, units=large.units[:40] + small.units[:40]))})
    with watched(camera.url(), bounds=SHORT) as house:
        house.eyes.shows = MOTION
        until(lambda: len(house.shelf.clips) > 2 and house.shelf.clips[2].pieces, what="clips")
    for clip in house.shelf.clips[:3]:
        assert {(one.width, one.height) for one in pictures(clip.film)} == {(768, 576)}


def test_what_goes_wrong_is_told_without_the_address(plug: Plug) -> None:
    camera = plug(user="me", password=PASSWORD)
    for password, path in ((PASSWORD, "/elsewhere"), (PASSWORD + "!", "/main")):
        place = Place(camera.url(path), "me", SecretStr(password))
        with pytest.raises(CameraAway) as caught:
            AddressSource(place, hears=False)
        error = caught.value
        assert error.__cause__ is None
        assert error.__context__ is None
        assert "rtsp:" not in str(error)
        assert "s3" not in repr(error) + repr(place)


def test_a_wrong_password_is_told_once_and_never_said(
    plug: Plug, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    camera = plug(user="me", password=PASSWORD)
    caplog.set_level(logging.DEBUG)
    wrong = PASSWORD + "!"
    with watched(camera.url(), user="me", password=wrong) as house:
        is_(house, Connection.REFUSED)
    told = [record for record in caplog.records if record.name.startswith("unhear.cameras")]
    assert [record.getMessage() for record in told] == ["camera not connected"]
    with watched(camera.url("/elsewhere"), user="me", password=PASSWORD) as house:
        house.watch.snapshot(1.0)
        assert house.watch.state.connection is Connection.AWAY
    printed = capfd.readouterr()
    for said in ("s3", "me:", "cr%3At"):
        assert said not in caplog.text + printed.out + printed.err


def test_a_right_password_may_hold_anything(plug: Plug) -> None:
    camera = plug(user="me", password=PASSWORD)
    with watched(camera.url(), user="me", password=PASSWORD) as house:
        is_(house, Connection.CONNECTED)


def test_a_camera_that_encrypts_is_watched_with_a_certificate_of_its_own_making(
    plug: Plug, tmp_path: Path
) -> None:
    camera = plug(user="me", password=PASSWORD, certificate=own_certificate(tmp_path))
    with watched(camera.url(), user="me", password=PASSWORD) as house:
        until(lambda: len(house.eyes.pictures) > 5, what="looks")


def test_nobody_at_the_address_is_waited_for() -> None:
    with watched(f"rtsp://127.0.0.1:{free_port()}/main") as house:
        assert house.watch.state.connection is Connection.AWAY
        assert house.watch.snapshot(0.1) is None


def test_closing_does_not_wait_for_a_camera_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        with watched(f"rtsp://127.0.0.1:{mute.getsockname()[1]}/main"):
            taken, _ = mute.accept()
            began = monotonic()
        assert monotonic() - began < 5
        taken.close()


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
