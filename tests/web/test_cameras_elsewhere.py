"""A console without the cameras in its process says so, wherever they would be needed."""

from contextlib import closing
from pathlib import Path

from pydantic import SecretStr

from tests.web.consoles import API, console
from unhear.settings import CameraSettings

DOOR = CameraSettings(
    name="front", address="rtsp://127.0.0.1:1/none", doorbell=True, press_token=SecretStr("a" * 32)
)


def test_what_needs_the_cameras_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with console(tmp_path, cameras=(DOOR,)) as served:
        served.house.cameras.elsewhere = True
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
                assert "unhear run" in answer.json()["detail"]
            page = client.get("/camera?name=front").text
            assert "Another process of this house has the cameras" in page
            assert 'data-module="live"' not in page
