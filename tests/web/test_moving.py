"""Moving between pages keeps the key in the browser, and what ends a session takes it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.home import PASSPHRASE, WORDS
from tests.web.browser import browser
from tests.web.consoles import Console, console
from tests.web.test_first_run import make_household
from unhear.keep import identity as identities
from unhear.web import security

pytestmark = pytest.mark.tools


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setattr(identities, "SCRYPT_LOG_N", 4)
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    with console(tmp_path) as served:
        yield served


def sign_in(page: Page, served: Console) -> None:
    page.goto(f"{served.url}/sign-in")
    page.get_by_text("With the passphrase", exact=True).click()
    form = page.locator("[data-with=passphrase]")
    form.get_by_label("Passphrase").fill(PASSPHRASE)
    form.get_by_label("Your name").fill("Ada")
    form.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def play(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Play")).first.click()


def prove(page: Page, proof: str) -> None:
    page.get_by_role("dialog").get_by_label("Your passphrase").fill(proof)
    page.get_by_role("dialog").get_by_role("button", name="Go on").click()


def grow_stale(served: Console) -> None:
    """Let every proof be as old as it may be, and a moment older."""
    served.grow_stale()


def test_pages_change_in_one_document_and_what_was_unlocked_stays_so(served: Console) -> None:
    served.keep()
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served)
        page.evaluate("() => { window.same = true; }")
        page.get_by_role("link", name="Devices").click()
        expect(page.get_by_role("heading", name="Devices", level=1)).to_be_focused()
        expect(page.locator("#told")).to_have_text("Devices · unhear")
        page.go_back()
        expect(page.get_by_role("heading", name="Today")).to_be_focused()
        play(page)
        expect(page.locator("blockquote")).to_have_text(WORDS)
        assert page.evaluate("() => window.same")


def test_who_signs_out_takes_the_key_along(served: Console) -> None:
    served.keep()
    with browser() as opened:
        page = opened.page(prf=False)
        sign_in(page, served)
        page.get_by_role("link", name="Ada").click()
        page.get_by_label("Name of the new passkey").fill("Phone")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_text("signs in; opens nothing")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("This passkey opens no recordings")
        play(page)
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.locator("blockquote").count() == 0
        prove(page, PASSPHRASE)
        expect(page.locator("blockquote")).to_have_text(WORDS)


def test_a_session_that_is_over_takes_the_key_along(served: Console) -> None:
    served.keep()
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served)
        # The script's rows: those that serve without it ask on a page of their own.
        page.locator("[data-recording] .actions").first.wait_for()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(served.house.sign_ins, "of", lambda _token: None)
            page.get_by_role("button", name=re.compile("^Forget")).first.click()
            page.get_by_role("dialog").get_by_role("button", name="Forget").click()
            expect(page.locator("#told")).to_have_text("Sign in first.")
        play(page)
        expect(page.get_by_role("dialog").get_by_label("Your passphrase")).to_be_visible()


def test_the_skip_link_loses_nothing(tmp_path: Path) -> None:
    with console(tmp_path, made=False) as served, browser() as opened:
        page = opened.page(prf=None)
        page.goto(served.url)
        page.get_by_label("Name of the household").fill("Testers")
        page.evaluate("() => { document.querySelector('.skip').click(); }")
        page.evaluate("() => { document.querySelector('.skip').click(); }")
        page.go_back()
        page.wait_for_load_state("networkidle")
        expect(page.get_by_label("Name of the household")).to_have_value("Testers")


def test_a_slider_says_what_it_stands_at(served: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served)
        page.get_by_role("link", name="Keeping").click()
        slider = page.get_by_label("Recordings stay")
        slider.fill("1")
        expect(page.locator("#days-shown")).to_have_text("1 day")
        slider.press("ArrowRight")
        expect(page.locator("#days-shown")).to_have_text("2 days")
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_role("button", name="Save").click()
        assert served.house.household.retention.days == 2


def test_a_proof_is_asked_for_until_it_is_right_and_nothing_is_done_before(
    served: Console,
) -> None:
    served.keep()
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served)
        grow_stale(served)
        page.get_by_text("Forget everything shown here").click()
        page.get_by_role("button", name="Forget everything", exact=True).click()
        prove(page, "some other words")
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("does not open")
        assert served.house.catalogue.extent()[0] == 1
        prove(page, PASSPHRASE)
        expect(page.get_by_role("heading", name="Receipts")).to_be_visible()
        assert served.house.catalogue.extent()[0] == 0
        assert PASSPHRASE not in " ".join(opened.sent)


def test_who_gives_no_proof_is_told_and_nothing_is_done(served: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served)
        grow_stale(served)
        page.get_by_role("link", name="Family").click()
        page.get_by_label("Name", exact=True).fill("Kim")
        page.get_by_role("button", name="Add", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("alert")).to_contain_text("Prove again who you are")
        assert served.house.household.named("Kim") is None


def test_who_lost_every_passkey_adds_one_by_the_recovery_phrase(tmp_path: Path) -> None:
    with console(tmp_path, made=False) as served:
        with browser() as opened:
            phrase = make_household(opened.page(), served.url)
        with browser() as opened:
            page = opened.page()
            page.goto(f"{served.url}/sign-in")
            page.get_by_text("With the recovery phrase").click()
            page.locator("[data-with=recovery]").get_by_label("Your name").fill("Ada")
            page.get_by_label("Recovery phrase").fill(phrase)
            page.locator("[data-with=recovery] button").click()
            expect(page.get_by_role("heading", name="Ada")).to_be_visible()
            page.reload()
            grow_stale(served)
            page.get_by_label("Name of the new passkey").fill("New phone")
            page.get_by_role("button", name="Add a passkey").click()
            prove(page, phrase.upper())
            expect(page.get_by_role("heading", name="New phone")).to_be_visible()
            assert served.house.household.passkeys[1].wrapped is not None
            # Any twelve letters are of two words at least: some words stand in addresses too.
            told = " ".join(opened.sent).lower()
            assert not any(phrase[at : at + 12] in told for at in range(40))
