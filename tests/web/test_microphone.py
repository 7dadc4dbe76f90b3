"""The talk page in a real browser whose microphone plays a file, and what it refuses."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI, Response
from playwright.sync_api import Page, WebSocket, expect
from websockets import Origin
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.satellites.rooms import NotedAssistant, made_house, said, said_to_wake, ways_of
from tests.web.browser import browser
from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.speech_files import speech_wav
from unhear.house.house import House
from unhear.house.voice import Ways
from unhear.household.family import Device
from unhear.household.retention import DeviceKind
from unhear.household.words import DeviceId
from unhear.web.console import console_app
from unhear.web.home import Home
from unhear.web.serving import serving

PATIENCE = 60
PATIENCE_MS = PATIENCE * 1000
HELLO = '{"rate": 16000, "wake": false}'
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
def home(house: House, ways: Ways) -> Iterator[Home]:
    """Serve the console in a thread."""
    started, done = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()
    home = Home(house.settings, ways=ways)
    home._house = house

    def make(url: str) -> FastAPI:
        home.origin = url.replace("127.0.0.1", "localhost")
        return console_app(home)

    async def serve() -> None:
        async with serving(make, "127.0.0.1:0"):
            started.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert started.wait(PATIENCE)
    yield home
    loop.call_soon_threadsafe(done.set)
    thread.join()
    loop.close()


@pytest.fixture
def url(home: Home) -> str:
    return home.origin


@contextmanager
def opened(home: Home, file: Path, sound: Pcm, language: str = "en-GB") -> Iterator[Page]:
    """Pair a browser whose microphone plays a sound, with silence around it, once."""
    file.write_bytes(speech_wav([Speech(np.concatenate([QUIET, sound, QUIET, QUIET]), RATE_HZ)]))
    fakes = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={file}%noloop",
    )
    code = home.pairings.begin(Device(DeviceId("tablet"), DeviceKind.VOICE))
    with browser(language=language, arguments=fakes) as opened:
        page = opened.page(prf=None)
        page.goto(f"{home.origin}/pair#{code}")
        page.locator("main button").click()
        page.wait_for_url("**/talk")
        yield page


@pytest.mark.tools
@pytest.mark.speech
class TestInABrowser:
    def test_tapped_and_spoken_to_it_answers_aloud_and_says_what_it_kept(
        self, house: House, ways: Ways, home: Home, tmp_path: Path
    ) -> None:
        with opened(home, tmp_path / "words.wav", said(house, "What time is it?")) as page:
            page.get_by_role("button", name="Speak").click()
            expect(page.locator(".said")).to_contain_text("time", timeout=PATIENCE_MS)
            expect(page.locator(".reply")).to_contain_text("It is", timeout=PATIENCE_MS)
            expect(page.locator(".reply small")).to_contain_text("ept.", timeout=PATIENCE_MS)
            expect(page.locator("#status")).to_have_text("Tap and speak", timeout=PATIENCE_MS)
            expect(page.locator("#privacy")).to_have_text("The microphone is off.")
        assert isinstance(ways.assistant, NotedAssistant)
        device, turn = ways.assistant.turns.get(timeout=PATIENCE)
        assert device == "tablet"
        assert turn.intent is not None
        assert turn.intent.skill == "time_and_date"

    def test_it_waits_for_the_wake_word_where_one_wants_that(
        self, house: House, home: Home, tmp_path: Path
    ) -> None:
        sound = said_to_wake(house, "What time is it?")
        with opened(home, tmp_path / "words.wav", sound) as page:
            page.get_by_role("switch", name="Wait for “Alexa”").check()
            expect(page.locator(".reply")).to_contain_text("It is", timeout=PATIENCE_MS)
            expect(page.locator("#status")).to_have_text("Say “Alexa”", timeout=PATIENCE_MS)
            expect(page.locator("#privacy")).to_have_text("The microphone is on.")

    def test_it_speaks_german_where_the_browser_does(self, home: Home, tmp_path: Path) -> None:
        with opened(home, tmp_path / "words.wav", QUIET, "de-DE") as page:
            expect(page.locator("#status")).to_have_text("Tippen und sprechen")
            assert page.evaluate("document.documentElement.lang") == "de"

    def test_an_announcement_can_be_read(self, house: House, home: Home, tmp_path: Path) -> None:
        with opened(home, tmp_path / "words.wav", QUIET) as page:
            expect(page.locator("#status")).to_have_text("Tap and speak")
            assert house.rooms.announce("Dinner is ready.", {"tablet"}) == ["tablet"]
            expect(page.locator(".reply")).to_have_text("Dinner is ready.")

    def test_who_leaves_the_page_is_heard_no_more(self, home: Home, tmp_path: Path) -> None:
        with opened(home, tmp_path / "words.wav", QUIET) as page:
            page.add_init_script(NOTED_TRACKS)
            sockets: list[WebSocket] = []
            page.on("websocket", lambda socket: sockets.append(socket))  # noqa: PLW0108 - it wants a function of Python
            page.reload()
            page.get_by_role("switch").check()
            expect(page.locator("#status")).to_have_text("Say “Alexa”")
            expect(page.locator("#privacy")).to_have_text("The microphone is on.")
            assert page.evaluate("() => window.tracks.map((track) => track.readyState)") == ["live"]
            with sockets[-1].expect_event("close"):
                page.get_by_role("link", name="unhear", exact=True).click()
            assert page.evaluate("() => window.tracks.map((track) => track.readyState)") == [
                "ended"
            ]


@pytest.fixture
def cookie(home: Home) -> str:
    """Answer the cookie of a guardian's browser."""
    response = Response()
    (guardian,) = home.house.household.people
    home.sessions.open(guardian.id, response)
    return response.headers["set-cookie"].partition(";")[0]


@contextmanager
def connected(
    url: str, cookie: str = "", origin: str | None = None, host: str | None = None
) -> Iterator[ClientConnection]:
    """Open a WebSocket as the page does, or as a page of some other origin."""
    headers = {"Cookie": cookie} if host is None else {"Cookie": cookie, "Host": host}
    with connect(
        f"{url.replace('http', 'ws')}/voice",
        origin=Origin(origin or url),
        additional_headers=headers,
        close_timeout=PATIENCE,
    ) as socket:
        yield socket


def how_it_ends(url: str, cookie: str, messages: list[Any]) -> int | None:
    """Say these as a page; answer the code that the connection is closed with."""
    with suppress(ConnectionClosed), connected(url, cookie) as socket:
        try:
            for message in messages:
                socket.send(message)
            while True:
                socket.recv(timeout=PATIENCE)
        except ConnectionClosed:
            return socket.close_code
    return None


def test_another_page_cannot_listen(url: str, cookie: str) -> None:
    stranger = "http://stranger.example"
    with pytest.raises(InvalidStatus) as refused, connected(url, cookie, stranger):
        pytest.fail("it was let in")
    assert refused.value.response.status_code == 403


def test_a_name_that_was_pointed_here_is_refused(url: str, cookie: str) -> None:
    name = "stranger.example"
    with pytest.raises(InvalidStatus) as refused, connected(url, cookie, f"http://{name}", name):
        pytest.fail("it was let in")
    assert refused.value.response.status_code == 400


def test_a_stranger_cannot_listen(url: str) -> None:
    with pytest.raises(InvalidStatus) as refused, connected(url):
        pytest.fail("they were let in")
    assert refused.value.response.status_code == 403


def test_nobody_listens_before_the_house_is_at_work(home: Home, url: str, cookie: str) -> None:
    ways, home.ways = home.ways, None
    try:
        with pytest.raises(InvalidStatus), connected(url, cookie):
            pytest.fail("it was let in")
    finally:
        home.ways = ways


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
def test_nonsense_ends_the_conversation(url: str, cookie: str, messages: list[Any]) -> None:
    assert how_it_ends(url, cookie, messages) == 1003


def test_a_huge_message_is_not_read(url: str, cookie: str) -> None:
    assert how_it_ends(url, cookie, [HELLO, bytes(1 << 20)]) == 1009


def test_each_page_is_a_device_and_there_are_not_endless_ones(
    house: House, url: str, cookie: str
) -> None:
    with ExitStack() as pages:
        for number in range(1, 9):
            socket = pages.enter_context(connected(url, cookie))
            socket.send(HELLO)
            assert "ready" in json.loads(socket.recv(timeout=PATIENCE))
            assert ("browser" if number == 1 else f"browser {number}") in house.rooms.rooms()
        assert how_it_ends(url, cookie, []) == 1013
