"""What the house learned is shown to guardians in a real browser, and forgotten from there."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.home import PASSPHRASE
from tests.learn.households import allow, explain, say
from tests.web.browser import browser
from tests.web.consoles import API, Console, console
from tests.web.test_today import sign_in
from unhear.forget.database import TraceKind
from unhear.forget.roots import open_tree
from unhear.household.learning import LEARNED_FOR, Subject
from unhear.household.words import PersonId
from unhear.learn.rows import put_learned
from unhear.learn.subjects import TAUGHT, VOCABULARY
from unhear.learn.trial import TRIED_MIN
from unhear.learn.vocabulary import said
from unhear.prove.receipt import Receipt, verify
from unhear.web import security
from unhear.web.pages.render import LANGUAGES, words_in

tools = pytest.mark.tools
HERE = set(TAUGHT) - {Subject.FLEET}
"""What a house learns about where no fleet is set."""

FORGET = "Forget: Learn at home"


@pytest.fixture(autouse=True)
def _many_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Console]:
    """A house that Ada taught words and what she means by some, and Jo a sentence."""
    with console(tmp_path) as served:
        served.keep()
        ada, jo = allow(served.house, "Ada"), allow(served.house, "Jo")
        say(served.house, ada, *["water the begonia please"] * TRIED_MIN)
        explain(served.house, ada, "cosy time please", "set a timer for 10 minutes")
        say(served.house, jo, "sing to the teapot")
        yield served


def person(served: Console, name: str) -> PersonId:
    found = served.house.household.named(name)
    assert found is not None
    return found.id


def recordings(served: Console) -> dict[str, int]:
    found = served.house.learning.standings()
    assert all(one.is_proved for one in found)
    return {one.subject.value: one.recordings for one in found if one.recordings}


def about(page: Page, subject: Subject) -> Locator:
    return page.locator(f"[data-subject={subject}]")


def later(served: Console) -> None:
    """Let so much time pass that nobody has proved lately who they are."""
    served.grow_stale()


@tools
def test_it_is_shown_of_whom_and_how_much_it_helps(served: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        page.get_by_role("navigation").get_by_role("link", name="Learning").click()
        expect(page.get_by_role("heading", name="Learning")).to_be_visible()
        assert page.locator("[data-subject]").count() == len(HERE)
        words = about(page, Subject.VOCABULARY)
        expect(words).to_contain_text("Learned from 11 recordings:")
        expect(words.get_by_role("listitem").filter(has_text="Ada: 10")).to_be_visible()
        expect(words.get_by_role("listitem").filter(has_text="Jo: 1")).to_be_visible()
        expect(words).to_contain_text("Just what these recordings make")
        rows = words.get_by_role("row")
        for row, (when, right) in enumerate(
            (("Before learning", 0), ("With what was learned", 10), ("Forgotten again", 0))
        ):
            expect(rows.nth(row)).to_contain_text(when)
            expect(rows.nth(row)).to_contain_text(f"{right} of 11")
        expect(about(page, Subject.PHRASINGS)).to_contain_text("It is too little to tell yet")
        listed = words.locator("details li").filter(has_text=re.compile("^begonia$"))
        expect(listed).to_be_hidden()
        words.get_by_text("Words this house listens for").focus()
        page.keyboard.press("Enter")
        expect(listed).to_be_visible()
        expect(words.locator("details")).not_to_contain_text("teapot")
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
        page.get_by_role("link", name="Where learning is allowed").click()
        expect(page.get_by_role("heading", name="Consent")).to_be_visible()


@tools
def test_what_somebody_taught_is_forgotten_and_the_receipts_are_there(served: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        page.goto(f"{served.url}/learning")
        page.get_by_text(FORGET).click()
        expect(page.get_by_text("There is no undo.")).to_be_visible()
        page.get_by_role("button", name="Forget what was learned of Ada").click()
        expect(page.get_by_role("heading", name="Receipts")).to_be_visible()
        assert recordings(served) == {"vocabulary": 1}
        for kind in ("erasure", "unlearning"):
            with page.expect_popup() as beside:
                page.locator(f"[data-kind={kind}]").get_by_role("button").click()
            expect(beside.value.get_by_text("✓ The receipt is genuine")).to_be_visible()
            beside.value.close()

        later(served)
        page.get_by_role("link", name="Learning").click()
        expect(about(page, Subject.PHRASINGS)).to_contain_text("Nothing is learned yet.")
        page.get_by_text(FORGET).click()
        expect(page.get_by_role("button", name="of Ada")).to_have_count(0)
        page.get_by_role("button", name="Forget all of it").click()
        page.get_by_label("Your passphrase").fill(PASSPHRASE)
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("heading", name="Receipts")).to_be_visible()
        assert recordings(served) == {}
        page.get_by_role("link", name="Learning").click()
        expect(page.get_by_text("Nothing is learned yet.")).to_have_count(len(HERE))
        expect(page.get_by_text(FORGET)).to_have_count(0)
    assert served.house.learning.hints() == ()
    assert len(served.house.catalogue.recordings()) == 1, "recordings stay"


def test_programs_are_told_the_same_and_get_both_receipts(served: Console) -> None:
    house, ada = served.house, person(served, "Ada")
    with closing(served.guardian()) as client:
        found = client.get(f"{API}/learning").json()
        words, phrasings = found["subjects"][:2]
        assert words["taught_by"] == {ada: 10, person(served, "Jo"): 1}
        assert words["helps"] == {"tried": 11, "before": 0, "after": 10, "forgotten": 0}
        assert (phrasings["recordings"], phrasings["helps"]) == (2, None)
        assert all(one["proved"] for one in found["subjects"])
        assert found["words"] == list(house.learning.hints())

        done = client.post(f"{API}/learning/forget", json={"person": ada}).json()
        for receipt in (done["forgotten"]["receipt"], done["unlearning"]):
            verify(Receipt.from_json(json.dumps(receipt)), house.ledger.key)
        assert done["unlearning"]["statement"]["erasure"] == done["forgotten"]["id"]
        left = client.get(f"{API}/learning").json()["subjects"]
        assert [one["recordings"] for one in left] == [1] + [0] * (len(HERE) - 1)
        voices = {"purpose": "identify", "everybody": True}
        assert client.post(f"{API}/learning/forget", json=voices).json()["unlearning"] is None


@pytest.mark.parametrize(
    ("path", "asked", "problem"),
    [
        ("/learning/forget", {}, "nothing-named"),
        ("/learning/forget", {"person": "nobody"}, "no-such-person"),
        ("/learning/forget", {"person": "unknown", "everybody": True}, "no-such-scope"),
        ("/learning/forget", {"purpose": "keep", "everybody": True}, "not-understood"),
        ("/learning/forget", {"everybody": True}, "step-up-needed"),
        ("/erasures", {"purpose": "improve"}, "step-up-needed"),
    ],
)
def test_what_is_wide_needs_a_fresh_proof_and_what_is_unclear_is_refused(
    served: Console, path: str, asked: dict[str, str | bool], problem: str
) -> None:
    before = recordings(served)
    with closing(served.guardian()) as client:
        later(served)
        told = client.post(API + path, json=asked).json()
        assert told["type"] == f"/problems/{problem}"
        client.headers["content-type"] = "application/x-www-form-urlencoded"
        form = {"csrf": client.headers["x-csrf"], "purpose": "improve"}
        assert client.post("/learning/forget", data=form).status_code == 403
    assert recordings(served) == before


def test_what_was_not_taught_is_said(served: Console) -> None:
    house = served.house
    forged = VOCABULARY.contribution.write(said("something nobody said"))
    with house.database.writing() as transaction:
        tree = open_tree(transaction, house.keeper)
        learned = (TraceKind.STATE, Subject.VOCABULARY)
        put_learned(transaction, tree, house.household.id, learned, forged)
    with closing(served.guardian()) as client:
        assert not client.get(f"{API}/learning").json()["subjects"][0]["proved"]
        assert "This is not what these recordings make" in client.get("/learning").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_subject_has_its_words(language: str) -> None:
    words = words_in(language)
    for table in ("subjects", "subjects_help", "subjects_right"):
        assert set(words.table(table)) == {subject.value for subject in Subject}
    assert set(words.table("purposes")) >= {purpose.value for purpose in LEARNED_FOR}
