"""Nothing that opens recordings, and nothing that was opened, is ever in the server's memory."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.home import WORDS
from tests.web.browser import browser
from tests.web.consoles import TONE
from tests.web.test_first_run import PASSPHRASE, make_household
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.household.words import UNKNOWN_PERSON, DeviceId, Utterance
from unhear.settings import Settings

pytestmark = [pytest.mark.tools, pytest.mark.slow]

PATIENCE = 60
HOUSEHOLD = "Quincunx Lodge"
MIDDLE = slice(len(TONE) // 2, len(TONE) // 2 + 48)


def memory(pid: int) -> Iterator[bytes]:
    """Yield all that a process has in memory and could have written, area by area."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as file:
        for start, end in re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) rw", maps):
            file.seek(int(start, 16))
            try:
                yield file.read(int(end, 16) - int(start, 16))
            except OSError:
                continue  # an area of a device


def keep(house: House) -> None:
    """Keep a recording from another process than the server's."""
    now = house.clock()
    utterance = Utterance(new_trace_id(), now, DeviceId("kitchen"), UNKNOWN_PERSON, 1.5)
    house.catalogue.keep(
        wav=TONE, transcript=WORDS, utterance=utterance, keep_until=now + timedelta(days=30)
    )


def play(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_text("With the passphrase").click()
    page.locator("[data-with=passphrase] [name=guardian]").fill("Ada")
    page.locator("[data-with=passphrase] [name=passphrase]").fill(PASSPHRASE)
    page.locator("[data-with=passphrase] button").click()
    page.get_by_role("button", name=re.compile("^Play")).first.click()
    expect(page.locator("blockquote")).to_have_text(WORDS)


def test_neither_keys_nor_what_they_open_reach_the_server(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('page = "127.0.0.1:0"\n')
    command = [sys.executable, "-m", "unhear", "--house", str(tmp_path), "run", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        told = json.loads("".join(server.stdout.readline() for _ in range(3)))["serves"]
        url = told.rpartition(" ")[2]
        with browser() as opened:
            page = opened.page(prf=None)
            phrase = make_household(page, url, passphrase=PASSPHRASE, name=HOUSEHOLD)
            house = House(Settings(house=tmp_path))
            keep(house)
            identity = house.identity.open_with_passphrase(PASSPHRASE)
            house.close()
            play(page, url)
        held = list(memory(server.pid))
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
    secrets = {
        "the identity's secret": identity.secret,
        "the identity": identity.reveal().encode(),
        "the passphrase": PASSPHRASE.encode(),
        "the recovery phrase": phrase.encode(),
        "words": WORDS.encode(),
        "sound": TONE[MIDDLE],
    }
    found = [what for what, secret in secrets.items() if any(secret in area for area in held)]
    assert found == []
    assert any(HOUSEHOLD.encode() in area for area in held), "the server's memory was not read"
