"""A console whose cameras another process has that cannot be reached says so, wherever needed."""

from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.ports import free_port
from tests.web.consoles import API, console
from unhear.house.cameras import camera_item
from unhear.service.asking import Asking
from unhear.service.others import Others
from unhear.settings import CameraSettings

DOOR = CameraSettings(
    name="front",
    address="rtsp://127.0.0.1:1/none",
    doorbell=True,
    press_token=SecretStr("a" * 32),
    speaker="hall",
)


class Rings:
    """Is told of nothing: nobody here has the camera."""

    def rang(self, camera: str) -> None:
        raise AssertionError(camera)

    def moved(self, camera: str) -> None:
        raise AssertionError(camera)


@pytest.mark.parametrize("named", [False, True])
def test_what_needs_the_cameras_is_refused_with_a_sentence(tmp_path: Path, *, named: bool) -> None:
    addresses = [f"127.0.0.1:{free_port()}", f"unix:{tmp_path}/nobody"] if named else []
    with console(tmp_path, cameras=(DOOR,)) as served:
        served.house.beyond = Others(Asking(addresses, lambda: bytes(32)))
        served.home.bell = Rings()
        with closing(served.guardian()) as client:
            told = client.get(f"{API}/cameras").json()
            (known,), reply = told["cameras"], next(iter(told["replies"]))
            assert known["state"] == "elsewhere"
            for answer in (
                client.get(f"{API}/cameras/front/picture"),
                client.post(f"{API}/cameras/front/reply", json={"which": reply}),
                client.post(
                    f"{API}/doorbells/front/press", headers={"authorization": f"Bearer {'a' * 32}"}
                ),
            ):
                assert answer.status_code == 503, answer.text
                assert "cannot be reached" in answer.json()["detail"]
            page = client.get("/camera?name=front").text
            assert "Another process of this house has the cameras" in page
            assert 'data-module="live"' not in page
        looked = camera_item(next(iter(served.house.cameras.named)))
        assert looked not in {item for *_, item in served.house.looks._stated}, "nothing was seen"
