"""What is opened in the page stays no longer than it should, and what cannot be opened is said."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.home import PASSPHRASE, WORDS
from tests.web.browser import browser
from tests.web.consoles import Console, console
from tests.web.test_today import sign_in
from unhear.web import security

pytestmark = pytest.mark.tools

PLAY = re.compile("^Play")
CANNOT_OPEN = "This cannot be opened: it was changed, or sealed to another household."
NOTE_URLS = """
  window.urls = [];
  const make = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) => { urls.push(make(blob)); return urls.at(-1); };
"""
PLAYS = """new Promise((resolve) => {
  const audio = new Audio(urls[0]);
  audio.onloadedmetadata = () => resolve(true);
  audio.onerror = () => resolve(false);
})"""
ASK_FOR_PERMISSION = """
  window.allow = new Promise((resolve) => { window.allowed = resolve; });
  navigator.mediaDevices.getUserMedia = async () => {
    await allow;
    return (window.stream = new AudioContext().createMediaStreamDestination().stream);
  };
"""
ON_AFTER_IT_WAS_ALLOWED = """async () => {
  allowed();
  while (!window.stream) await new Promise(requestAnimationFrame);
  for (let frame = 0; frame < 30; frame++) await new Promise(requestAnimationFrame);
  return stream.getTracks().some((track) => track.readyState === "live");
}"""


@pytest.fixture(autouse=True)
def _many_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Console]:
    with console(tmp_path) as served:
        served.keep()
        yield served


def test_what_is_forgotten_can_no_longer_be_heard_in_the_page(served: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        page.add_init_script(NOTE_URLS)
        sign_in(page, served.url)
        page.get_by_role("button", name=PLAY).click()
        expect(page.locator("blockquote")).to_have_text(WORDS)
        assert page.evaluate(PLAYS)
        page.get_by_role("button", name=re.compile("^Forget: ")).click()
        page.get_by_role("dialog").get_by_role("button", name="Forget").click()
        expect(page.get_by_role("link", name="See the receipt")).to_be_visible()
        assert not page.evaluate(PLAYS)


def test_what_is_forgotten_is_not_asked_about_again(served: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        row = page.locator("[data-recording]")
        row.focus()
        page.keyboard.press("Delete")
        page.get_by_role("dialog").get_by_role("button", name="Forget").click()
        expect(row).to_contain_text("Forgotten.")
        row.focus()
        page.keyboard.press("Delete")
        assert page.get_by_role("dialog").count() == 0


def test_what_cannot_be_opened_is_said(served: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        row = page.locator("[data-recording]")
        page.route("**/payload", lambda route: route.abort(), times=1)
        page.get_by_role("button", name=PLAY).click()
        expect(row).to_contain_text("The house cannot be reached.")
        page.route("**/payload", lambda route: route.fulfill(body=b"x" * 64), times=1)
        page.get_by_role("button", name=PLAY).click()
        expect(row).to_contain_text(CANNOT_OPEN)
        page.get_by_role("button", name=PLAY).click()
        expect(row.locator("blockquote")).to_have_text(WORDS)


def test_an_identity_that_recordings_are_not_sealed_to_is_not_used(served: Console) -> None:
    def other(route: Route) -> None:
        lock = route.fetch().json()
        route.fulfill(json={**lock, "recipient": "age1" + "q" * 58})

    with browser() as opened:
        page = opened.page(prf=None)
        page.route("**/session/lock", other)
        page.goto(f"{served.url}/sign-in")
        page.locator("summary").first.click()
        page.locator("[data-with=passphrase] [name=guardian]").fill("Ada")
        page.locator("[data-with=passphrase] [name=passphrase]").fill(PASSPHRASE)
        page.locator("[data-with=passphrase] button").click()
        expect(page.get_by_text("to a key that is not this household's")).to_be_visible()


def test_how_far_a_passphrase_is_stretched_is_shown(tmp_path: Path) -> None:
    with console(tmp_path, made=False) as empty, browser() as opened:
        page = opened.page(prf=None)
        page.goto(empty.url)
        page.get_by_label("Name of the household").fill("Testers")
        page.get_by_label("Your name").fill("Ada")
        page.get_by_text("Use a passphrase instead").click()
        page.get_by_label("Passphrase").fill("seven quiet rivers")
        page.get_by_role("button", name="Make it with a passphrase").click()
        shown = page.get_by_role("status").filter(has=page.locator("progress[value]"))
        expect(shown).to_contain_text("is being turned into a key")
        expect(page.get_by_role("heading", name="Write down your recovery phrase")).to_be_visible()
        expect(page.get_by_role("progressbar")).to_have_count(0)


def test_a_microphone_that_is_allowed_after_its_page_was_left_stays_off(served: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        page.add_init_script(ASK_FOR_PERMISSION)
        page.route_web_socket(
            "**/voice",
            lambda socket: socket.on_message(lambda _: socket.send('{"ready": "alexa"}')),
        )
        sign_in(page, served.url)
        page.get_by_role("link", name="Talk").click()
        page.get_by_role("button", name="Speak").click()
        page.get_by_role("link", name="Today").click()
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        assert not page.evaluate(ON_AFTER_IT_WAS_ALLOWED)


def test_the_page_asked_for_last_is_shown(served: Console) -> None:
    held: list[Route] = []
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        page.route("**/family", lambda route: held.append(route))  # noqa: PLW0108 - it is marked
        page.get_by_role("link", name="Family").click()
        page.get_by_role("link", name="Receipts").click()
        expect(page.get_by_role("heading", name="Receipts")).to_be_visible()
        with page.expect_response("**/family"):
            held[0].continue_()
        page.get_by_role("link", name="Status").click()
        expect(page.get_by_role("heading", name="Status", exact=True)).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name="Receipts")).to_be_visible()
