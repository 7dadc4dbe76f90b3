"""A house finds a camera's film by asking it, and hears its button from itself."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.cameras.camera import Mount
from tests.cameras.conftest import Plug
from tests.cameras.simulated_onvif import SimulatedOnvif, serving
from tests.cameras.test_onvif import VISITOR
from tests.cameras.watching import until
from tests.home import PASSPHRASE
from unhear.cameras.at_work import events_of, watching
from unhear.cameras.onvif_streams import small_of, stream_at
from unhear.cameras.source import CameraAway, CameraRefused, Place
from unhear.engines.sight import analyser
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.watched import CameraState
from unhear.household.cameras import Camera
from unhear.household.words import DeviceId, Seen
from unhear.settings import CameraSettings, Settings

DOOR = DeviceId("front door")


@pytest.fixture
def camera() -> Iterator[SimulatedOnvif]:
    with serving(SimulatedOnvif()) as camera:
        yield camera


def address(camera: SimulatedOnvif) -> str:
    return f"onvif://127.0.0.1:{camera.port}"


def test_the_smaller_stream_is_asked_for_too(camera: SimulatedOnvif) -> None:
    password = SecretStr(camera.password)
    main = Place(address(camera), camera.user, password)
    assert stream_at(main) == Place("rtsp://127.0.0.1:8554/main?a=1", camera.user, password)
    small = Place(str(small_of(main.address)), camera.user, password)
    assert stream_at(small) == Place("rtsp://127.0.0.1:8554/sub?a=1", camera.user, password)
    camera.profiles = (("only", 640, 480),)
    with pytest.raises(CameraAway, match="no smaller stream"):
        stream_at(small)


def test_an_address_that_says_all_is_left_as_it_is() -> None:
    place = Place("rtsp://camera.example/live", "", None)
    assert stream_at(place) is place
    assert small_of(place.address) is None


def test_a_camera_that_refuses_or_is_away_is_told_as_such(camera: SimulatedOnvif) -> None:
    with pytest.raises(CameraRefused):
        stream_at(Place(address(camera), camera.user, SecretStr("wrong")))
    with pytest.raises(CameraAway) as away:
        stream_at(Place("onvif://127.0.0.1:1", "", None))
    assert not isinstance(away.value, CameraRefused)


@pytest.mark.tools
@pytest.mark.slow
def test_a_doorbell_that_says_itself_that_it_was_pressed_is_filmed(
    tmp_path: Path, plug: Plug
) -> None:
    film = plug({"/main": Mount(), "/sub": Mount()}, user="admin", password="a password")
    simulated = SimulatedOnvif(password="a password", streams_at=film.port)
    with serving(simulated):
        named = CameraSettings(
            name=DOOR,
            address=address(simulated),
            user=simulated.user,
            password=SecretStr(simulated.password),
        )
        settings = Settings(house=tmp_path / "house", cameras=(named,))
        set_up(settings, SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
        with closing(House(settings)) as house, watching(house, analyser):
            house.household = house.cameras.decide(Camera(DOOR, on=True, people_only=True))
            until(lambda: house.cameras.state(DOOR) is CameraState.CONNECTED, what="the camera")
            asyncio.run(_pressed(house, simulated))

            def rung() -> bool:
                kept = house.catalogue.recordings()
                return any(Seen.RING in one.utterance.seen for one in kept)

            until(rung, what="the clip of a ring")


async def _pressed(house: House, camera: SimulatedOnvif) -> None:
    (events,) = events_of(house)
    task = asyncio.create_task(events.run())
    async with asyncio.timeout(30):
        while events.state is not CameraState.CONNECTED:  # noqa: ASYNC110 - it is another task's
            await asyncio.sleep(0.01)
        camera.tell(VISITOR)
        while house.door._waiting() != DOOR:  # noqa: ASYNC110 - it is another task's
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
