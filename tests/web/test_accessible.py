"""Every page, in both languages and both schemes, on a phone and a desk, breaks no rule of axe."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.learn.households import allow, say
from tests.needs import need
from tests.web.browser import DESK, PHONE, browser
from tests.web.consoles import Console, console
from tests.web.desks import WHY, Desk, Member
from tests.web.films import film, jpeg, keep_clip
from tests.web.test_today import sign_in
from unhear.house.grants import Terms
from unhear.keep import age
from unhear.learn.trial import TRIED_MIN
from unhear.settings import CameraSettings
from unhear.web import security

pytestmark = pytest.mark.tools

AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
DOOR = CameraSettings(name="front door", address="rtsp://127.0.0.1:1/door", speaker="hall")
SHELF = CameraSettings(name="shelf", address="browser:")
DESK_OF_STAFF = Desk()
PAGES = (
    "today",
    "talk",
    "family",
    "consent",
    "learning",
    "devices",
    "cameras",
    "camera?name=front%20door",
    "camera?name=shelf",
    "keeping",
    "receipts",
    "access",
    "status",
    "account",
    "sign-ins",
    "pair",
    "notice",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
        folder, staff = tmp_path_factory.mktemp("accessible"), DESK_OF_STAFF.trusted
        with console(folder, cameras=(DOOR, SHELF), staff=staff) as served:
            keep_clip(served, film(2), still=jpeg(), hours=1)
            served.keep()
            ada = allow(served.house, "Ada")
            say(served.house, ada, *["water the begonia please"] * TRIED_MIN)
            yield served


def share(served: Console) -> None:
    """Share a recording, let staff look and ask again, so that the pages list it."""
    house = served.house
    desk, alex = DESK_OF_STAFF, Member()
    desk.home, reception = house.household.id.hex(), house.reception
    assert reception is not None
    kept = house.catalogue.recordings()[-1]
    wanted: dict[str, Any] = {"purpose": "support", "ticket": "1", "why": WHY, "hours": 2}
    for looks in (True, False):
        asked = desk.wants("ask", alex, **wanted, recordings=[kept.id.hex()])
        request = reception.ask(asked["message"], asked["signature"])
        if looks:
            sealed = age.seal(b"", [alex.identity.recipient])[0]
            someone = house.household.people[0].id
            (grant,) = house.access.grant(someone, request, [(kept.id, [sealed])]).grants
            opened = desk.wants("headers", alex, grant=grant.hex())
            reception.headers(opened["message"], opened["signature"])
    header = age.seal(b"", [age.Identity.generate().recipient])[0]
    ada, recording = house.household.people[0].id, house.catalogue.recordings()[-1].id
    house.grants.make(ada, recording, [header], Terms("the neighbour", "her bicycle", 2))


def broken(page: Page) -> list[str]:
    """Answer the rules that the page breaks, and where."""
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run()).violations")
    return [f"{page.url} {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.mark.parametrize(
    ("size", "language", "dark"),
    [(PHONE, "en-GB", False), (PHONE, "de-DE", True), (DESK, "en-GB", True)],
    ids=["phone, light", "phone, German, dark", "desk, dark"],
)
def test_no_page_keeps_anybody_out(
    served: Console, size: tuple[int, int], language: str, *, dark: bool
) -> None:
    need(AXE.is_file(), "axe-core is not installed: npm is missing")
    source = AXE.read_text()
    found: list[str] = []
    with browser(size=size, language=language, dark=dark) as opened:
        page = opened.page(prf=None)
        page.goto(f"{served.url}/sign-in")
        page.evaluate(source)
        found += broken(page)
        share(served)
        page.goto(f"{served.url}/shared/{'0' * 32}")
        page.evaluate(source)
        found += broken(page)
        sign_in(page, served.url)
        page.get_by_role("button", name=re.compile("^(Share|Teilen)")).first.click()
        page.evaluate(source)
        found += broken(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name=re.compile("^(Play|Abspielen)")).first.click()
        page.locator("canvas").wait_for()
        page.get_by_role("button", name=re.compile("^(Play|Abspielen)")).last.click()
        page.locator("video").wait_for()
        page.evaluate(source)
        found += broken(page)
        page.goto(f"{served.url}/cameras")
        page.locator("form[action='/cameras/pair'] [name=name]").fill("shelf")
        page.locator("form[action='/cameras/pair'] button").click()
        code = page.locator(".code").inner_text()
        page.evaluate(source)
        found += broken(page)
        page.goto(f"{served.url}/pair#{code}")
        page.get_by_role("button").click()
        page.locator("[data-module=filming]").wait_for()
        page.evaluate(source)
        found += broken(page)
        for name in PAGES:
            page.goto(f"{served.url}/{name}")
            for summary in page.locator("summary").all()[:4]:
                summary.click()
            page.evaluate(source)
            found += broken(page)
    assert found == []


def test_the_first_page_keeps_nobody_out(tmp_path: Path) -> None:
    need(AXE.is_file(), "axe-core is not installed: npm is missing")
    with console(tmp_path, made=False) as empty, browser() as opened:
        page = opened.page(prf=None)
        page.goto(empty.url)
        page.get_by_text("Use a passphrase instead").click()
        page.evaluate(AXE.read_text())
        assert broken(page) == []
