"""On the command line a recording is shared, listed and taken back; the link's key opens it."""

from base64 import urlsafe_b64decode
from pathlib import Path

import pytest

from tests.cli.program import PASSPHRASE, unhear
from tests.cli.test_family_commands import keep_something
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.settings import Settings

SHARE = ("--for", "the police", "--why", "a theft, file 17")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    set_up(Settings(house=tmp_path / "house"), SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    return tmp_path / "house"


def test_a_recording_is_shared_and_taken_back(folder: Path) -> None:
    recording = keep_something(folder, "Ada")
    made = unhear(folder, "share", recording[:8], *SHARE, "--days", "3")
    where, _, key = made["link"].partition("#")
    assert where == f"http://localhost:8480/shared/{made['id']}"
    link = age.Identity(urlsafe_b64decode(f"{key}="))
    house = House(Settings(house=folder))
    (piece,) = house.grants.open(TraceId(bytes.fromhex(made["id"]))).pieces
    payload = house.payloads.get(house.household.id, TraceId(bytes.fromhex(recording)))
    house.close()
    assert age.decrypt(piece.header + payload, [link]) == b"RIFF"
    (listed,) = unhear(folder, "shares")["shares"]
    assert (listed["for"], listed["why"], listed["opened"]) == (
        "the police",
        "a theft, file 17",
        "1",
    )
    assert unhear(folder, "receipts", "--kind", "grant")["receipts"][0]["kind"] == "grant"
    assert unhear(folder, "unshare", made["id"][:8])["taken_back"] == made["id"]
    assert unhear(folder, "shares") == {"shares": []}
    again = unhear(folder, "unshare", made["id"][:8], code=2)
    assert "no link of an id that begins with" in again["error"]


def test_what_is_shared_too_long_or_is_not_there_is_refused(folder: Path) -> None:
    recording = keep_something(folder, "Ada")
    assert "7" in unhear(folder, "share", recording[:8], *SHARE, "--days", "8", code=2)["error"]
    assert "no recording" in unhear(folder, "share", "ffff", *SHARE, code=3)["error"]
