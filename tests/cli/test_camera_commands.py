"""Guardians decide about cameras, and forget what these saw."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.program import PASSPHRASE, unhear
from unhear.clock import now
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.words import WHOEVER_IS_SEEN, DeviceId, Seen, TraceId, Utterance
from unhear.settings import Settings

NAMED = '[[cameras]]\nname = "front door"\naddress = "rtsp://127.0.0.1:9"\ndoorbell = true\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    set_up(Settings(house=tmp_path / "house"), SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    (tmp_path / "house" / "settings.toml").write_text(NAMED)
    return tmp_path / "house"


def film(folder: Path, *seen: Seen) -> TraceId:
    house = House(Settings(house=folder))
    trace = new_trace_id()
    utterance = Utterance(trace, now(), DeviceId("front door"), WHOEVER_IS_SEEN, seen=seen)
    house.clips.begin(utterance, now() + timedelta(days=3)).add(b"a film", 0, 2)
    house.close()
    return trace


def test_a_new_camera_is_off_and_obeys_what_is_decided(folder: Path) -> None:
    (camera,) = unhear(folder, "cameras", "list")["cameras"]
    assert (camera["on"], camera["hears"], camera["indoors"], camera["days"]) == (
        False,
        False,
        False,
        3,
    )
    decided = ["--on", "--days", "14", "--people-only", "--private", "0,0,0.5,0.25"]
    unhear(folder, "cameras", "set", "front door", *decided, "--hours", "22:00-6:30")
    changed = unhear(folder, "cameras", "set", "front door", "--modes", "away,night")
    (camera,) = changed["cameras"]
    assert camera["private"] == [[0, 0, 0.5, 0.25]]
    assert (camera["modes"], camera["hours"]) == (["away", "night"], ["22:00-06:30"])
    assert (camera["on"], camera["days"], camera["people_only"]) == (True, 14, True)
    unhear(folder, "cameras", "set", "front door", "--hours", "none", "--private", "none")
    (camera,) = unhear(folder, "cameras", "list")["cameras"]
    assert (camera["hours"], camera["private"]) == ([], [])
    unhear(folder, "cameras", "set", "front door", "--days", "3")
    (camera,) = unhear(folder, "cameras", "set", "front door", "--indoors")["cameras"]
    assert camera["days"] == 30
    assert unhear(folder, "cameras", "mode", "away")["mode"] == "away"
    assert unhear(folder, "cameras", "list")["mode"] == "away"


@pytest.mark.parametrize(
    ("wrong", "code", "said"),
    [
        (["garden", "--on"], 3, "no camera 'garden'"),
        (["front door", "--days", "181"], 2, "less than or equal to 180"),
        (["front door", "--private", "0.5,0,0.5,1"], 2, "no area"),
        (["front door", "--private", "left"], 2, "no area"),
        (["front door", "--modes", "asleep"], 2, "no mode"),
        (["front door", "--hours", "25:00-07:00"], 2, "no hours"),
    ],
)
def test_what_cannot_be_decided_is_told(
    folder: Path, wrong: list[str], code: int, said: str
) -> None:
    error = " ".join(unhear(folder, "cameras", "set", *wrong, code=code)["error"].split())
    assert said in error.replace(" │ │ ", " ")


def test_what_shows_people_is_forgotten_and_the_rest_stays(folder: Path) -> None:
    cat, visitor = film(folder, Seen.MOTION), film(folder, Seen.MOTION, Seen.PERSON)
    assert "nothing was forgotten" in " ".join(
        unhear(folder, "forget", "--showing", "ring", code=2)["error"].split()
    )
    done = unhear(folder, "forget", "--showing", "person", "--device", "front door")
    assert done["forgotten"] == "1"
    (left,) = unhear(folder, "recordings")["recordings"]
    assert cat.hex().startswith(left["id"])
    assert not visitor.hex().startswith(left["id"])
