"""A real Home Assistant of the tests' own: set up through its own interfaces, on this machine only.

Sources: https://developers.home-assistant.io/docs/api/rest/, .../docs/auth_api and
.../docs/api/websocket.
"""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.needs import need
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-home-assistant" / "bin" / "python"
PATIENCE = 60
POLL_SECONDS = 0.1
CLIENT = "http://127.0.0.1/"

UNINVOLVED = (
    "[homeassistant.bootstrap] Skipping pip",
    "[aiohttp_fast_zlib]",
    "[homeassistant.components.camera.img_util]",
    "[haffmpeg.",
)
"""Who complains of missing libraries for pictures, and for sound in other formats."""

CONFIGURATION = """
homeassistant:
  unit_system: metric
  time_zone: UTC
  country: GB
  language: en
http:
  server_host: 127.0.0.1
  server_port: {port}
# Its pages are a package of 200 MB that is not installed: no test looks at them.
frontend:
  development_repo: {folder}
assist_pipeline:
light:
  - platform: template
    lights:
      kitchen_light:
        friendly_name: kitchen light
        turn_on: []
        turn_off: []
        set_level: []
"""


def need_home_assistant() -> None:
    """Skip where Home Assistant cannot run; that it could and is not installed is a failure in CI.

    It wants a Python that not every machine has and that ours does not need. That is the one thing
    missing for which CI skips as well; `make test-slow` says so in a line of its own.
    """
    found = subprocess.run(
        ["sh", ROOT / "scripts" / "find-python", "3.13"], capture_output=True, check=False
    )
    if found.returncode:
        pytest.skip("missing on this machine: Python 3.13, on which Home Assistant runs")
    need(PYTHON.exists(), "Home Assistant, in .venv-home-assistant (make test-slow)")


@dataclass
class Hub:
    """A Home Assistant at work, as seen by its owner."""

    url: str
    token: str = field(default="", repr=False)

    def answers(self) -> bool:
        """Whether it can be asked for its first user."""
        try:
            answer = httpx2.get(f"{self.url}/api/onboarding", trust_env=False, timeout=PATIENCE)
        except httpx2.ConnectError:
            return False
        return answer.is_success

    def runs(self) -> bool:
        """Whether everything in it has started."""
        return bool(self.get("/api/config")["state"] == "RUNNING")

    def get(self, path: str) -> Any:
        return self._answer("GET", path)

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        return self._answer("POST", path, json=body)

    def state(self, entity: str) -> Any:
        return self.get(f"/api/states/{entity}")

    def say(self, words: str, agent: str) -> Any:
        """Answer what a conversation agent makes of typed words."""
        body = {"text": words, "agent_id": agent, "language": "en"}
        return self.post("/api/conversation/process", body)["response"]

    def hear(self, wav: bytes, entity: str) -> Any:
        """Answer what a speech-to-text entity makes of a WAV file."""
        content = "format=wav; codec=pcm; sample_rate=16000; bit_rate=16; channel=1; language=en"
        headers = {"x-speech-content": content}
        return self._answer("POST", f"/api/stt/{entity}", content=wav, headers=headers)

    def fetch(self, path: str) -> bytes:
        """Answer a file's content."""
        answer = httpx2.get(f"{self.url}{path}", trust_env=False, timeout=PATIENCE)
        answer.raise_for_status()
        return answer.content

    @contextmanager
    def socket(self) -> Iterator[ClientConnection]:
        """Yield a connection for what the REST interface does not offer."""
        address = f"ws{self.url.removeprefix('http')}/api/websocket"
        with connect(address, proxy=None) as socket:
            assert json.loads(socket.recv(PATIENCE))["type"] == "auth_required"
            socket.send(json.dumps({"type": "auth", "access_token": self.token}))
            assert json.loads(socket.recv(PATIENCE))["type"] == "auth_ok"
            yield socket

    def _answer(self, method: str, path: str, **more: Any) -> Any:
        allowed = {"authorization": f"Bearer {self.token}"} if self.token else {}
        headers = {**allowed, **more.pop("headers", {})}
        answer = httpx2.request(
            method, f"{self.url}{path}", headers=headers, trust_env=False, timeout=PATIENCE, **more
        )
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()


def ask(socket: ClientConnection, number: int, kind: str, **more: object) -> Any:
    """Send a command over the socket, with a number of its own; answer its result."""
    socket.send(json.dumps({"id": number, "type": kind, **more}))
    answer = json.loads(socket.recv(PATIENCE))
    assert answer["id"] == number
    assert answer["success"], answer
    return answer["result"]


@contextmanager
def home_assistant(folder: Path) -> Iterator[Hub]:
    """Run a Home Assistant that lives in `folder` and has an owner.

    At the end see that it stops when it is told to, and complained of nothing that it was asked.
    """
    need_home_assistant()
    port = free_port()
    (folder / "hass_frontend").mkdir(parents=True)
    configuration = CONFIGURATION.format(port=port, folder=folder)
    (folder / "configuration.yaml").write_text(configuration)
    # It may install nothing by itself: what it needs is there, and there is no network in tests.
    command: list[str | Path] = [PYTHON, "-m", "homeassistant", "--config", folder, "--skip-pip"]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            hub = Hub(f"http://127.0.0.1:{port}")
            _wait(process, hub.answers)
            _own(hub)
            _wait(process, hub.runs)
            yield hub
        finally:
            process.terminate()
            code = process.wait(PATIENCE)
    assert code == 0
    assert list(_complaints(folder / "home-assistant.log")) == []


def _complaints(log: Path) -> Iterator[str]:
    """Yield the lines about trouble; what this machine lacks, and no test needs, is none."""
    for line in log.read_text().splitlines():
        level = re.match(r"[\d-]+ [\d:.]+ (WARNING|ERROR|CRITICAL) ", line)
        if level and not any(part in line for part in UNINVOLVED):
            yield line


def _wait(process: "subprocess.Popen[bytes]", until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if until():
            return
        time.sleep(POLL_SECONDS)
    pytest.fail("Home Assistant did not start")


def _own(hub: Hub) -> None:
    """Make the first user, as the page of a new Home Assistant does, and sign in."""
    user = {"name": "Ada", "username": "ada", "password": "three plain words", "language": "en"}
    code = hub.post("/api/onboarding/users", {"client_id": CLIENT, **user})["auth_code"]
    form = {"grant_type": "authorization_code", "code": code, "client_id": CLIENT}
    answer = httpx2.post(f"{hub.url}/auth/token", data=form, trust_env=False, timeout=PATIENCE)
    hub.token = answer.json()["access_token"]
    # What programs are given: a token that stays.
    with hub.socket() as socket:
        lasting = {"client_name": "unhear", "lifespan": 1}
        hub.token = ask(socket, 1, "auth/long_lived_access_token", **lasting)
