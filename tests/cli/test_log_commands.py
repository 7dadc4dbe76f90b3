"""The log from the command line: a house, a witness and readers, each in its own process."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cli.program import PASSPHRASE, unhear
from unhear.house.setup import SetupPlan, set_up
from unhear.prove.merkle import verify_consistency
from unhear.prove.notes import Checkpoint, Note
from unhear.settings import Settings


@pytest.fixture
def house(tmp_path: Path) -> Path:
    set_up(Settings(house=tmp_path / "house"), SetupPlan("Home", "Sam"), PASSPHRASE)
    return tmp_path / "house"


@contextmanager
def _running(*arguments: str | Path) -> Iterator[dict[str, Any]]:
    """Answer what a server says when it is ready; it is told to stop at the end, and must."""
    command = [sys.executable, "-m", "unhear", *map(str, arguments)]
    server = subprocess.Popen(
        [*command, "--listen", "127.0.0.1:0", "--json"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        yield json.loads("".join(iter(server.stdout.readline, "}\n")) + "}")
    finally:
        server.terminate()
        server.communicate(timeout=60)


def _witness(folder: Path, house: Path) -> Path:
    """Make a witness's key, and name it in the house's settings as soon as its URL is known."""
    key = folder / "witness.key"
    unhear(house, "witness", "key", "--key", str(key), "--name", "witness.example/1")
    return key


def _name(house: Path, witness: dict[str, Any]) -> None:
    (house / "settings.toml").write_text(
        f'[[witnesses]]\nurl = "{witness["url"]}"\nkey = "{witness["key"]}"\n'
    )


@pytest.mark.slow
def test_a_receipt_that_a_witness_saw_and_whose_key_was_followed(
    house: Path, tmp_path: Path
) -> None:
    first = unhear(house, "log", "show")
    key, seen = _witness(tmp_path, house), tmp_path / "seen"
    watching = ("--key", key, "--state", seen, "--log", first["key"])
    with _running("witness", "serve", *watching) as witness:
        _name(house, witness)
        file = tmp_path / "receipt.json"
        unhear(house, "forget", "--everything", "--receipt", str(file))
        demanded = ("--witness", witness["key"])
        verdict = unhear(house, "verify", str(file), "--key", first["key"], *demanded)
        assert any("witness.example/1" in sentence for sentence in verdict["proves"])
        shown = unhear(house, "log", "show")
        assert [one["state"] for one in shown["witnesses"]] == ["cosigned all of it"]
        assert unhear(house, "audit")["ok"]

        changed = unhear(house, "log", "rotate-key")
        assert changed["old"] == first["key"]
        shown = unhear(house, "log", "show", "--ask")
        assert (shown["key"], shown["earlier_keys"]) == (changed["key"], [first["key"]])
        assert "does not know this log's key" in shown["witnesses"][0]["state"]
    with _running("witness", "serve", *watching, "--log", changed["key"]) as witness:
        _name(house, witness)
        unhear(house, "log", "show", "--ask")
        out = tmp_path / "out"
        unhear(house, "receipts", "--out", str(out))
        (file,) = out.glob("unhear-receipt-*.json")
        unhear(house, "verify", str(file), "--key", changed["key"], "--witness", witness["key"])
        refused = unhear(house, "verify", str(file), "--key", first["key"], code=1)
        assert "not signed by the log key" in refused["error"]
        followed = ("--log-keys", str(out / "log-keys.json"), "--witness", witness["key"])
        verdict = unhear(house, "verify", str(file), "--key", first["key"], *followed)
        assert any(f"leads to {changed['key']}" in sentence for sentence in verdict["proves"])


@pytest.mark.slow
def test_the_log_is_served_proved_and_mended(house: Path) -> None:
    unhear(house, "forget", "--everything")
    shown = unhear(house, "log", "show")
    assert shown["size"] == shown["published"] == 2
    found = unhear(house, "log", "consistency", "1")
    verify_consistency(
        old=1,
        size=2,
        proof=[base64.b64decode(line) for line in found["proof"]],
        old_root=base64.b64decode(found["old_root"]),
        root_hash=base64.b64decode(found["new_root"]),
    )
    assert found["new_root"] == shown["root"]
    assert "2 entries" in unhear(house, "log", "consistency", "1", "3", code=2)["error"]
    with _running("--house", house, "log", "serve") as serving:
        note = Note.parse(httpx2.get(f"{serving['url']}/checkpoint").text)
        assert Checkpoint.parse(note.text).size == 2
        entries = httpx2.get(f"{serving['url']}/tile/entries/000.p/2").content
        assert b'"kind":"erasure"' in entries
    tile = house / "data/ledger/tile/0/000.p/2"
    sound = tile.read_bytes()
    tile.write_bytes(bytes(64))
    audit = unhear(house, "audit", code=1)
    assert any("tile/0/000.p/2 was changed" in one["seen"] for one in audit["findings"])
    assert unhear(house, "log", "publish")["mended"] == ["tile/0/000.p/2"]
    assert tile.read_bytes() == sound
    assert unhear(house, "audit")["ok"]


@pytest.mark.slow
def test_an_address_that_cannot_be_listened_on_is_said(house: Path) -> None:
    for address in ("nowhere", "127.0.0.1:99999", "203.0.113.1:80"):
        refused = unhear(house, "log", "serve", "--listen", address, code=3)
        assert address in refused["error"].replace("\n", "")


def test_a_shortened_log_is_an_alarm(house: Path) -> None:
    database, old = house / "data/unhear.db", (house / "data/unhear.db").read_bytes()
    for leftover in house.glob("data/unhear.db-*"):
        assert leftover.stat().st_size == 0
    unhear(house, "forget", "--everything")
    for file in house.glob("data/unhear.db*"):
        file.unlink()
    database.write_bytes(old)
    shown = unhear(house, "log", "show", code=1)
    assert "cut short: 1 of 2" in shown["alarms"][0]
