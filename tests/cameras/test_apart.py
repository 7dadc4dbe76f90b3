"""The console is one process, cameras and satellites are others: all that needs both works.

Real processes, a real camera (an RTSP server that plays pedestrians), satellites at the door and in
the kitchen over real connections, and pages that listen.
"""

import io
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import httpx2
import numpy as np
import pytest
from playwright.sync_api import expect
from websockets import Origin
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from wyoming.audio import AudioChunk
from wyoming.event import Event

from tests import back_ends
from tests.back_ends import POSTGRESQL, SQLITE
from tests.cameras.conftest import Plug
from tests.cameras.films import film, pedestrians_as_mjpeg
from tests.home import PASSPHRASE
from tests.ports import free_port
from tests.satellites.serving import Background, listening
from tests.satellites.wyoming_device import WyomingDevice
from tests.service.processes import PLAN, Process, Slow, process, recogniser, until
from tests.web.browser import browser
from unhear.clock import random_bytes
from unhear.house.house import House
from unhear.house.setup import set_up
from unhear.household.words import Seen
from unhear.keep import identity as identities
from unhear.settings import Settings, read_settings
from unhear.web.ceremonies import text

pytestmark = [pytest.mark.tools, pytest.mark.speech, pytest.mark.slow]

DOOR, TOKEN = "front door", "c" * 32
API = "/api/v1"
PATIENCE = 60.0
AGAIN_SECONDS = 20.0
"""Until another process has noticed, is connected with the camera, and a key picture has come."""

RATE_HZ, LOUD = 48_000, 20_000
SETTINGS = """
language = "de"
speech = ["{speech}"]
devices_from = ["{first}", "{second}", "{web}"]

[[cameras]]
name = "{door}"
address = "{camera}"
doorbell = true
speaker = "porch"
press_token = "{token}"
"""
SATELLITE = '[[satellites]]\nname = "{name}"\naddress = "127.0.0.1:{port}"\n'


@dataclass
class Played(WyomingDevice):
    """A satellite that notes what it is to play."""

    sounds: list[tuple[int, bytes]] = field(default_factory=list)

    async def _take(self, event: Event) -> None:
        if AudioChunk.is_type(event.type):
            chunk = AudioChunk.from_event(event)
            self.sounds.append((chunk.rate, chunk.audio))
        await super()._take(event)

    def loudest(self, rate_hz: int) -> int:
        """Answer how loud it was at most what came at this rate."""
        sound = b"".join(audio for rate, audio in list(self.sounds) if rate == rate_hz)
        return int(np.abs(np.frombuffer(sound, np.int16).astype(int)).max(initial=0))


@dataclass
class Home:
    """A house, and its console in a process of its own."""

    folder: Path
    addresses: tuple[str, str, str]
    satellites: dict[str, Played]
    stack: ExitStack
    url: str = ""
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(trust_env=False))

    def ears(self, number: int) -> Process:
        where = self.addresses[number]
        return self.stack.enter_context(process(self.folder, "ears", UNHEAR_DEVICES_AT=where))

    def web(self) -> Process:
        page = f"127.0.0.1:{free_port()}"
        self.url = f"http://localhost:{page.rpartition(':')[2]}"
        served = self.stack.enter_context(
            process(self.folder, "web", UNHEAR_PAGE=page, UNHEAR_DEVICES_AT=self.addresses[2])
        )
        headers = {"origin": self.url}
        self.client = self.stack.enter_context(
            httpx2.Client(base_url=self.url, headers=headers, trust_env=False, timeout=60)
        )
        self._sign_in()
        return served

    def state(self, camera: str = DOOR) -> str:
        told = self.client.get(f"{API}/cameras").json()["cameras"]
        return next((str(one["state"]) for one in told if one["name"] == camera), "none")

    def look(self, path: str = "", camera: str = "front%20door") -> ClientConnection:
        return self.opened(f"/live/{camera}{path}")

    def opened(self, path: str) -> ClientConnection:
        url = self.url.replace("http:", "ws:") + path
        cookie = {"cookie": self.client.headers["cookie"]}
        return connect(url, origin=Origin(self.url), additional_headers=cookie, open_timeout=60)

    def press(self, token: str = TOKEN) -> int:
        path = f"{API}/doorbells/{DOOR}/press"
        with httpx2.Client(base_url=self.url, trust_env=False, timeout=60) as button:
            answer = button.post(path, headers={"authorization": f"Bearer {token}"})
        return answer.status_code

    def clips_of_rings(self) -> int:
        with closing(House(read_settings(self.folder))) as house:
            return sum(Seen.RING in one.utterance.seen for one in house.catalogue.recordings())

    def looks(self) -> list[str]:
        told = self.client.get(f"{API}/receipts", params={"kind": "look"}).json()["receipts"]
        return [one["statement"]["how"] for one in told]

    def _sign_in(self) -> None:
        with closing(House(read_settings(self.folder))) as house:
            lock = house.identity.by_passphrase
        assert lock is not None
        key = identities._stretched(PASSPHRASE, lock.salt, lock.log_n)
        proof = text(identities._derived(key, identities.PASSPHRASE_PROOF))
        wanted = {"guardian": "Ada", "proof": proof}
        answer = self.client.post(f"{API}/session/passphrase", json=wanted)
        assert answer.status_code == 200, answer.text
        self.client.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
        page = self.client.get("/account").text
        csrf = page.partition('<meta name="csrf" content="')[2].partition('"')[0]
        self.client.headers["x-csrf"] = csrf


@pytest.fixture
def home(tmp_path: Path, plug: Plug, back_end: None) -> Iterator[Home]:
    assert back_end is None
    folder = tmp_path / "house"
    back_ends.CURRENT.prepare(folder)
    set_up(Settings(house=folder), PLAN, PASSPHRASE)
    addresses = (f"unix:{tmp_path}/ears", f"127.0.0.1:{free_port()}", f"unix:{tmp_path}/web")
    with ExitStack() as stack:
        background = stack.enter_context(Background())
        satellites = {name: Played() for name in ("porch", "kitchen")}
        settings = SETTINGS.format(
            speech=stack.enter_context(recogniser(Slow())),
            first=addresses[0],
            second=addresses[1],
            web=addresses[2],
            door=DOOR,
            camera=plug().url(),
            token=TOKEN,
        )
        for name, device in satellites.items():
            port = background.enter(listening(device.serve))
            settings += SATELLITE.format(name=name, port=port)
        file = folder / "settings.toml"
        before = file.read_text() if file.exists() else ""
        file.write_text(before + settings)
        yield Home(folder, addresses, satellites, stack)


def seen(page: ClientConnection, pictures: int) -> Any:
    """Answer so many pictures that a look shows, decoded."""
    content = b""
    while content.count(b"moof") < pictures + 1:
        piece = page.recv(PATIENCE)
        assert isinstance(piece, bytes)
        content += piece
    assert content[4:8] == b"ftyp"
    with av.open(io.BytesIO(content), "r") as file:
        return [frame.to_ndarray(format="gray") for frame in file.decode(video=0)]


def shows(home: Home) -> bool:
    """Whether the camera is seen, as the page finds out."""
    with home.look() as page, suppress(ConnectionClosed):
        return bool(page.recv(PATIENCE))
    return False


def why_ended(page: ClientConnection) -> str:
    """Answer why a look ends, once it does."""
    try:
        while True:
            page.recv(PATIENCE)
    except ConnectionClosed as closed:
        return "" if closed.rcvd is None else closed.rcvd.reason


@pytest.mark.parametrize("back_end", [SQLITE, POSTGRESQL], indirect=True)
def test_a_console_by_itself_shows_lets_speak_and_rings_whoever_has_the_cameras(home: Home) -> None:
    web = home.web()
    assert home.state() == "elsewhere", "nobody has them yet"
    assert home.press() == 503
    assert web.ready() == (200, ""), "what else it serves works"
    first = home.ears(0)
    until(lambda: home.state() == "connected")
    porch, kitchen = home.satellites["porch"], home.satellites["kitchen"]
    assert home.looks() == []

    with home.look() as page:
        pictures = seen(page, 12)
        assert pictures[0].shape == (film().height, film().width)
        assert pictures[-1].max() > 100
        until(lambda: porch.sounds)
    assert home.looks() == ["seen live"]

    with home.look("/talk") as page:
        page.send(json.dumps({"rate": RATE_HZ}))
        assert json.loads(page.recv(PATIENCE)) == {"ready": True}
        moments = np.arange(RATE_HZ // 10) / RATE_HZ
        tone = (np.sin(2 * np.pi * 440 * moments) * 2 * LOUD).clip(-32_000, 32_000)
        for _ in range(5):
            page.send(tone.astype("<i2").tobytes())
        until(lambda: porch.loudest(RATE_HZ) > LOUD)

    changed = home.client.patch(f"{API}/cameras/{DOOR}", json={"on": True})
    assert changed.status_code == 200, changed.text
    assert not kitchen.sounds
    with home.opened("/voice") as listening:
        listening.send(json.dumps({"rate": RATE_HZ, "wake": False}))
        assert "ready" in json.loads(listening.recv(PATIENCE))
        assert [home.press("wrong"), home.press()] == [401, 204]
        assert any(isinstance(listening.recv(PATIENCE), bytes) for _ in range(10))
    until(lambda: kitchen.sounds)
    until(lambda: home.clips_of_rings() == 1)

    with home.look() as page:
        seen(page, 2)
        second = home.ears(1)
        first.popen.kill()
        assert why_ended(page) == "camera-left"
    until(lambda: shows(home), AGAIN_SECONDS)
    with home.look() as page:
        assert seen(page, 2)[0].shape == (film().height, film().width)
        assert second.stop() == 0
        assert why_ended(page) == "camera-left"
    until(lambda: home.state() == "elsewhere")
    assert web.ready() == (200, "")
    assert web.stop() == 0


def test_a_phone_films_for_whichever_process_has_its_camera(home: Home, tmp_path: Path) -> None:
    home.web()
    first = home.ears(0)
    people = pedestrians_as_mjpeg(tmp_path / "people.mjpeg", seconds=10, width=640, height=480)
    paired = home.client.post(f"{API}/cameras/pairings", json={"name": "shelf", "room": "hall"})
    assert paired.status_code == 201, paired.text
    with browser(films=people) as opened:
        page = opened.page(prf=None)
        page.goto(f"{home.url}/pair#{paired.json()['code']}")
        page.locator("main button").first.click()
        page.locator("[data-part=begin]").click()
        until(lambda: home.state("shelf") == "connected")
        with home.look(camera="shelf") as look:
            assert seen(look, 5)[-1].max() > 100
            expect(page.locator("[data-part=light]")).to_have_attribute("data-filming", "true")
        home.ears(1)
        first.popen.kill()
        until(lambda: home.state("shelf") == "elsewhere")
        until(lambda: home.state("shelf") == "connected")
        with home.look(camera="shelf") as look:
            assert seen(look, 5)[-1].max() > 100


def test_who_has_no_key_of_the_home_is_told_nothing_by_its_processes(home: Home) -> None:
    one = home.ears(1)
    host, _, port = home.addresses[1].rpartition(":")
    for said in (random_bytes(64), b"GET /live/front%20door HTTP/1.1\r\nhost: here\r\n\r\n" * 3):
        with socket.create_connection((host, int(port)), PATIENCE) as stranger:
            stranger.sendall(said)
            with suppress(ConnectionResetError):
                assert stranger.recv(1) == b""
    assert one.ready() == (200, "")
