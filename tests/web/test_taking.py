"""A guardian takes a copy of everything: made in the browser, written while it is made."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, Route, expect

from tests.home import WORDS
from tests.web.browser import browser
from tests.web.consoles import API, TONE, Console, console
from tests.web.films import SIZE, film, keep_clip
from tests.web.test_today import sign_in
from unhear.household.words import PersonKind, Seen
from unhear.keep import age
from unhear.web import security

pytestmark = pytest.mark.tools

TAKE = "Take everything"
NAMED = "<img src=x onerror=alert(1)> & Sons"
NO_PICKER = "delete window.showSaveFilePicker"
PICKER = """
  window.showSaveFilePicker = async ({ suggestedName }) => {
    const folder = await navigator.storage.getDirectory();
    return folder.getFileHandle(suggestedName, { create: true });
  };
"""
"""The browser's own folder in place of a dialog: the same handles, written the same way."""

FILES = """async () => {
  const found = {};
  for await (const [name, file] of (await navigator.storage.getDirectory()).entries()) {
    const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
    found[name] = Array.from(bytes);
  }
  return found;
}"""


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    with console(tmp_path) as served:
        yield served


def _account(page: Page, served: Console) -> None:
    sign_in(page, served.url)
    page.locator("a.who").click()
    expect(page.get_by_role("button", name=TAKE)).to_be_visible()


def _downloaded(page: Page) -> ZipFile:
    with page.expect_download() as waited:
        page.get_by_role("button", name=TAKE).click()
    copy = ZipFile(waited.value.path())
    assert copy.testzip() is None
    return copy


def _one(copy: ZipFile, pattern: str) -> bytes:
    (name,) = [name for name in copy.namelist() if re.fullmatch(pattern, name)]
    return copy.read(name)


def test_everything_is_in_the_copy_and_opened(served: Console, tmp_path: Path) -> None:
    sons = served.house.family.add(NAMED, PersonKind.ADULT)
    served.house.household = served.house.family.read()
    kept = served.keep(sons.id, hours=2)
    gone = served.keep(hours=1)
    with closing(served.guardian()) as ada:
        receipt = ada.delete(f"{API}/recordings/{gone.hex()}").json()["receipt"]
    with browser() as opened:
        page = opened.page(prf=None)
        page.add_init_script(NO_PICKER)
        _account(page, served)
        copy = _downloaded(page)
        expect(page.locator("#told")).to_have_text("The copy is made.")
        assert _one(copy, r"recordings/\d{8}T\d{6}Z-\w{8}\.wav") == TONE
        assert _one(copy, r"recordings/.*\.txt").decode() == WORDS
        described = json.loads(_one(copy, r"recordings/.*\.json"))
        assert (described["id"], described["words"]) == (kept.hex(), WORDS)
        assert json.loads(_one(copy, r"receipts/unhear-receipt-.*\.json")) == receipt
        people = {one["name"] for one in json.loads(copy.read("household/people.json"))}
        assert {"Ada", "Jo", "Mia", NAMED} <= people
        opens = json.loads(copy.read("household/remembered.json"))
        assert opens == [], "that it was opened for this copy is remembered after it began"
        assert json.loads(copy.read("household/consents.json"))["consents"]
        assert b"delete it yourself" in copy.read("README.txt")
        assert not any(re.search(r"/recordings/\d{8}T", sent) for sent in opened.sent)
        looks = [name for name in copy.namelist() if name.startswith("receipts/unhear-look-")]
        stated = [json.loads(copy.read(name))["statement"]["how"] for name in looks]
        assert stated == ["exported"], "the copy holds the receipt of itself, and opening is in it"
        copy.extractall(tmp_path / "copy")
        _read_the_index(page, tmp_path / "copy" / "index.html")
    with closing(served.guardian()) as ada:
        remembered = ada.get(f"{API}/everything").json()["parts"]["remembered"]
        told = ada.get(f"{API}/receipts", params={"kind": "look"}).json()["receipts"]
    assert [one["data"] for one in remembered] == [{"opened": kept.hex()}]
    assert [one["statement"]["how"] for one in told] == ["exported"]


def _read_the_index(page: Page, index: Path) -> None:
    page.goto(index.as_uri())
    assert page.locator("script, img, link").count() == 0
    expect(page.locator("ol li")).to_have_count(1)
    expect(page.locator("ol li")).to_contain_text(f"{NAMED}, kitchen, 1.5 s")
    expect(page.locator("ol li blockquote")).to_have_text(WORDS)
    for name in page.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))"):
        assert (index.parent / name).is_file(), name
    seconds = """audio => new Promise((resolve, reject) => {
      audio.onloadedmetadata = () => resolve(audio.duration);
      audio.onerror = reject;
      audio.load();
      audio.play().catch(() => undefined);
    })"""
    assert page.locator("audio").evaluate(seconds) == pytest.approx(1.5, abs=0.01)


def test_recordings_may_stay_sealed_in_it(served: Console) -> None:
    served.keep()
    with browser(language="de-DE") as opened:
        page = opened.page(prf=None)
        page.add_init_script(NO_PICKER)
        sign_in(page, served.url)
        page.reload()  # so that nothing is unlocked
        page.locator("a.who").click()
        page.get_by_label("versiegelt lassen").check()
        with page.expect_download() as waited:
            page.get_by_role("button", name="Alles mitnehmen").click()
        copy = ZipFile(waited.value.path())
    identity = served.house.identity.open_with_passphrase("correct horse battery staple")
    assert age.decrypt(_one(copy, r"recordings/.*\.wav\.age"), [identity]) == TONE
    assert age.decrypt(_one(copy, r"recordings/.*\.txt\.age"), [identity]).decode() == WORDS
    assert WORDS.encode() not in b"".join(copy.read(name) for name in copy.namelist())
    assert "LIESMICH.txt" in copy.namelist()
    assert b'lang="de"' in copy.read("index.html")


def test_what_cannot_be_opened_is_taken_along_as_it_is(served: Console) -> None:
    bad, good = served.keep(hours=2), served.keep(hours=1)
    with browser() as opened:
        page = opened.page(prf=None)
        page.add_init_script(NO_PICKER)
        page.route(f"**/{bad.hex()}/payload", lambda route: route.fulfill(body=b"x" * 64))
        _account(page, served)
        copy = _downloaded(page)
    assert _one(copy, rf"recordings/.*-{good.hex()[:8]}\.wav") == TONE
    assert _one(copy, rf"recordings/.*-{bad.hex()[:8]}\.wav\.age").endswith(b"x" * 64)
    assert b"could not be opened" in copy.read("index.html")


def test_clips_are_in_it_as_films_or_sealed_in_numbered_pieces(
    served: Console, tmp_path: Path
) -> None:
    pieces = film(4)
    keep_clip(served, pieces, seen=(Seen.RING,), hours=1)
    with browser() as opened:
        page = opened.page(prf=None)
        page.add_init_script(NO_PICKER)
        _account(page, served)
        copy = _downloaded(page)
        page.get_by_label("Leave the recordings sealed").check()
        sealed = _downloaded(page)
        copy.extractall(tmp_path / "copy")
        page.goto((tmp_path / "copy" / "index.html").as_uri())
        expect(page.locator("ol li")).to_contain_text("Ring, front door, 4.0 s")
        video = page.locator("ol li video")
        video.evaluate("v => { v.preload = 'auto'; v.load(); }")
        expect(video).to_have_js_property("videoWidth", SIZE[0])
    assert _one(copy, r"recordings/.*\.mp4") == b"".join(piece.data for piece in pieces)
    assert json.loads(_one(copy, r"recordings/.*\.json"))["seen"] == ["ring"]
    identity = served.house.identity.open_with_passphrase("correct horse battery staple")
    for number, piece in enumerate(pieces, 1):
        file = _one(sealed, rf"recordings/.*\.{number:04}\.mp4\.age")
        assert age.decrypt(file, [identity]) == piece.data


def test_it_is_written_to_a_place_and_a_stopped_one_leaves_nothing(served: Console) -> None:
    first = served.keep(hours=1)
    served.keep(hours=2)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    with browser() as opened:
        page = opened.page(prf=None)
        page.add_init_script(PICKER)
        _account(page, served)
        page.route(f"**/{first.hex()}/payload", hold, times=1)
        with page.expect_request(f"**/{first.hex()}/payload"):
            page.get_by_role("button", name=TAKE).click()
        expect(page.get_by_role("progressbar")).to_be_visible()
        page.get_by_role("button", name="Cancel").click()
        held.pop().continue_()
        expect(page.locator("#told")).to_have_text("Stopped; no copy was made.")
        assert page.evaluate(FILES) == {}
        page.get_by_role("button", name=TAKE).click()
        expect(page.locator("#told")).to_have_text("The copy is made.")
        ((name, content),) = page.evaluate(FILES).items()
    assert re.fullmatch(r"unhear-\d{4}-\d\d-\d\d\.zip", name)
    sounds = [one for one in ZipFile(BytesIO(bytes(content))).namelist() if one.endswith(".wav")]
    assert len(sounds) == 2
