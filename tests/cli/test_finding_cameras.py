"""Cameras are found on the network, and asked what they are."""

from pathlib import Path

import pytest

from tests.cameras.simulated_onvif import SimulatedOnvif, answering_probes, serving
from tests.cameras.test_onvif import MATCH
from tests.cli.program import unhear

NAMED = """[[cameras]]
name = "front door"
address = "onvif://127.0.0.1:{port}"
user = "admin"
password = "{password}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "house").mkdir()
    return tmp_path / "house"


def test_cameras_that_answer_are_listed(folder: Path) -> None:
    with answering_probes(MATCH) as ((host, port), _):
        found = unhear(folder, "cameras", "find", "--where", f"{host}:{port}")
    assert found == {"found": [{"address": "onvif://127.0.0.1:8000", "name": "Front Door b"}]}
    assert "no place" in unhear(folder, "cameras", "find", "--where", "x:y", code=2)["error"]


def test_a_camera_says_what_it_is_or_why_it_does_not(folder: Path) -> None:
    with serving(SimulatedOnvif()) as camera:
        settings = folder / "settings.toml"
        settings.write_text(NAMED.format(port=camera.port, password=camera.password))
        assert unhear(folder, "cameras", "ask", "front door") == {
            "main": "rtsp://127.0.0.1:8554/main?a=1",
            "sub": "rtsp://127.0.0.1:8554/sub?a=1",
            "snapshot": "http://127.0.0.1/snap/main",
            "has_doorbell": True,
            "notices_motion": True,
        }
        settings.write_text(NAMED.format(port=camera.port, password="another"))
        refused = unhear(folder, "cameras", "ask", "front door", code=3)["error"]
    assert "does not take the user and password" in refused
    assert "another" not in refused
    assert "name no camera" in unhear(folder, "cameras", "ask", "back", code=2)["error"]
