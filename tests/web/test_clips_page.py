"""A camera's clip is seen where it stands in the timeline: opened in the page, piece by piece."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.web.browser import PHONE, browser
from tests.web.consoles import Console, console
from tests.web.films import COLOURS, PIECE_SECONDS, SIZE, film, jpeg, keep_clip
from tests.web.test_today import sign_in
from unhear.capture.film import Piece
from unhear.house.watched import CameraState
from unhear.household.cameras import Camera
from unhear.household.words import DeviceId, Seen, TraceId
from unhear.settings import CameraSettings
from unhear.web import security

pytestmark = pytest.mark.tools

DOOR = CameraSettings(name="front door", address="rtsp://127.0.0.1:1/door")
PLAY = re.compile("^Play")
SECONDS = 20
AHEAD_PIECES_MAX = 5
"""Of what is fetched at most to play on at a moment."""

COLOUR_AT = """(video, at) => new Promise((resolve) => {
  const draw = () => requestAnimationFrame(() => requestAnimationFrame(() => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0);
    resolve(Array.from(context.getImageData(9, 9, 1, 1).data.slice(0, 3)));
  }));
  video.pause();
  video.addEventListener("seeked", draw, { once: true });
  video.currentTime = at;
})"""
NOTE_URLS = """
  window.urls = [];
  const make = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) => { urls.push(make(blob)); return urls.at(-1); };
"""
SHOWS = """new Promise((resolve) => {
  const image = new Image();
  image.onload = () => resolve(true);
  image.onerror = () => resolve(false);
  image.src = urls[0];
})"""
STORED = """async () => [
  localStorage.length,
  sessionStorage.length,
  (await indexedDB.databases()).length,
  (await caches.keys()).length,
]"""


@pytest.fixture(scope="module")
def pieces() -> list[Piece]:
    return film(SECONDS)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    with console(tmp_path, cameras=(DOOR,)) as served:
        yield served


def _ranges(page: Page) -> list[str]:
    """Note from now on which parts of payloads the page asks for."""
    asked: list[str] = []
    page.on(
        "request",
        lambda request: (
            asked.append(request.headers.get("range", "all")) if "payload" in request.url else None
        ),
    )
    return asked


def _play(page: Page) -> Locator:
    page.get_by_role("button", name=PLAY).click()
    video = page.locator("video")
    expect(video).to_be_visible()
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.5")
    return video


def _close_to(colour: list[int], second: int) -> bool:
    wanted = COLOURS[second % len(COLOURS)]
    return all(abs(ours - theirs) < 40 for ours, theirs in zip(colour, wanted, strict=True))


def _range_of(served: Console, clip: TraceId, number: int) -> str:
    piece = served.house.clips.film(clip).pieces[number]
    return f"bytes={piece.at}-{piece.at + piece.size - 1}"


def test_a_clip_plays_and_is_seeked_in_while_it_is_sealed(
    served: Console, pieces: list[Piece]
) -> None:
    clip = keep_clip(served, pieces, hours=1)
    with browser(size=PHONE) as opened:
        page = opened.page(prf=None)
        asked = _ranges(page)
        sign_in(page, served.url)
        row = page.locator("[data-recording]")
        expect(row.locator(".line")).to_contain_text("Somebody")
        expect(row.locator(".line")).to_contain_text("0:20")
        video = _play(page)
        assert video.evaluate("v => [v.videoWidth, v.videoHeight, v.duration]") == [*SIZE, SECONDS]
        assert video.evaluate("v => v.getBoundingClientRect().right") <= PHONE[0]
        assert asked[0] == _range_of(served, clip, 0)
        assert len(asked) <= AHEAD_PIECES_MAX
        assert _close_to(video.evaluate(COLOUR_AT, 1.5), 1)
        asked.clear()
        # Into the piece before the last: it and the last are fetched, and nothing between.
        assert _close_to(video.evaluate(COLOUR_AT, SECONDS - 3.5), SECONDS - 4)
        page.wait_for_function("() => document.querySelector('video').buffered.length === 2")
        last = len(pieces) - 1
        assert asked == [_range_of(served, clip, number) for number in (last - 1, last)]
        page.wait_for_function(
            "end => document.querySelector('video').buffered.end(1) > end", arg=SECONDS - 0.2
        )
        video.evaluate("v => { v.currentTime = v.duration - 0.3; void v.play(); }")
        page.wait_for_function("() => document.querySelector('video').ended")
        assert _close_to(video.evaluate(COLOUR_AT, 0.5), 0)
        assert page.evaluate(STORED) == [0, 0, 0, 0]


def test_the_address_of_a_notification_leads_to_its_clip(
    served: Console, pieces: list[Piece]
) -> None:
    for hours in range(1, 9):
        served.keep(hours=hours)
    clip = keep_clip(served, pieces[:1], hours=10)
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        page.goto("about:blank")
        page.goto(f"{served.url}/today#{clip.hex()}")
        row = page.locator(f"[data-recording='{clip.hex()}']")
        expect(row).to_be_focused()
        expect(row).to_be_in_viewport()


def test_a_clip_plays_by_key_alone(served: Console, pieces: list[Piece]) -> None:
    keep_clip(served, pieces, hours=1)
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        page.locator("[data-recording]").focus()
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('video')?.currentTime > 0.5")
        page.locator("video").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("() => document.querySelector('video').currentTime > 5")
        page.locator("[data-recording]").focus()
        page.keyboard.press("Enter")
        expect(page.locator("video")).to_have_js_property("paused", value=True)


def test_small_pictures_show_once_the_key_is_there_and_their_addresses_lead_nowhere(
    served: Console, pieces: list[Piece]
) -> None:
    keep_clip(served, pieces[:1], still=jpeg(2), hours=1)
    without = keep_clip(served, pieces[:1], seen=(Seen.RING,), hours=2)
    with browser() as opened:
        page = opened.page(prf=None)
        page.add_init_script(NOTE_URLS)
        sign_in(page, served.url)
        pictures = page.locator(".still img")
        expect(pictures.first).to_have_js_property("naturalWidth", SIZE[0])
        other = page.locator(f"[data-recording='{without.hex()}'] img")
        expect(other).not_to_have_attribute("src", re.compile(""))
        assert page.evaluate("urls.length") == 1
        assert not page.evaluate(SHOWS)
        asked = [sent for sent in opened.sent if "stills" in sent]
        assert len(asked) == 1
        page.reload()  # so that nothing is unlocked
        expect(page.locator(".still").first).to_be_visible()
        expect(pictures.first).not_to_have_attribute("src", re.compile(""))
        assert len([sent for sent in opened.sent if "stills" in sent]) == 1


def test_a_clip_that_is_forgotten_is_gone_from_the_page(
    served: Console, pieces: list[Piece]
) -> None:
    clip = keep_clip(served, pieces, still=jpeg(), hours=1)
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        video = _play(page).element_handle()
        page.get_by_role("button", name=re.compile("^Forget: ")).click()
        page.get_by_role("dialog").get_by_role("button", name="Forget").click()
        row = page.locator("[data-recording]")
        expect(row).to_contain_text("Forgotten.")
        assert row.locator("video, img").count() == 0
        assert video is not None
        assert video.evaluate("v => [v.readyState, v.getAttribute('src')]") == [0, None]
        row.get_by_role("link", name="See the receipt").click()
        expect(page.get_by_role("heading", name="Receipts")).to_be_visible()
        expect(page.locator("[data-entry]").first).to_contain_text("Forgotten")
    assert clip not in {one.id for one in served.house.catalogue.recordings()}
    assert list(served.house.payloads.all(served.house.household.id)) == []


def test_a_clip_that_is_filmed_still_is_followed(served: Console, pieces: list[Piece]) -> None:
    house = served.house
    house.household = house.cameras.decide(Camera(DeviceId(DOOR.name), on=True))
    house.cameras.watch(DeviceId(DOOR.name), Filming())  # type: ignore[arg-type] # all that is asked
    utterance = house.catalogue.recording(keep_clip(served, pieces[:1], seconds=2)).utterance
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        video = _play(page)
        assert video.evaluate("v => v.duration") < PIECE_SECONDS + 1
        clip = house.clips.begin(utterance, house.clock())
        clip.film = house.clips.film(utterance.of)
        clip.add(pieces[1].data, pieces[1].begins, pieces[1].ends)
        page.wait_for_function("() => document.querySelector('video').currentTime > 2.5")


class Filming:
    """A camera that films."""

    state = CameraState.CONNECTED
    filming = True


def test_what_this_browser_cannot_play_can_be_saved(served: Console, tmp_path: Path) -> None:
    unplayable = film(4, codec="libx265", sound=False)
    keep_clip(served, unplayable, hours=1)
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        page.get_by_role("button", name=PLAY).click()
        expect(page.locator("[data-recording]")).to_contain_text("play no H.265")
        assert page.locator("video").count() == 0
        with page.expect_download() as waited:
            page.get_by_role("button", name="Save the film opened").click()
        assert re.fullmatch(r"\d{8}T\d{6}\.mp4", waited.value.suggested_filename)
        saved = Path(waited.value.path()).read_bytes()
    assert saved == b"".join(piece.data for piece in unplayable)


def test_a_piece_that_was_changed_is_not_shown(served: Console, pieces: list[Piece]) -> None:
    keep_clip(served, pieces, hours=1)

    def changed(route: Route) -> None:
        answer = route.fetch()
        body = bytearray(answer.body())
        body[100] ^= 1
        route.fulfill(response=answer, body=bytes(body))

    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        page.route("**/payload", changed)
        page.get_by_role("button", name=PLAY).click()
        expect(page.locator("[data-recording]")).to_contain_text("This cannot be opened")
        page.unroute("**/payload")
        _play(page)


def test_without_script_a_row_says_what_is_in_it(served: Console, pieces: list[Piece]) -> None:
    keep_clip(served, pieces[:1], hours=1)
    with closing(served.guardian()) as ada:
        assert "<span>Somebody</span>" in ada.get("/today").text
        german = ada.get("/today", headers={"accept-language": "de"})
        assert "<span>Jemand</span>" in german.text


def test_cameras_alone_are_shown_where_that_is_asked(served: Console, pieces: list[Piece]) -> None:
    served.keep(hours=1)
    clip = keep_clip(served, pieces[:1], hours=2)
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        expect(page.locator("[data-recording]")).to_have_count(2)
        page.get_by_label("Person").select_option("What cameras saw")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("[data-recording]")).to_have_count(1)
        expect(page.locator("[data-recording]")).to_have_attribute("data-recording", clip.hex())
