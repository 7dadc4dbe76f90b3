"""Two browsers, a desk and a home: asked at one, granted at the other, looked at, taken back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.desk.desks import desk_at, home_at
from tests.desk.test_in_a_browser import ask, join
from tests.home import PASSPHRASE
from tests.web.browser import DESK, browser
from tests.web.films import SIZE, film, keep_clip
from tests.web.test_shared import PLAYS, stranger
from tests.web.test_today import sign_in
from unhear.household.staff import Role
from unhear.web import security

pytestmark = [pytest.mark.tools, pytest.mark.slow]


def test_a_family_is_asked_lets_somebody_look_sees_that_and_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    with (
        home_at(tmp_path / "home", tmp_path / "desk") as home,
        desk_at(tmp_path / "desk", [home.place]) as served,
        browser(size=DESK) as opened,
    ):
        clip = keep_clip(home.console, film(6))
        staff = opened.page()
        join(staff, served, Role.SUPPORT, "Alex")
        ask(staff, served, home, "T-7")
        guardian = stranger(opened)
        sign_in(guardian, home.console.url)
        guardian.get_by_role("link", name="Access", exact=True).click()
        card = guardian.locator("[data-request]").first
        for said in ("Alex", "T-7", "The doorbell does not ring"):
            expect(card).to_contain_text(said)
        card.locator(f'[data-recording="{clip.hex()}"]').get_by_role("checkbox").check()
        card.get_by_role("button", name="Grant what is chosen").click()
        expect(card).to_have_attribute("data-state", "granted")
        staff.goto(f"{served.desk.origin}/granted")
        look = staff.get_by_role("button", name="Look at T-7")
        look.click()
        assert staff.locator("video").evaluate(PLAYS) == SIZE[0]
        expect(staff.locator(".watermark span").first).to_contain_text("Alex · T-7")
        guardian.reload()
        expect(guardian.locator("[data-looks]")).to_contain_text(
            re.compile("Alex from support .* for ticket T-7, 6 s")
        )
        secret = home.console.house.identity.open_with_passphrase(PASSPHRASE).secret
        assert not opened.sent_out(secret)
        guardian.get_by_role("button", name="Take back what is shared with Alex").click()
        expect(guardian.locator("[data-grant]")).to_have_count(0)
        look.click()
        expect(staff.get_by_role("alert")).to_contain_text("The home refuses")
        assert staff.locator("video").count() == 0
        staff.reload()
        expect(staff.get_by_text("Nothing is granted to you now")).to_be_visible()
        assert served.desk.requests.counts()[home.id] == {"looks": 1, "requests": 1, "grants": 1}
        assert clip.hex().encode() not in served.written()
