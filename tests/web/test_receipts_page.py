"""The receipts page in a real browser: every kind, narrowed down, verified, and downloaded."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.cli.program import unhear
from tests.web.browser import browser
from tests.web.consoles import Console, console
from tests.web.test_today import sign_in
from unhear.household.consent import Choice
from unhear.household.methods import Verified
from unhear.household.words import PersonId, Purpose
from unhear.web import security
from unhear.web.api import receipts as api

pytestmark = pytest.mark.tools

CONSENTS = {"consent", "consent-renewed", "consent-refused", "consent-withdrawn", "consent-lapsed"}


@pytest.fixture(autouse=True)
def _many_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Console]:
    with console(tmp_path) as served:
        served.keep()
        yield served


def _person(served: Console, name: str) -> PersonId:
    person = served.house.household.named(name)
    assert person is not None
    return person.id


def _say(served: Console) -> None:
    """Say yes, yes again and no for Mia, and no for Jo."""
    mia, ada, jo = (_person(served, name) for name in ("Mia", "Ada", "Jo"))
    consents = served.house.consents
    for _ in range(2):
        consents.give(Choice(mia, (Purpose.KEEP,), ada), Verified("terminal"))
    consents.stop(mia, Purpose.KEEP, ada)
    served.house.household = consents.stop(jo, Purpose.SHARE, ada)


def _kinds(page: Page) -> list[str]:
    cards = page.locator("[data-entry]")
    return [str(cards.nth(n).get_attribute("data-kind")) for n in range(cards.count())]


def test_what_a_guardian_does_in_the_browser_is_there_to_be_verified(
    served: Console, tmp_path: Path
) -> None:
    _say(served)
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        page.get_by_role("button", name="Play: ").first.click()
        expect(page.locator("blockquote")).to_be_visible()
        page.get_by_role("button", name="Forget: ").first.click()
        page.get_by_role("dialog").get_by_role("button", name="Forget").click()
        page.get_by_role("link", name="See the receipt").click()
        expect(page.get_by_role("heading", name="Receipts")).to_be_visible()
        assert _kinds(page)[:2] == ["erasure", "look"]
        assert set(_kinds(page)) == {"erasure", "look", *CONSENTS} - {"consent-lapsed"}
        expect(page.locator("[data-kind=look]")).to_contain_text("Ada. Kept things: 1, opened.")
        expect(page.locator("[data-kind=consent-refused]")).to_contain_text("For Jo")
        for kind in ("look", "consent-refused", "consent-renewed", "erasure"):
            with page.expect_popup() as beside:
                page.locator(f"[data-kind={kind}]").get_by_role("button").click()
            verdict = beside.value
            expect(verdict.get_by_text("✓ The receipt is genuine")).to_be_visible()
            expect(verdict.get_by_text("The opening shows what these fields hide")).to_be_visible()
            verdict.close()
        for number, kind in enumerate(("look", "consent-withdrawn")):
            with page.expect_download() as saved:
                page.locator(f"[data-kind={kind}]").get_by_role("link", name="Download").click()
            file = tmp_path / f"{number}.json"
            saved.value.save_as(file)
            key = str(served.house.ledger.key)
            assert unhear(tmp_path, "verify", str(file), "--key", key)["statement"]["kind"] == kind
            broken = json.loads(file.read_text())
            broken["opening"]["person"]["item"] = b"somebody else".hex()
            file.write_text(json.dumps(broken))
            error = unhear(tmp_path, "verify", str(file), "--key", key, code=1)
            assert "another person" in json.dumps(error)


def test_receipts_are_narrowed_down_by_kind_and_come_in_pages(
    served: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    _say(served)
    monkeypatch.setattr(api.page_of, "__defaults__", (3,))
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        page.goto(f"{served.url}/receipts")
        page.get_by_label("What about").select_option("consent")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page).to_have_url(re.compile("kind=consent"))
        seen: list[str] = []
        while True:
            entries = page.locator("[data-entry]")
            numbers = [
                str(entries.nth(n).get_attribute("data-entry")) for n in range(entries.count())
            ]
            assert set(_kinds(page)) <= CONSENTS
            seen += numbers
            older = page.get_by_role("link", name="Older receipts")
            if older.count() == 0:
                break
            assert len(numbers) == 3
            older.click()
            expect(page.locator(f"[data-entry='{numbers[-1]}']")).to_have_count(0)
        assert [int(one) for one in seen] == sorted(map(int, seen), reverse=True)
        assert len(set(seen)) == len(seen) == 4 + len(served.house.household.consents)
        page.get_by_label("What about").select_option("look")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.get_by_text("There is no receipt yet.")).to_be_visible()


def test_a_cursor_that_is_none_is_refused(served: Console) -> None:
    client = served.guardian()
    for cursor in ("", "1", "a.b", "1.", "-1.2", "9" * 40 + ".1", "²·1"):
        answer = client.get("/api/v1/receipts", params={"before": cursor})
        assert answer.status_code == 422, cursor
    page = client.get("/api/v1/receipts", params={"limit": 1, "kind": "consent"}).json()
    assert len(page["receipts"]) == 1
    rest = client.get("/api/v1/receipts", params={"before": page["next"]}).json()
    assert rest["receipts"][0]["entry"] < page["receipts"][0]["entry"]
    client.close()
