"""Somebody signs in from a second browser: the first is told, sees it, and signs it out."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.home import PASSPHRASE
from tests.web.browser import DESK, Browser, browser
from tests.web.consoles import console
from tests.web.push_service import b64, new_recipient, push_service
from tests.web.test_moving import sign_in
from unhear.household.alerts import AlertKind, Subscription
from unhear.web import security

pytestmark = [pytest.mark.tools, pytest.mark.slow]


def test_the_first_browser_is_told_and_signs_the_second_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    who = new_recipient()
    with push_service() as service:
        house = tmp_path / "house"
        house.mkdir()
        (house / "settings.toml").write_text(f'push_services = ["{service.url}"]\n')
        with console(tmp_path) as served, browser(size=DESK) as first:
            started = first.context.browser
            assert started is not None
            page, other = first.page(prf=None), Browser(started.new_context()).page(prf=None)
            sign_in(page, served)
            ada = served.house.household.people[0].id
            served.house.household = served.house.family.set_subscription(
                Subscription(
                    id=b"first",
                    person=ada,
                    endpoint=f"{service.url}/push/first",
                    key=who.point,
                    auth=who.auth,
                    kinds=frozenset({AlertKind.TROUBLE}),
                    added_at=served.house.clock(),
                )
            )
            sign_in(other, served)
            told = json.loads(who.open(service.next().body))
            assert (told["kind"], told["path"]) == ("signed-in", "/sign-ins")
            page.goto(f"{served.url}/consent")
            expect(page.get_by_text(re.compile(r"Ada signed in .*Chrome on Linux"))).to_have_count(
                2
            )
            page.get_by_role("link", name="Where you are signed in").first.click()
            expect(page.get_by_role("heading", name="Sign-ins")).to_be_visible()
            cards = page.locator("[data-sign-in]")
            expect(cards).to_have_count(2)
            there = cards.filter(has_not=page.get_by_text("this browser"))
            there.get_by_role("button", name="Sign out there").click()
            expect(cards).to_have_count(1)
            other.get_by_role("link", name="Family").click()
            expect(other.get_by_label("Your name").first).to_be_attached()
            assert "/sign-in" in other.url
            page.get_by_role("link", name="Family").click()
            expect(page.get_by_role("heading", name="Family")).to_be_visible()
            assert not first.sent_out(PASSPHRASE.encode())
            assert b64(who.auth) not in page.content()


@pytest.mark.parametrize(
    ("language", "word", "said"),
    [("en-GB", "Save", "leaked passwords"), ("de-DE", "Speichern", "geleakter Passwörter")],
)
def test_a_leaked_passphrase_is_refused_in_the_browser(
    tmp_path: Path, language: str, word: str, said: str
) -> None:
    with console(tmp_path) as served, browser(language=language) as opened:
        page = opened.page(prf=None)
        page.goto(f"{served.url}/sign-in")
        page.locator("summary").first.click()
        page.locator("[data-with=passphrase] [name=guardian]").fill("Ada")
        page.locator("[data-with=passphrase] [name=passphrase]").fill(PASSPHRASE)
        page.locator("[data-with=passphrase] button").click()
        page.wait_for_url("**/today")
        before = served.house.identity
        assert not any("/static/weigh.js" in one for one in opened.sent)
        page.locator("header .who").click()
        page.locator("[data-module=passkeys] summary").click()
        page.locator("#new-passphrase").fill("Passw0rd!")
        page.get_by_role("button", name=word).first.click()
        expect(page.locator("[data-module=passkeys] [data-problem]")).to_contain_text(said)
        assert served.house.identity == before
        page.locator("#new-passphrase").fill("seven quiet rivers")
        page.get_by_role("button", name=word).first.click()
        expect(page.locator("#told")).to_contain_text("assphrase")
        page.wait_for_function("() => document.querySelector('#new-passphrase').value === ''")
        served.house.identity.open_with_passphrase("seven quiet rivers")
        sent = " ".join(opened.sent)
        assert any("/static/weigh.js" in one for one in opened.sent)
        assert "Passw0rd" not in sent
        assert "seven" not in sent
