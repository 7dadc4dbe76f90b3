"""What was kept is played and forgotten in place, in a real browser, however much there is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from tests.home import PASSPHRASE, WORDS
from tests.web.browser import DESK, browser
from tests.web.consoles import Console, console
from unhear.web import security

pytestmark = pytest.mark.tools

MANY = 400
PATIENCE_SECONDS = 60
AT_THE_END = "() => innerHeight + scrollY >= document.documentElement.scrollHeight - 2"
"""A row that is added further below is in the document for a moment only."""

ROWS_MAX = 350


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
        with console(tmp_path_factory.mktemp("today")) as served:
            yield served


@contextmanager
def signed_in(served: Console, language: str = "en-GB") -> Iterator[Page]:
    with browser(language=language) as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        yield page


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.locator("summary").first.click()
    page.locator("[data-with=passphrase] [name=guardian]").fill("Ada")
    page.locator("[data-with=passphrase] [name=passphrase]").fill(PASSPHRASE)
    page.locator("[data-with=passphrase] button").click()
    page.wait_for_url("**/today")
    # The script's rows, which take the place of those that serve without it.
    page.locator("[data-recording] .actions").first.wait_for()


def test_a_recording_is_opened_and_heard_where_it_stands(served: Console) -> None:
    served.keep()
    with signed_in(served) as page:
        row = page.locator("[data-recording]").first
        row.get_by_role("button", name=re.compile("^Play")).click()
        expect(row.locator("blockquote")).to_have_text(WORDS)
        slider = row.get_by_role("slider", name="Where in the recording")
        expect(slider).to_have_attribute("aria-valuemax", "1.5")
        slider.focus()
        page.keyboard.press("ArrowRight")
        expect(slider).to_have_attribute("aria-valuetext", re.compile("0:01 / 0:01"))
        kept = page.evaluate("() => [localStorage.length, sessionStorage.length]")
        assert kept == [0, 0]
        assert page.evaluate("async () => (await indexedDB.databases()).length") == 0
        assert page.evaluate("async () => (await caches.keys()).length") == 0


def test_after_a_reload_nothing_opens_until_somebody_proves_who_they_are(served: Console) -> None:
    served.keep()
    with signed_in(served) as page:
        page.reload()
        page.get_by_role("button", name=re.compile("^Play")).first.click()
        page.get_by_label("Your passphrase").fill(PASSPHRASE)
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("blockquote")).to_have_text(WORDS)


@pytest.mark.parametrize("how", ["button", "key"])
def test_a_recording_is_forgotten_where_it_stands(served: Console, how: str) -> None:
    kept = served.keep(device="attic")
    with signed_in(served) as page:
        row = page.locator(f"[data-recording='{kept.hex()}']")
        if how == "button":
            row.get_by_role("button", name=re.compile("^Forget")).click()
        else:
            row.focus()
            page.keyboard.press("Delete")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("There is no undo")
        dialog.get_by_role("button", name="Cancel").click()
        assert served.house.catalogue.recording(kept).id == kept
        row.focus()
        page.keyboard.press("Delete")
        page.get_by_role("dialog").get_by_role("button", name="Forget").click()
        expect(row).to_contain_text("Forgotten.")
        row.get_by_role("link", name="See the receipt").click()
        expect(page.get_by_role("heading", name="Receipts")).to_be_visible()
    assert kept not in {one.id for one in served.house.catalogue.recordings()}


def test_a_receipt_is_checked_in_the_browser(served: Console) -> None:
    kept = served.keep()
    with signed_in(served) as page:
        page.locator(f"[data-recording='{kept.hex()}']").focus()
        page.keyboard.press("Delete")
        page.get_by_role("dialog").get_by_role("button", name="Forget").click()
        page.get_by_role("link", name="See the receipt").click()
        with page.context.expect_page() as beside:
            page.get_by_role("button", name="Check it here").first.click()
        expect(beside.value.get_by_text("The receipt is genuine")).to_be_visible()


def test_the_page_speaks_german(served: Console) -> None:
    served.keep()
    with signed_in(served, "de-DE") as page:
        expect(page.get_by_role("heading", name="Heute")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("^Abspielen")).first).to_be_visible()
        assert page.locator("html").get_attribute("lang") == "de"


def test_without_javascript_what_needs_no_key_works(served: Console) -> None:
    kept = served.keep(device="cellar")
    ada = served.guardian()
    ada.close()
    name, _, token = ada.headers["cookie"].partition("=")
    with browser(size=DESK, script=False) as opened:
        # A safe cookie; the browser takes this machine for as safe as TLS.
        secure = served.url.replace("http:", "https:")
        opened.context.add_cookies([{"name": name, "value": token, "url": secure, "secure": True}])
        page = opened.page(prf=None)
        page.goto(f"{served.url}/today?device=cellar")
        page.locator(f"[data-recording='{kept.hex()}']").get_by_role("button").click()
        expect(page.get_by_role("heading", name="Receipts")).to_be_visible()
        page.get_by_role("link", name="Keeping").click()
        expect(page.get_by_role("heading", name="Keeping")).to_be_visible()
    assert kept not in {one.id for one in served.house.catalogue.recordings()}


def test_a_long_timeline_scrolls_and_few_rows_are_in_the_page(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
        with console(tmp_path) as served:
            for number in range(MANY):
                served.keep(minutes=number)
            oldest = served.house.catalogue.recordings()[0]
            with signed_in(served) as page:
                rows = page.locator("[data-recording]")
                expect(rows.first).to_be_visible()
                last = page.locator(f"[data-recording='{oldest.id.hex()}']")
                most = 0
                until = monotonic() + PATIENCE_SECONDS
                while not (last.count() and page.evaluate(AT_THE_END)) and monotonic() < until:
                    page.mouse.wheel(0, 4_000)
                    most = max(most, rows.count())
                expect(last).to_be_attached()
                assert most < ROWS_MAX
                page.evaluate("() => scrollTo(0, 0)")
                expect(rows.first).to_be_visible()
            assert timedelta(minutes=MANY - 2) < served.house.clock() - oldest.utterance.heard_at
