"""Somebody rings: a phone is told, the camera is seen live, the clip plays, and is forgotten.

A real camera (an RTSP server that plays real pedestrians), a real browser, the house at work.
"""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import expect

from tests.cameras.conftest import Plug
from tests.cameras.films import FPS, film
from tests.cameras.test_at_work import kept
from tests.cameras.watching import until
from tests.web.browser import browser
from tests.web.consoles import API, Console, console
from tests.web.push_service import PushService, b64, new_recipient, push_service
from tests.web.test_today import sign_in
from unhear.cameras.at_work import watching
from unhear.engines.sight import analyser
from unhear.house.watched import CameraState
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, Seen
from unhear.keep import identity as identities
from unhear.web import security

pytestmark = [pytest.mark.tools, pytest.mark.slow]

DOOR = DeviceId("front door")
TOKEN = "what the button brings"
SETTINGS = """
push_services = ["{push}"]

[[cameras]]
name = "{name}"
address = "{address}"
doorbell = true
press_token = "{token}"
"""
PLAYED = "() => document.querySelector('video')?.currentTime > 1"
SEEK = "(video) => { video.currentTime = video.duration - 1; }"
BRIGHT = """(video) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [8, 8];
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 8, 8);
  return Math.max(...context.getImageData(0, 0, 8, 8).data.filter((_, at) => at % 4 < 3));
}"""


@pytest.fixture
def push() -> Iterator[PushService]:
    with push_service() as service:
        yield service


@pytest.fixture
def served(
    tmp_path: Path, plug: Plug, push: PushService, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Console]:
    monkeypatch.setattr(identities, "SCRYPT_LOG_N", 4)
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    folder = tmp_path / "house"
    folder.mkdir()
    address = plug().url()
    (folder / "settings.toml").write_text(
        SETTINGS.format(push=push.url, name=DOOR, address=address, token=TOKEN)
    )
    with console(tmp_path) as served, watching(served.house, analyser):
        served.home.bell = served.house.door
        served.keep(hours=1)
        house = served.house
        until(lambda: house.cameras.state(DOOR) is CameraState.CONNECTED, what="the camera")
        yield served


def test_the_whole_way_of_a_ring(served: Console, push: PushService) -> None:
    house, phone = served.house, new_recipient()
    with closing(served.guardian()) as ada:
        _be_told(ada, push, b64(phone.point), b64(phone.auth))
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        assert json.loads(phone.open(push.next().body))["kind"] == "signed-in"

        page.get_by_role("link", name="Cameras").click()
        page.get_by_role("button", name="Switch on").click()
        expect(page.get_by_role("button", name="Switch off")).to_be_visible()
        with closing(served.client()) as button:
            where = f"{API}/doorbells/{DOOR}/press"
            pressed = button.post(where, headers={"authorization": f"Bearer {TOKEN}"})
            assert pressed.status_code == 204, pressed.text
        told = json.loads(phone.open(push.next().body))
        assert (told["kind"], told["path"], told["room"]) == ("rang", "/today", DOOR)

        page.get_by_role("link", name=f"Open {DOOR}").click()
        page.get_by_role("button", name="Look now").click()
        page.wait_for_function(PLAYED)
        live = page.locator("video")
        assert live.evaluate("v => v.videoWidth") == film().width
        assert live.evaluate(BRIGHT) > 100
        page.get_by_role("button", name="Stop looking").click()

        until(kept(house, seconds=10, seen=Seen.RING), what="the clip of the ring")
        clip = next(one.id for one in house.catalogue.recordings() if one.utterance.seen)
        page.get_by_role("link", name="Today").click()
        row = page.locator(f"[data-recording='{clip.hex()}']")
        expect(row).to_contain_text("Ring")
        expect(row.locator(".still img")).to_have_js_property("complete", value=True)
        row.get_by_role("button", name=re.compile("^Play: ")).click()
        page.wait_for_function(PLAYED)
        video = row.locator("video")
        video.evaluate(SEEK)
        page.wait_for_function(
            "() => { const v = document.querySelector('video');"
            " return !v.seeking && v.currentTime > 5; }"
        )
        assert video.evaluate(BRIGHT) > 100

        row.get_by_role("button", name=re.compile("^Forget: ")).click()
        page.get_by_role("dialog").get_by_role("button", name="Forget").click()
        row.get_by_role("link", name="See the receipt").click()
        with page.expect_popup() as beside:
            page.locator("[data-kind=erasure]").first.get_by_role("button").click()
        expect(beside.value.get_by_text("✓ The receipt is genuine")).to_be_visible()
    assert not house.payloads.has(house.household.id, clip)
    assert house.catalogue.showing(Seen.RING, Scope()) == frozenset()


def test_the_light_shows_while_a_camera_films(served: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        page.get_by_role("link", name="Cameras").click()
        expect(page.get_by_text("It is keeping film now")).to_be_hidden()
        page.get_by_role("button", name="Switch on").click()
        until(kept(served.house, seconds=1.0 / FPS), what="a clip")
        expect(page.get_by_text("It is keeping film now")).to_be_visible()


def _be_told(ada: httpx2.Client, push: PushService, key: str, auth: str) -> None:
    wanted = {"endpoint": f"{push.url}/push/1", "key": key, "auth": auth, "kinds": ["rang"]}
    answer = ada.put(f"{API}/notifications", json=wanted)
    assert answer.status_code == 200, answer.text
