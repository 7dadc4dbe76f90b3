"""What cameras filmed, on the command line: listed, opened into a file, and taken out."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.program import PASSPHRASE, unhear
from unhear.clock import random_bytes
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.words import WHOEVER_IS_SEEN, DeviceId, Seen, TraceId, Utterance
from unhear.keep import age
from unhear.settings import Settings

PIECES = [random_bytes(70_000), random_bytes(1_000)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    settings = Settings(house=tmp_path / "house")
    set_up(settings, SetupPlan("Home", "Ada", keep=True), PASSPHRASE)
    return tmp_path / "house"


@pytest.fixture
def clip(folder: Path) -> TraceId:
    house = House(Settings(house=folder))
    now = house.clock()
    seen = (Seen.MOTION, Seen.RING)
    utterance = Utterance(new_trace_id(), now, DeviceId("front door"), WHOEVER_IS_SEEN, seen=seen)
    filmed = house.clips.begin(utterance, now + timedelta(days=3))
    for number, piece in enumerate(PIECES):
        filmed.add(piece, number * 4.0, number * 4.0 + 4.0)
    house.close()
    return utterance.of


def test_a_clip_is_listed_with_what_it_shows_and_no_words(folder: Path, clip: TraceId) -> None:
    (row,) = unhear(folder, "recordings", "--words")["recordings"]
    assert clip.hex().startswith(row["id"])
    assert (row["device"], row["person"], row["seen"]) == ("front door", "", "motion, ring")
    assert (row["seconds"], row["words"]) == ("8.0", "")


def test_a_clip_is_opened_into_a_file(folder: Path, clip: TraceId) -> None:
    out = folder.parent / "clip.mp4"
    assert "--out" in unhear(folder, "play", clip.hex()[:8], code=2)["error"]
    unhear(folder, "play", clip.hex()[:8], "--out", str(out))
    assert out.read_bytes() == b"".join(PIECES)


def test_an_export_has_a_clips_pieces_in_their_order(folder: Path, clip: TraceId) -> None:
    files = unhear(folder, "export", str(folder.parent / "out"))["files"]
    pieces = [name for name in files if name.endswith(".mp4.age")]
    assert [name.split(".")[-3] for name in pieces] == ["0001", "0002"]
    house = House(Settings(house=folder))
    identity = house.identity.open_with_passphrase(PASSPHRASE)
    sealed = [(folder.parent / "out" / name).read_bytes() for name in pieces]
    assert [age.decrypt(piece, [identity]) for piece in sealed] == PIECES
    told = json.loads(
        (folder.parent / "out" / pieces[0].replace(".0001.mp4.age", ".json")).read_text()
    )
    assert told["seen"] == "motion, ring"
    house.close()
