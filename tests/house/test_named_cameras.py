"""A browser that was paired is a camera like those in the settings, until it is removed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from unhear.house.cameras import NoSuchCamera
from unhear.house.house import House
from unhear.house.notice_facts import facts_of
from unhear.house.setup import SetupPlan, set_up
from unhear.house.watched import CameraAway
from unhear.household.cameras import Camera
from unhear.household.family import Device
from unhear.household.retention import DeviceKind
from unhear.household.words import DeviceId
from unhear.keep import identity as identities
from unhear.settings import CameraSettings, Settings

DOOR, SHELF = DeviceId("front door"), DeviceId("shelf")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(identities, "SCRYPT_LOG_N", 4)
    door = CameraSettings(name=DOOR, address="rtsp://127.0.0.1:1/door")
    settings = Settings(house=tmp_path / "house", cameras=(door,))
    set_up(settings, SetupPlan("Testers", "Ada"), "three plain words")
    with closing(House(settings)) as house:
        for name in (DOOR, SHELF):
            paired = Device(name, DeviceKind.CAMERA, "hall", key=name.encode())
            house.household = house.family.set_device(paired)
        yield house


def test_it_is_a_camera_in_its_room_and_the_settings_come_first(house: House) -> None:
    assert {name: one.room for name, one in house.cameras.named.items()} == {
        DOOR: "",
        SHELF: "hall",
    }
    assert not house.cameras.is_browser(DOOR)
    with pytest.raises(NoSuchCamera, match="see the settings"):
        house.cameras.remove(DOOR)
    with pytest.raises(NoSuchCamera):
        house.cameras.call(DOOR, "an offer")
    with pytest.raises(CameraAway):
        house.cameras.call(SHELF, "an offer")


def test_the_notice_says_that_it_films_and_nothing_that_it_cannot_do(house: House) -> None:
    before = facts_of(house.settings, house.household, [], {})
    assert not before.filmed
    assert {stay.device for stay in before.stays} == {DeviceKind.VOICE}
    house.household = house.cameras.decide(Camera(SHELF, on=True, days=7))
    after = facts_of(house.settings, house.household, [], {})
    assert [one.days for one in after.filmed] == [7]


def test_one_that_was_removed_and_comes_back_is_switched_off(house: House) -> None:
    house.household = house.cameras.decide(Camera(SHELF, on=True, hears=True))
    house.household = house.cameras.remove(SHELF)
    assert house.cameras.named.keys() == {DOOR}
    house.household = house.family.set_device(Device(SHELF, DeviceKind.CAMERA))
    assert house.cameras.decided(SHELF) == Camera(SHELF)


def test_a_line_of_the_settings_may_wait_for_a_browser() -> None:
    assert CameraSettings(name=SHELF, address="browser:", speaker="hall").speaker == "hall"
    with pytest.raises(ValueError, match="address"):
        CameraSettings(name=SHELF, address="browser:elsewhere")
