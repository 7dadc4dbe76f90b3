"""The microphone page in a real browser whose microphone plays a file, and what it refuses."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, WebSocket, expect, sync_playwright
from websockets import Origin
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.cli.program import PASSPHRASE
from tests.needs import need, need_program
from tests.satellites.rooms import NotedAssistant, made_house, said, said_to_wake, ways_of
from tests.web.consoles import Console, served
from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.speech_files import speech_wav
from unhear.house.house import House
from unhear.house.voice import Ways
from unhear.web.home import Home
from unhear.web.pages.files import STATIC

PATIENCE = 60
PATIENCE_MS = PATIENCE * 1000
PHONE = {"width": 390, "height": 844}
HELLO = '{"rate": 16000, "wake": false}'
STATES = "() => window.tracks.map((track) => track.readyState)"
NOTED_TRACKS = """
window.tracks = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (what) => {
  const stream = await open(what);
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""
QUIET: Pcm = np.zeros(RATE_HZ, np.int16)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with made_house(tmp_path_factory.mktemp("page")) as house:
        yield house


@pytest.fixture(scope="module")
def ways(house: House) -> Iterator[Ways]:
    with ways_of(house) as ways:
        yield ways


@pytest.fixture(scope="module")
def console(house: House, ways: Ways) -> Iterator[Console]:
    """Serve the console of a house at work."""
    home = Home(house.settings)
    home._house, home.ways = house, ways
    with served(home) as console:
        yield console


@pytest.fixture(scope="module")
def cookie(console: Console) -> str:
    """Sign a guardian in; answer their browser's cookie."""
    with closing(console.guardian(passphrase=PASSPHRASE)) as ada:
        return ada.headers["cookie"]


@contextmanager
def opened(
    console: Console, cookie: str, file: Path, sound: Pcm, language: str = "en-GB"
) -> Iterator[Page]:
    """Open the page in a browser whose microphone plays a sound, with silence around it, once."""
    chromium = need_program("chromium")
    need((STATIC / "main.js").is_file(), "the console's scripts, which npm builds")
    file.write_bytes(speech_wav([Speech(np.concatenate([QUIET, sound, QUIET, QUIET]), RATE_HZ)]))
    fakes = [
        "--no-sandbox",  # It cannot be built by root, who runs the tests in CI.
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={file}%noloop",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=fakes)
        context = browser.new_context(viewport=PHONE, locale=language)  # type: ignore[arg-type]
        name, _, value = cookie.partition("=")
        context.add_cookies(
            [{"name": name, "value": value, "domain": "localhost", "path": "/", "secure": True}]
        )
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.goto(f"{console.url}/talk")
        yield page
        assert errors == []
        browser.close()


@pytest.mark.tools
@pytest.mark.speech
class TestInABrowser:
    def test_tapped_and_spoken_to_it_answers_aloud_and_says_what_it_kept(
        self, house: House, ways: Ways, console: Console, cookie: str, tmp_path: Path
    ) -> None:
        with opened(
            console, cookie, tmp_path / "words.wav", said(house, "What time is it?")
        ) as page:
            page.get_by_role("button", name="Speak").click()
            expect(page.locator(".said")).to_contain_text("time", timeout=PATIENCE_MS)
            expect(page.locator(".reply")).to_contain_text("It is", timeout=PATIENCE_MS)
            expect(page.locator(".reply small")).to_contain_text("ept.", timeout=PATIENCE_MS)
            expect(page.get_by_role("status")).to_have_text("Tap and speak", timeout=PATIENCE_MS)
            expect(page.locator("#privacy")).to_have_text("The microphone is off.")
        assert isinstance(ways.assistant, NotedAssistant)
        device, turn = ways.assistant.turns.get(timeout=PATIENCE)
        assert device.split()[0] == "browser"  # A number follows while an earlier page is closing.
        assert turn.intent is not None
        assert turn.intent.skill == "time_and_date"

    def test_it_waits_for_the_wake_word_where_one_wants_that(
        self, house: House, console: Console, cookie: str, tmp_path: Path
    ) -> None:
        sound = said_to_wake(house, "What time is it?")
        with opened(console, cookie, tmp_path / "words.wav", sound) as page:
            page.get_by_role("switch", name="Wait for “Alexa”").check()
            expect(page.locator(".reply")).to_contain_text("It is", timeout=PATIENCE_MS)
            expect(page.get_by_role("status")).to_have_text("Say “Alexa”", timeout=PATIENCE_MS)
            expect(page.locator("#privacy")).to_have_text("The microphone is on.")

    def test_it_speaks_german_where_the_browser_does(
        self, console: Console, cookie: str, tmp_path: Path
    ) -> None:
        with opened(console, cookie, tmp_path / "words.wav", QUIET, "de-DE") as page:
            expect(page.get_by_role("status")).to_have_text("Tippen und sprechen")
            assert page.evaluate("document.documentElement.lang") == "de"

    def test_an_announcement_can_be_read(
        self, house: House, console: Console, cookie: str, tmp_path: Path
    ) -> None:
        with opened(console, cookie, tmp_path / "words.wav", QUIET) as page:
            expect(page.get_by_role("status")).to_have_text("Tap and speak")
            assert house.rooms.announce("Dinner is ready.", {"browser"}) == ["browser"]
            expect(page.locator(".reply")).to_have_text("Dinner is ready.")

    def test_who_leaves_the_page_is_heard_no_more(
        self, console: Console, cookie: str, tmp_path: Path
    ) -> None:
        with opened(console, cookie, tmp_path / "words.wav", QUIET) as page:
            page.add_init_script(NOTED_TRACKS)
            sockets: list[WebSocket] = []
            page.on("websocket", lambda socket: sockets.append(socket))  # noqa: PLW0108
            page.reload()
            page.get_by_role("switch").check()
            expect(page.get_by_role("status")).to_have_text("Say “Alexa”")
            expect(page.locator("#privacy")).to_have_text("The microphone is on.")
            assert page.evaluate(STATES) == ["live"]
            with sockets[-1].expect_event("close"):
                page.get_by_role("link", name="Today").click()
            assert page.evaluate(STATES) == ["ended"]


@contextmanager
def connected(
    console: Console, cookie: str, origin: str | None = None, host: str | None = None
) -> Iterator[ClientConnection]:
    """Open a WebSocket as the page does, or as a page of some other origin."""
    with connect(
        f"{console.url.replace('http', 'ws')}/voice",
        origin=Origin(origin or console.url),
        additional_headers={"Cookie": cookie} | ({} if host is None else {"Host": host}),
        close_timeout=PATIENCE,
    ) as socket:
        yield socket


def how_it_ends(console: Console, cookie: str, messages: list[Any]) -> int | None:
    """Say these as a page; answer the code that the connection is closed with."""
    with suppress(ConnectionClosed), connected(console, cookie) as socket:
        try:
            for message in messages:
                socket.send(message)
            while True:
                socket.recv(timeout=PATIENCE)
        except ConnectionClosed:
            return socket.close_code
    return None


def test_another_page_cannot_listen(console: Console, cookie: str) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connected(console, cookie, "http://stranger.example"),
    ):
        pytest.fail("it was let in")
    assert refused.value.response.status_code == 403


def test_a_name_that_was_pointed_here_is_refused(console: Console, cookie: str) -> None:
    name = "stranger.example"
    with (
        pytest.raises(InvalidStatus) as refused,
        connected(console, cookie, f"http://{name}", name),
    ):
        pytest.fail("it was let in")
    assert refused.value.response.status_code in {400, 403}


@pytest.mark.parametrize(
    "messages",
    [
        ["no object"],
        ['{"rate": 16000}'],
        ['{"rate": 5, "wake": false}'],
        [HELLO, '{"do": "dance"}'],
        [HELLO, "{}"],
        [HELLO, b"\0\0\0"],
    ],
)
def test_nonsense_ends_the_conversation(console: Console, cookie: str, messages: list[Any]) -> None:
    assert how_it_ends(console, cookie, messages) == 1003


def test_a_huge_message_is_not_read(console: Console, cookie: str) -> None:
    assert how_it_ends(console, cookie, [HELLO, bytes(1 << 20)]) == 1009


def test_each_page_is_a_device_and_there_are_not_endless_ones(
    house: House, console: Console, cookie: str
) -> None:
    with ExitStack() as pages:
        for number in range(1, 9):
            socket = pages.enter_context(connected(console, cookie))
            socket.send(HELLO)
            assert "ready" in json.loads(socket.recv(timeout=PATIENCE))
            assert ("browser" if number == 1 else f"browser {number}") in house.rooms.rooms()
        assert how_it_ends(console, cookie, []) == 1013


def test_a_stranger_cannot_listen(console: Console) -> None:
    with pytest.raises(InvalidStatus) as refused, connected(console, "nothing=1"):
        pytest.fail("it was let in")
    assert refused.value.response.status_code == 403


def test_nobody_listens_before_the_house_is_at_work(console: Console, cookie: str) -> None:
    ways, console.home.ways = console.home.ways, None
    try:
        assert how_it_ends(console, cookie, []) == 1013
    finally:
        console.home.ways = ways
