"""Staff join, ask and look in a real browser; what is granted plays there and lies nowhere."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.desk.desks import Home, Served, desk_at, home_at
from tests.needs import need
from tests.web.browser import DESK, PHONE, browser
from tests.web.films import SIZE, film, keep_clip
from tests.web.test_accessible import AXE, broken
from tests.web.test_shared import PLAYS
from unhear.desk.people import COMMAND_LINE
from unhear.household.staff import Role
from unhear.web import security

pytestmark = [pytest.mark.tools, pytest.mark.slow]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Home]]:
    folder = tmp_path_factory.mktemp("browser")
    with (
        pytest.MonkeyPatch.context() as patch,
        home_at(folder / "home", folder / "desk") as home,
        desk_at(folder / "desk", [home.place]) as served,
    ):
        patch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
        yield served, home


def join(page: Page, served: Served, role: Role, name: str) -> str:
    """Join as somebody who got a link; answer their id."""
    member, token = served.desk.people.invite(name, role)
    page.goto(f"{served.desk.origin}/join#{token}")
    page.get_by_role("button", name="Make a passkey").click()
    page.wait_for_url(re.compile("/(requests|looks|people)$"))
    return member.id


def ask(page: Page, served: Served, home: Home, ticket: str) -> None:
    page.goto(f"{served.desk.origin}/requests")
    page.get_by_text("Ask to see or hear something").click()
    page.get_by_label("Ticket").fill(ticket)
    page.get_by_label("Why, in words").fill("The doorbell does not ring")
    page.get_by_label("From (UTC)").fill("2020-01-01T00:00")
    page.get_by_label("Until (UTC)").fill("2120-01-01T00:00")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name=ticket)).to_be_visible()


def test_film_and_sound_play_below_a_watermark_and_lie_nowhere(
    both: tuple[Served, Home],
) -> None:
    served, home = both
    clip, sound = keep_clip(home.console, film(6)), home.console.keep()
    with browser(size=DESK) as opened:
        page = opened.page()
        staff = join(page, served, Role.SUPPORT, "Alex")
        recipient = served.desk.people.member(staff).recipient
        assert recipient is not None
        for ticket, recording, player, width in (
            ("T-1", clip, "video", SIZE[0]),
            ("T-2", sound, "audio", 0),
        ):
            ask(page, served, home, ticket)
            home.grant(recording, recipient)
            page.goto(f"{served.desk.origin}/granted")
            page.get_by_role("button", name=f"Look at {ticket}").click()
            media = page.locator(player)
            assert media.evaluate(PLAYS) == width
            mark = page.locator(".watermark span").first
            expect(mark).to_contain_text(re.compile(rf"Alex · {ticket} · \d{{4}}-\d\d-\d\d \d\d:"))
            assert "nodownload" in str(media.get_attribute("controlslist"))
            expect(page.get_by_role("status")).to_contain_text("stored nowhere")
            kept = page.evaluate("() => [localStorage.length, sessionStorage.length]")
            assert kept == [0, 0]
            assert page.evaluate("async () => (await indexedDB.databases()).length") == 0
            assert page.evaluate("async () => (await caches.keys()).length") == 0
        assert [one.seconds for one in served.desk.looks.all(staff)] == [2, 6]
        assert len(home.console.house.access.looks()) == 2
        again = page.get_by_role("button", name="Look at T-2")
        served.desk.people.suspend(staff, "asked about", COMMAND_LINE)
        again.click()
        expect(page.get_by_role("alert")).to_contain_text("Sign in first")
        assert page.locator("audio").count() == 0
        served.desk.people.reinstate(staff, COMMAND_LINE)
        page.goto(f"{served.desk.origin}/sign-in")
        page.get_by_role("button", name="Show your passkey").click()
        page.wait_for_url("**/requests")


def test_a_passkey_that_holds_no_key_is_not_taken(both: tuple[Served, Home]) -> None:
    served, _ = both
    member, token = served.desk.people.invite("Bo", Role.SUPPORT)
    with browser() as opened:
        page = opened.page(prf=False)
        page.goto(f"{served.desk.origin}/join#{token}")
        page.get_by_role("button", name="Make a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("This passkey can hold no key")
        assert str(token) not in page.url
    assert not served.desk.people.member(member.id).joined


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (DESK, True)], ids=["phone", "desk"])
def test_no_page_keeps_anybody_out(
    both: tuple[Served, Home], size: tuple[int, int], *, dark: bool
) -> None:
    need(AXE.is_file(), "axe-core is not installed: npm is missing")
    served, home = both
    source, found = AXE.read_text(), list[str]()

    def look(page: Page, path: str) -> None:
        page.goto(f"{served.desk.origin}{path}")
        for summary in page.locator("summary").all():
            summary.click()
        page.evaluate(source)
        found.extend(broken(page))
        wide = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
        found.extend([f"{path} is wider than the screen"] if wide else [])

    with browser(size=size, dark=dark) as opened:
        page = opened.page()
        for path in ("/sign-in", "/join", "/counts"):
            look(page, path)
        for role, paths in (
            (Role.RESEARCH, ("/requests", "/granted", "/approvals", "/history", "/account")),
            (Role.AUDITOR, ("/looks", "/looks?homes=1")),
            (Role.OPERATOR, ("/people",)),
        ):
            join(page, served, role, role.value.title())
            if role is Role.RESEARCH:
                ask(page, served, home, "R-1")
            for path in paths:
                look(page, path)
    assert found == []
