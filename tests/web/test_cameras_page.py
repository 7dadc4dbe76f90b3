"""A guardian decides about cameras on their pages, with script and without."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser import DESK, browser
from tests.web.consoles import Console, console
from tests.web.films import jpeg
from tests.web.test_today import sign_in
from unhear.house.watched import CameraState
from unhear.household.cameras import Area, Hours, Mode
from unhear.household.words import DeviceId
from unhear.settings import CameraSettings
from unhear.web import security

pytestmark = pytest.mark.tools

DOOR, GARDEN = DeviceId("front door"), DeviceId("garden & more")
CAMERAS = tuple(
    CameraSettings(name=name, address="rtsp://127.0.0.1:1/camera") for name in (DOOR, GARDEN)
)


class Watched:
    """A camera at work."""

    state = CameraState.CONNECTED
    filming = False

    def picture(self) -> bytes | None:
        return jpeg(1)


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watched: Watched) -> Iterator[Console]:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    with console(tmp_path, cameras=CAMERAS) as served:
        served.keep()
        served.house.cameras.watch(DOOR, watched)  # type: ignore[arg-type] # as far as it is needed
        yield served


def _cameras(page: Page, served: Console) -> None:
    sign_in(page, served.url)
    page.get_by_role("link", name="Cameras").click()
    expect(page.get_by_role("heading", name="Cameras", exact=True)).to_be_visible()


def test_a_new_camera_is_off_and_the_light_says_when_one_keeps_film(
    served: Console, watched: Watched
) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        _cameras(page, served)
        card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=DOOR))
        expect(card).to_contain_text("It is there")
        expect(card).to_contain_text("Switched off: it keeps nothing.")
        expect(page.get_by_text("whoever films more than their own home")).to_be_visible()
        other = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=GARDEN))
        expect(other).to_contain_text("It is away")
        card.get_by_role("button", name="Switch on").click()
        expect(card).to_contain_text("Switched on. What it films stays 3 days.")
        assert served.house.household.camera(DOOR).on
        watched.filming = True
        expect(card).to_contain_text("It is keeping film now")
        expect(card.locator("[data-filming=true] .lamp")).to_be_visible()
        watched.filming, watched.state = False, CameraState.REFUSED
        expect(card).to_contain_text("It refuses the name and password in the settings")
        page.get_by_role("button", name="Away").click()
        expect(page.get_by_role("button", name="Away")).to_have_attribute("aria-pressed", "true")
        assert served.house.household.mode is Mode.AWAY


def test_what_a_camera_keeps_and_when_is_decided(served: Console) -> None:
    with browser(size=DESK) as opened:
        page = opened.page(prf=None)
        _cameras(page, served)
        page.get_by_role("link", name=f"Open {GARDEN}").click()
        page.get_by_label("Switched on").check()
        days = page.get_by_label("What it films stays")
        days.fill("14")
        expect(page.get_by_text("14 days")).to_be_visible()
        page.get_by_label("How little must move").fill("75")
        expect(page.get_by_text("75 %")).to_be_visible()
        page.get_by_label("People and rings alone").check()
        page.get_by_label("Sound too").check()
        page.get_by_label("It stands indoors").check()
        page.get_by_label("At home").uncheck()
        page.get_by_label("From").fill("22:30")
        page.get_by_label("Until").fill("06:00")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_label("From")).to_have_count(2)
        camera = served.house.household.camera(GARDEN)
        assert (camera.on, camera.indoors, camera.people_only, camera.hears) == (True,) * 4
        assert (camera.days, camera.sensitivity) == (14, 0.75)
        assert camera.modes == {Mode.AWAY, Mode.NIGHT}
        assert camera.hours == (Hours(22 * 60 + 30, 6 * 60),)


def test_areas_are_drawn_on_what_it_shows_and_written_as_numbers(served: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        _cameras(page, served)
        page.get_by_role("link", name=f"Open {DOOR}").click()
        page.get_by_role("button", name="Show the picture").click()
        drawing = page.locator(".canvas svg")
        expect(page.locator(".canvas img")).to_have_js_property("complete", value=True)
        box = drawing.bounding_box()
        assert box is not None
        width, height = box["width"], box["height"]
        page.mouse.move(box["x"] + width / 2, box["y"] + height / 2)
        page.mouse.down()
        page.mouse.move(box["x"] - 50, box["y"] + height / 4, steps=5)
        page.mouse.up()
        expect(drawing.locator("rect.private")).to_have_count(1)
        page.get_by_role("button", name="Add an area").click()
        page.keyboard.press("ArrowDown")
        for number in ("10", "20", "30.5", "40"):
            page.keyboard.press("Tab")
            page.keyboard.type(number)
        expect(drawing.locator("rect.watched")).to_have_attribute("width", "20.5")
        page.get_by_role("button", name="Save the areas").click()
        expect(page.locator("[data-area]")).to_have_count(3)
        camera = served.house.household.camera(DOOR)
        (private,) = camera.private
        assert (private.left, private.right, private.bottom) == (0, 0.5, 0.5)
        assert private.top == pytest.approx(0.25, abs=0.02)
        assert camera.watched == (Area(0.1, 0.2, 0.305, 0.4),)
        page.get_by_role("button", name="Remove").first.click()
        with page.expect_response("**/camera/areas"):
            page.get_by_role("button", name="Save the areas").click()
        expect(page.locator("[data-area]")).to_have_count(2)
        assert served.house.household.camera(DOOR).private == ()


def test_a_camera_that_is_away_has_no_picture_to_draw_on(served: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        _cameras(page, served)
        page.get_by_role("link", name=f"Open {GARDEN}").click()
        page.get_by_role("button", name="Show the picture").click()
        expect(page.get_by_role("alert").filter(has_text="shows nothing now")).to_be_visible()


def test_without_script_the_same_is_decided(served: Console) -> None:
    with closing(served.guardian()) as ada:
        csrf = {"csrf": served.csrf(ada)}
        change = {**csrf, "name": DOOR, "days": 30, "sensitivity": 20, "on": "on", "mode": "night"}
        assert ada.post("/camera/change", data=change).status_code == 303
        assert ada.post("/camera/change", data={**change, "days": 181}).status_code == 422
        assert ada.post("/camera/change", data={**change, "csrf": "x"}).status_code == 403
        camera = served.house.household.camera(DOOR)
        assert (camera.days, camera.modes) == (30, frozenset({Mode.NIGHT}))
        edges = {"left": ["1", ""], "top": ["2", ""], "right": ["3", ""], "bottom": ["4,5", ""]}
        areas = {**csrf, "name": DOOR, "kind": ["private", "watched"], **edges}
        assert ada.post("/camera/areas", data=areas).status_code == 303
        assert served.house.household.camera(DOOR).private == (Area(0.01, 0.02, 0.03, 0.045),)
        wrong = {**areas, "left": ["9", ""]}
        assert ada.post("/camera/areas", data=wrong).status_code == 422
        assert ada.post("/cameras/switch", data={**csrf, "name": DOOR}).status_code == 303
        assert not served.house.household.camera(DOOR).on
        assert ada.post("/cameras/switch", data={**csrf, "name": "nowhere"}).status_code == 404
        assert ada.post("/cameras/mode", data={**csrf, "mode": "night"}).status_code == 303
        assert served.house.household.mode is Mode.NIGHT
        assert ada.get("/camera", params={"name": "nowhere"}).status_code == 404
    with closing(served.client()) as stranger:
        assert stranger.get("/cameras").status_code == 303
