"""A guardian decides in a browser what an agent asked for over HTTP."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import httpx2
import pytest
from playwright.sync_api import expect

from tests.web.agents import Agent, registered, trusting
from tests.web.browser import browser
from tests.web.consoles import TONE, Console, console
from tests.web.test_accessible import AXE, broken
from tests.web.test_taking import NO_PICKER, TAKE
from tests.web.test_today import sign_in
from unhear.web import security

pytestmark = pytest.mark.tools

ASK = "/v1/data-rights-request"
NAMED = "<b>Jo</b>"


@pytest.fixture
def agent() -> Agent:
    return Agent()


@pytest.fixture
def served(tmp_path: Path, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    with console(tmp_path, data_rights=trusting(agent)) as served:
        served.keep()
        yield served


def _status(client: httpx2.Client, asked: httpx2.Response) -> str:
    told: str = client.get(f"{ASK}/{asked.json()['request_id']}").json()["status"]
    return told


def test_a_copy_and_then_a_deletion(served: Console, agent: Agent) -> None:
    with registered(served, agent) as walnut, browser() as opened:
        copy = walnut.post(ASK, content=agent.request("access", name=NAMED))
        page = opened.page(prf=None)
        page.add_init_script(NO_PICKER)
        sign_in(page, served.url)
        page.get_by_role("link", name="Receipts").click()
        request = page.locator("[data-request]")
        expect(request).to_contain_text("Walnut asks for a copy for somebody")
        expect(request).to_contain_text(NAMED)
        page.evaluate(AXE.read_text())
        assert broken(page) == []
        request.get_by_role("button", name="Agree, and make the copy").click()
        with page.expect_download() as waited:
            page.get_by_role("button", name=TAKE).click()
        files = ZipFile(waited.value.path())
        (sound,) = (name for name in files.namelist() if name.endswith(".wav"))
        assert files.read(sound) == TONE
        assert NAMED.encode() in files.read("household/requests.json")
        assert _status(walnut, copy) == "in_progress"
        page.get_by_role("link", name="Receipts").click()
        request.get_by_role("button", name="I have handed the copy over").click()
        expect(request).to_contain_text("done")
        assert _status(walnut, copy) == "fulfilled"

        deletion = walnut.post(ASK, content=agent.request("deletion"))
        page.get_by_role("link", name="Status").click()
        page.get_by_role("link", name="Receipts").click()
        page.get_by_role("button", name="Agree, and delete now").click()
        expect(page.locator("[data-entry]").first).to_contain_text("Forgotten")
        assert _status(walnut, deletion) == "fulfilled"
        assert served.house.catalogue.extent()[0] == 0


def test_a_guardian_says_no_without_scripts_in_german(served: Console, agent: Agent) -> None:
    with registered(served, agent) as walnut, browser(script=False, language="de-DE") as opened:
        asked = walnut.post(ASK, content=agent.request())
        page = opened.page(prf=None)
        with closing(served.guardian()) as ada:
            name, _, value = ada.headers["cookie"].partition("=")
        secure = served.url.replace("http:", "https:")
        opened.context.add_cookies([{"name": name, "value": value, "url": secure, "secure": True}])
        page.goto(f"{served.url}/receipts")
        page.get_by_label("Warum nicht").select_option("Es sieht nach Betrug aus")
        page.get_by_role("button", name="Ablehnen").click()
        expect(page.locator("[data-request]")).to_contain_text(re.compile("abgelehnt: .*Betrug"))
        assert _status(walnut, asked) == "denied"
