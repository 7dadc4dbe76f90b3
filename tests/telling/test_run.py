"""`unhear run` at work: what it writes to its log, serves and sends, with nothing of anybody."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import httpx2
import pytest

from tests.cli.program import PASSPHRASE
from tests.ports import free_port
from tests.telling.planted import found_in
from tests.telling.receiver import receiving
from unhear.house.setup import SetupPlan, set_up
from unhear.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.speech]

PATIENCE = 60
SETTINGS = """
page = "127.0.0.1:0"
metrics = "127.0.0.1:0"
traces = "{traces}"
log_format = "json"

[[satellites]]
name = "belvedere"
address = "127.0.0.1:{closed}"
room = "Conservatory"

[[cameras]]
name = "gazebo"
address = "rtsp://127.0.0.1:{closed}/walnutstream"
user = "me"
password = "S3cr3tPw"
"""
PLANTED = ["belvedere", "Conservatory", "gazebo", "walnutstream", "S3cr3tPw", "127.0.0.1", "Ada"]


def test_a_house_at_work_tells_machines_how_it_does(tmp_path: Path) -> None:
    house = tmp_path / "house"
    set_up(Settings(house=house), SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    with receiving() as receiver:
        written = SETTINGS.format(traces=receiver.url, closed=free_port())
        (house / "settings.toml").write_text(written)
        command = [sys.executable, "-m", "unhear", "--house", str(house), "run", "--json"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            metrics, page = (_served(process.stdout) for _ in range(2))
            httpx2.get(f"{page}/today", trust_env=False)
            told = _until(metrics, 'unhear_cameras{state="away"} 1.0')
            away = process.stderr.readline()
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
            rest = process.stderr.read()
    *lines, last = [away, *rest.splitlines()]
    assert last == "Stopped."
    logged = [json.loads(line) for line in lines]
    assert "satellite away" in [line["event"] for line in logged]
    sent = "".join(map(str, receiver.requests()))
    assert '"/today"' in sent
    for one in ("".join(lines), told, sent):
        assert not found_in(one.encode(), PLANTED)


def _served(lines: IO[str]) -> str:
    """Answer the address of the next thing that is served, as `--json` tells it in three lines."""
    told: str = json.loads("".join(lines.readline() for _ in range(3)))["serves"]
    return told.rpartition(" ")[2]


def _until(metrics: str, wanted: str) -> str:
    """Answer the page once it says so."""
    until = time.monotonic() + PATIENCE
    while wanted not in (told := httpx2.get(metrics, trust_env=False).text):
        assert time.monotonic() < until, told
    return told
