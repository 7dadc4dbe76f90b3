"""A camera is seen live in a real browser, and who is before it is spoken to."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Queue
from threading import Event

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from websockets import Origin
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.home import PASSPHRASE
from tests.house.test_rooms import Box, Words
from tests.web.browser import Browser, browser
from tests.web.consoles import API, Console, console
from tests.web.films import COLOURS, SIZE, film, jpeg
from tests.web.test_today import sign_in
from unhear.answer.synthesiser import Speech
from unhear.engines.speech_files import speech_wav
from unhear.house.watched import CameraState
from unhear.household import sign_ins
from unhear.household.words import DeviceId
from unhear.settings import CameraSettings
from unhear.web import security

pytestmark = pytest.mark.tools

DOOR, GARDEN, HALL = DeviceId("front door"), DeviceId("garden"), DeviceId("hall")
CAMERAS = (
    CameraSettings(name=DOOR, address="rtsp://127.0.0.1:1/door", speaker=HALL),
    CameraSettings(name=GARDEN, address="rtsp://127.0.0.1:1/garden"),
)
SECONDS = 40
"""Longer than a test waits for the newest to be shown."""

PATIENCE, LEFT_WITHIN = 60, 20
RATE_HZ = 16_000
LOUD = 3_000
HOLD_MS = 500
SHOWN = """(video) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  return Array.from(context.getImageData(9, 9, 1, 1).data.slice(0, 3));
}"""
AT_THE_EDGE = f"() => document.querySelector('video')?.currentTime > {SECONDS - 1}"


class Watched:
    """A camera that has filmed a while, all of which comes at once; then nothing more happens."""

    state = CameraState.CONNECTED
    filming = False

    def __init__(self, codec: str = "libx264") -> None:
        first, *rest = (piece.data for piece in film(SECONDS, codec=codec, sound=False))
        cut = first.index(b"moof") - 4
        self.pieces = [first[:cut], first[cut:], *rest]
        self.over, self.left = Event(), Event()

    def rang(self) -> None:
        """It has no button."""

    def picture(self) -> bytes | None:
        return jpeg(1)

    @contextmanager
    def live(self) -> Iterator[Iterator[bytes]]:
        def come() -> Iterator[bytes]:
            yield from self.pieces
            self.over.wait(PATIENCE)

        try:
            yield come()
        finally:
            self.left.set()
            self.over.set()


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watched: Watched) -> Iterator[Console]:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    with console(tmp_path, cameras=CAMERAS) as served:
        served.keep()
        served.house.rooms._synthesiser = Words
        served.house.cameras.watch(DOOR, watched)
        yield served


def _camera(opened: Browser, served: Console, name: str) -> Page:
    page = opened.page(prf=None)
    sign_in(page, served.url)
    page.get_by_role("link", name="Cameras").click()
    page.get_by_role("link", name=f"Open {name}").click()
    return page


def _look(page: Page) -> None:
    page.get_by_role("button", name="Look now").click()


def test_what_a_camera_sees_now_is_shown_at_its_newest(served: Console, watched: Watched) -> None:
    box = Box()
    served.house.rooms.join(HALL, box)
    with browser() as opened:
        page = _camera(opened, served, DOOR)
        expect(page.get_by_text("People at the camera hear that somebody looks")).to_be_visible()
        assert served.house.looks._stated == set()
        _look(page)
        page.wait_for_function(AT_THE_EDGE)
        video = page.locator("video")
        assert video.evaluate("v => [v.videoWidth, v.videoHeight]") == [*SIZE]
        colour, wanted = video.evaluate(SHOWN), COLOURS[(SECONDS - 1) % len(COLOURS)]
        assert all(abs(a - b) < 40 for a, b in zip(colour, wanted, strict=True)), colour
        assert video.evaluate("v => v.getBoundingClientRect().right") <= 390
        assert box.played.get(timeout=PATIENCE).pcm.size > 0, "it was said that somebody looks"
        page.get_by_role("button", name="Stop looking").click()
        expect(video).to_be_hidden()
        assert watched.left.wait(LEFT_WITHIN)
        assert video.evaluate("v => v.getAttribute('src')") is None
    with closing(served.guardian()) as ada:
        told = ada.get(f"{API}/receipts", params={"kind": "look"}).json()["receipts"]
    assert [one["statement"]["how"] for one in told] == ["seen live"]


def test_leaving_the_page_ends_it(served: Console, watched: Watched) -> None:
    with browser() as opened:
        page = _camera(opened, served, DOOR)
        _look(page)
        page.wait_for_function(AT_THE_EDGE)
        page.get_by_role("link", name="Today").click()
        assert watched.left.wait(LEFT_WITHIN)


def test_who_looks_proves_first_who_they_are(
    served: Console, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    with browser() as opened:
        page = _camera(opened, served, DOOR)
        monkeypatch.setattr(sign_ins, "FRESH", sign_ins.FRESH * 0)
        _look(page)
        page.get_by_label("Your passphrase").fill(PASSPHRASE)
        assert served.house.looks._stated == set()
        monkeypatch.undo()
        page.get_by_role("button", name="Go on").click()
        page.wait_for_function(AT_THE_EDGE)


def test_a_camera_that_is_away_or_ends_or_plays_nowhere_is_said_to(
    served: Console, watched: Watched
) -> None:
    with browser() as opened:
        page = _camera(opened, served, GARDEN)
        _look(page)
        expect(page.get_by_role("alert").filter(has_text="shows nothing")).to_be_visible()
        expect(page.get_by_role("button", name="Look now")).to_be_visible()
        served.house.cameras.watch(GARDEN, Watched("libx265"))
        _look(page)
        expect(page.get_by_role("alert").filter(has_text="play no H.265")).to_be_visible()
        served.house.cameras.watch(GARDEN, watched)
        _look(page)
        page.wait_for_function(AT_THE_EDGE)
        watched.over.set()
        expect(page.get_by_role("alert").filter(has_text="shows nothing more")).to_be_visible()


def test_people_before_the_camera_are_spoken_to(served: Console, tmp_path: Path) -> None:
    box = Box()
    served.house.rooms.join(HALL, box)
    moments = np.arange(20 * RATE_HZ) / RATE_HZ
    tone = (np.sin(2 * np.pi * 440 * moments) * 12_000).astype(np.int16)
    sound = tmp_path / "voice.wav"
    sound.write_bytes(speech_wav([Speech(tone, RATE_HZ)]))
    with browser(microphone=sound) as opened:
        page = _camera(opened, served, DOOR)
        talk = page.get_by_role("button", name="Speak to them")
        expect(talk).to_be_hidden()
        _look(page)
        talk.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="You are heard")).to_have_attribute(
            "aria-pressed", "true"
        )
        _heard(box.played)
        expect(page.locator("video")).to_have_js_property("muted", value=True)
        page.keyboard.press("Enter")
        expect(talk).to_have_attribute("aria-pressed", "false")
        expect(page.locator("video")).to_have_js_property("muted", value=False)
        # Held down, it is heard as long as that lasts.
        talk.hover()
        page.mouse.down()
        heard = page.get_by_role("button", name="You are heard")
        expect(heard).to_be_visible()
        since = page.evaluate("performance.now()")
        page.wait_for_function(f"since => performance.now() - since > {HOLD_MS}", arg=since)
        page.mouse.up()
        expect(talk).to_be_visible()


def test_the_house_says_at_the_camera_what_is_chosen(served: Console) -> None:
    box = Box()
    with browser() as opened:
        page = _camera(opened, served, DOOR)
        reply = page.locator("[data-reply]").first
        said = reply.inner_text()
        reply.click()
        expect(page.get_by_role("alert").filter(has_text="Nobody can be heard")).to_be_visible()
        served.house.rooms.join(HALL, box)
        reply.click()
        expect(page.locator("#told")).to_have_text("It is said at the camera.")
        frames = [box.played.get(timeout=PATIENCE).pcm.size for _ in range(2)]
    assert len(said) in frames, "the voice has as many frames as the text has letters"


def _heard(played: "Queue[Speech]") -> None:
    """Wait for a voice of a browser's rate; announcements and chimes have others."""
    while True:
        speech = played.get(timeout=PATIENCE)
        if speech.rate_hz > RATE_HZ and np.abs(speech.pcm).max() > LOUD and speech.pcm.size > 1_000:
            return


def test_where_nobody_can_be_spoken_to_that_is_said(served: Console, tmp_path: Path) -> None:
    sound = tmp_path / "voice.wav"
    sound.write_bytes(speech_wav([Speech(np.zeros(RATE_HZ, np.int16), RATE_HZ)]))
    with browser(microphone=sound) as opened:
        page = _camera(opened, served, DOOR)
        _look(page)
        page.get_by_role("button", name="Speak to them").click()
        expect(page.get_by_role("alert").filter(has_text="Nobody can be spoken to")).to_be_visible()
        expect(page.get_by_role("button", name="Speak to them")).to_be_visible()


def test_strangers_see_nothing(served: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    address = served.url.replace("http:", "ws:") + "/live/front%20door"
    own = Origin(served.url)
    with closing(served.guardian()) as ada:
        cookie = {"cookie": ada.headers["cookie"]}
    for path in (address, f"{address}/talk"):
        with pytest.raises(InvalidStatus, match="403"):
            connect(path, origin=own)
        with pytest.raises(InvalidStatus, match="403"):
            connect(path, origin=Origin("http://elsewhere"), additional_headers=cookie)
        monkeypatch.setattr(sign_ins, "FRESH", sign_ins.FRESH * 0)
        with (
            connect(path, origin=own, additional_headers=cookie) as socket,
            pytest.raises(ConnectionClosed, match=r"1008.*step-up-needed"),
        ):
            socket.recv(timeout=PATIENCE)
        monkeypatch.undo()
    assert served.house.looks._stated == set()
    with connect(address, origin=own, additional_headers=cookie) as socket:
        first = socket.recv(timeout=PATIENCE)
    assert isinstance(first, bytes)
    assert first[4:8] == b"ftyp"
