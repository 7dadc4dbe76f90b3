"""What guardians were asked to decide is listed for them, and asked no more where they say so."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.browser import browser
from tests.web.consoles import API, Console, console
from tests.web.test_accessible import AXE, broken
from tests.web.test_today import sign_in
from unhear.house.changes import Outcome
from unhear.household.consent import Choice, Waiting
from unhear.household.words import Purpose
from unhear.web import security

CONTACT = "ada@home.example"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """A house in which Ada was asked about Jo, by a method that takes its time."""
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    with console(tmp_path) as served:
        served.keep()
        house = served.house
        ada, jo = (house.household.named(name) for name in ("Ada", "Jo"))
        assert ada is not None
        assert jo is not None
        choice = Choice(jo.id, (Purpose.KEEP, Purpose.IMPROVE), ada.id)
        asked = Waiting("reference", choice, "signed form", CONTACT, house.clock(), "version")
        house.household = house.changes.make(lambda now: Outcome(replace(now, waiting=(asked,))))
        yield served


@pytest.mark.tools
def test_it_is_listed_and_dropped_in_the_browser(served: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        page.get_by_role("link", name="Consent").click()
        asked = page.locator("[data-asked]")
        expect(asked).to_contain_text("Ada was asked to decide for Jo:")
        expect(asked.get_by_role("listitem")).to_have_count(2)
        page.evaluate(AXE.read_text())
        assert broken(page) == []
        asked.get_by_role("button", name="Ask no more").click()
        expect(page.locator("[data-asked]")).to_have_count(0)
    assert served.house.family.read().waiting == ()


def test_programs_see_it_without_how_a_guardian_was_reached(served: Console) -> None:
    with closing(served.guardian()) as ada:
        found = ada.get(f"{API}/consents/asked")
        assert [one["purposes"] for one in found.json()] == [["keep", "improve"]]
        assert CONTACT not in found.text
        assert ada.delete(f"{API}/consents/asked/reference").status_code == 204
        assert ada.get(f"{API}/consents/asked").json() == []
        gone = ada.delete(f"{API}/consents/asked/reference")
        assert (gone.status_code, gone.json()["type"].rsplit("/")[-1]) == (404, "no-such-request")
