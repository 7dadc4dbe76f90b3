"""`unhear run` serves a real satellite and other programs, and stops when it is told to."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO

import httpx2
import pytest
from wyoming.client import AsyncTcpClient
from wyoming.info import Describe, Info
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from tests.cli.program import PASSPHRASE
from tests.ports import free_port
from unhear.house.setup import SetupPlan, set_up
from unhear.satellites.discovery import SERVICE, announced
from unhear.settings import Settings

pytestmark = pytest.mark.speech

PATIENCE = 60


def run(house: Path, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "unhear", "--house", str(house), "run", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _served(lines: IO[str]) -> str:
    """Answer the next thing that is served, as `--json` tells it in three lines."""
    told: str = json.loads("".join(lines.readline() for _ in range(3)))["serves"]
    return told


def test_a_house_at_work_offers_speech_and_stops_cleanly(tmp_path: Path) -> None:
    house, port = tmp_path / "house", free_port()
    set_up(Settings(house=house), SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    (house / "settings.toml").write_text(f'page = "127.0.0.1:0"\nprovide = "127.0.0.1:{port}"\n')
    with run(house, "--json") as process:
        assert process.stdout is not None
        page, speech = (_served(process.stdout) for _ in range(2))
        assert str(port) in speech
        url = page.rpartition(" ")[2]
        answer = httpx2.get(url, trust_env=False, follow_redirects=True)
        assert "<title>Sign in · unhear</title>" in answer.text

        async def describe() -> Info:
            async with AsyncTcpClient("127.0.0.1", port) as client:
                await client.write_event(Describe().event())
                event = await client.read_event()
                assert event is not None
                return Info.from_event(event)

        assert asyncio.run(describe()).asr
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as stays:
            stays.sendall(b'{"type": "describe"}\n')
            assert stays.recv(1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        told = process.stderr.read()
        assert "Stopped." in told
        assert "Traceback" not in told


def test_where_there_is_no_house_the_console_makes_one(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('page = "127.0.0.1:0"\n')
    with run(tmp_path, "--json") as process:
        assert process.stdout is not None
        url = _served(process.stdout).rpartition(" ")[2]
        assert "until the household is made" in _served(process.stdout)
        answer = httpx2.get(url, trust_env=False, follow_redirects=True)
        assert "<title>Make your household · unhear</title>" in answer.text
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("page", ["0.0.0.0:8480", "kitchen.example:8480", ":8480"])
def test_the_console_is_served_to_others_with_a_name_and_over_tls_alone(
    tmp_path: Path, page: str
) -> None:
    (tmp_path / "settings.toml").write_text(f'page = "{page}"\n')
    with run(tmp_path) as process:
        assert process.wait(PATIENCE) == 2
        assert process.stderr is not None
        assert "set origin" in " ".join(process.stderr.read().split())


def test_a_house_with_nothing_to_serve_says_so(tmp_path: Path) -> None:
    set_up(Settings(house=tmp_path), SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    (tmp_path / "settings.toml").write_text('page = ""\n')
    with run(tmp_path) as process:
        assert process.wait(PATIENCE) == 2
        assert process.stderr is not None
        assert "nothing to serve" in " ".join(process.stderr.read().split())


def test_a_satellite_that_announces_itself_is_found() -> None:

    async def find() -> tuple[str, int]:
        network = AsyncZeroconf(interfaces=["127.0.0.1"])
        service = ServiceInfo(
            SERVICE, f"attic.{SERVICE}", addresses=[bytes([127, 0, 0, 1])], port=10700
        )
        try:
            async with announced(network) as found:
                await network.async_register_service(service)
                async with asyncio.timeout(PATIENCE):
                    place = await found.get()
            return place.device, place.port
        finally:
            await network.async_close()

    assert asyncio.run(find()) == ("attic", 10700)
