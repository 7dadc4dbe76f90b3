"""Staff ask, a guardian listens and grants in a browser, the member opens it; and no more after."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pyrage
import pytest
from playwright.sync_api import Page, expect

from tests.home import PASSPHRASE
from tests.web.browser import browser
from tests.web.consoles import TONE, console
from tests.web.desks import OPERATOR, WHY, Desk, Member, Staffed
from tests.web.films import film, keep_clip
from tests.web.test_today import sign_in
from unhear.household.alerts import AlertKind
from unhear.web import security

pytestmark = pytest.mark.tools
ALEX = Member()


@pytest.fixture
def staffed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffed]:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    desk = Desk()
    with console(tmp_path, staff=desk.trusted) as served:
        desk.home = served.house.household.id.hex()
        client = httpx2.Client(base_url=served.url, trust_env=False, timeout=60)
        with closing(client), closing(served.guardian()) as ada:
            yield Staffed(served, desk, client, ada)


def _opened(staffed: Staffed, looked: dict[str, Any], grant: str) -> bytes:
    """Open what a grant holds with the age of others, and the member's own identity."""
    identity = pyrage.x25519.Identity.from_str(ALEX.identity.reveal())
    parts = []
    for piece in looked["pieces"]:
        at, size = piece["at"], piece["size"]
        part = staffed.asks("payload", ALEX, grant=grant, first=at, last=at + size - 1)
        header = urlsafe_b64decode(piece["header"] + "==")
        parts.append(pyrage.decrypt(header + part.content, [identity]))
    return b"".join(parts)


def _grants(staffed: Staffed) -> list[str]:
    found: list[str] = staffed.asks("requests", ALEX).json()["requests"][0]["grants"]
    return found


def _card(page: Page, request: str) -> Any:
    return page.locator(f'[data-request="{request}"]')


@pytest.mark.slow
def test_from_asking_to_no_more(staffed: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[AlertKind] = []
    alerting = staffed.served.house.alerting
    monkeypatch.setattr(alerting, "tell", lambda alert: told.append(alert.kind))
    sound, other = staffed.served.keep(), staffed.served.keep(device="porch")
    clip = keep_clip(staffed.served, film(4))
    request = staffed.request(ALEX, [sound, other, clip])
    assert told == [AlertKind.STAFF_ASKED]
    with browser() as opened:
        page = opened.page()
        sign_in(page, staffed.served.url)
        page.get_by_role("link", name="Access", exact=True).click()
        card = _card(page, request)
        expect(card).to_contain_text(f"Alex of {OPERATOR} asks to help you")
        for said in ("support", "123", WHY, "24 hours", "3 recordings fit"):
            expect(card).to_contain_text(said)
        row = card.locator(f'[data-recording="{sound.hex()}"]')
        row.get_by_role("button", name=re.compile("^Play")).click()
        expect(row.locator("blockquote")).to_be_visible()
        card.get_by_role("button", name="Grant what is chosen").click()
        expect(card.get_by_role("alert")).to_contain_text("Choose at least one recording")
        for one in (sound, clip):
            card.locator(f'[data-recording="{one.hex()}"]').get_by_role("checkbox").check()
        card.get_by_label("Let them in for").select_option("4")
        card.get_by_role("button", name="Grant what is chosen").click()
        expect(_card(page, request)).to_have_attribute("data-state", "granted")
        expect(page.locator("[data-grant]")).to_have_count(2)
        assert not opened.sent_out(
            staffed.served.house.identity.open_with_passphrase(PASSPHRASE).secret
        )
        grants = _grants(staffed)
        found = {}
        for grant in grants:
            looked = staffed.asks("headers", ALEX, grant=grant).json()
            found[looked["filmed"]] = (looked, grant)
        assert _opened(staffed, *found[False]) == TONE
        assert _opened(staffed, *found[True])[4:8] == b"ftyp"
        assert told[-2:] == [AlertKind.STAFF_LOOKED] * 2
        page.reload()
        looks = page.locator("[data-look]")
        expect(looks).to_have_count(2)
        listened = "Alex from support listened to 1 recording for ticket 123, 2 s"
        expect(page.locator("[data-looks]")).to_contain_text(listened)
        page.get_by_role("button", name="Take back what is shared with Alex").first.click()
        expect(page.locator("[data-grant]")).to_have_count(1)
        page.get_by_role("button", name="Take back what is shared with Alex").click()
        expect(page.locator("[data-grant]")).to_have_count(0)
        expect(looks).to_have_count(2)
        page.goto(f"{staffed.served.url}/receipts")
        expect(page.locator("[data-kind=look]").filter(has_text="ticket 123")).to_have_count(2)
        for grant in grants:
            for operation in ("headers", "payload"):
                answer = staffed.asks(operation, ALEX, grant=grant, first=0, last=0)
                assert answer.status_code == 403
    assert staffed.asks("requests", ALEX).json()["requests"][0]["state"] == "over"


@pytest.mark.slow
def test_a_guardian_refuses_with_a_word(staffed: Staffed) -> None:
    request = staffed.request(ALEX, [staffed.served.keep()])
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, staffed.served.url)
        page.goto(f"{staffed.served.url}/access")
        card = _card(page, request)
        card.get_by_label("A word to them").fill("Call me first.")
        card.get_by_role("button", name="Refuse").click()
        expect(_card(page, request)).to_have_attribute("data-state", "refused")
        expect(_card(page, request)).to_contain_text("Call me first.")
    assert staffed.asks("requests", ALEX).json()["requests"][0]["state"] == "refused"
