"""A guardian has the house answer people at a door from anywhere, in its own voice."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from tests.skills.spoken_house import Loudspeaker
from tests.web.consoles import API, Console, console
from unhear.household.words import DeviceId
from unhear.settings import CameraSettings

CAMERAS = (
    CameraSettings(name="front door", address="rtsp://a.example", speaker="porch"),
    CameraSettings(name="garden", address="rtsp://b.example"),
)
PARCEL = "Please leave the parcel at the door. Thank you."


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Console]:
    with console(tmp_path, cameras=CAMERAS) as ours:
        yield ours


def ask(ada: httpx2.Client, camera: str, which: str) -> tuple[int, str]:
    answer = ada.post(f"{API}/cameras/{camera}/reply", json={"which": which})
    word = answer.json()["type"].rpartition("/")[2] if answer.content else ""
    return answer.status_code, word


def test_what_a_guardian_chooses_is_said_at_the_door_alone(served: Console) -> None:
    at_the_door: list[str] = []
    inside: list[str] = []
    with closing(served.guardian()) as ada:
        assert ada.get(f"{API}/cameras").json()["replies"]["parcel"] == PARCEL
        assert ask(ada, "front door", "parcel") == (409, "speaker-away")
        rooms = served.house.rooms
        rooms.join(DeviceId("porch"), Loudspeaker(), told=at_the_door.append)
        rooms.join(DeviceId("kitchen"), Loudspeaker(), told=inside.append)
        assert ask(ada, "front door", "parcel") == (204, "")
        assert ask(ada, "front door", "anything else") == (422, "no-such-reply")
        assert ask(ada, "garden", "parcel") == (409, "speaker-away")
        assert ask(ada, "cellar", "parcel") == (404, "no-such-camera")
    assert (at_the_door, inside) == ([PARCEL], [])
