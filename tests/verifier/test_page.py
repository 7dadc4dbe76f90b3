"""The page verifies in a real browser what the verifier in one file verifies, and says the same."""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from playwright.sync_api import Page, sync_playwright

import unhear.verifier
from tests.needs import need_program
from tests.prove.memory import receipt
from tests.verifier.alone import ALONE
from tests.verifier.receipts import (
    LOG,
    NEWER,
    SMALL_CLAIMS,
    STRANGER,
    WITNESSES,
    Case,
    cases,
    cosigned,
    issued,
    signed_as_it_is,
)
from tests.verifier.vectors import Vector, vectors
from unhear.prove.statement import leaf_of, statement_of

pytestmark = pytest.mark.tools

FILE = Path(unhear.verifier.__path__[0]) / "verify.html"
GENUINE, REFUSED, UNCHECKED = "✓ The receipt is genuine", "✗ Refused", "Not checked"
DATA = receipt().to_json().encode()
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}

VERDICT = """async ([receipt, log, witnesses]) => {
  const bytes = Uint8Array.from(atob(receipt), (character) => character.charCodeAt(0));
  try {
    return await verifyReceipt(bytes, log, witnesses);
  } catch (error) {
    if (error instanceof Refused || error instanceof Unchecked) return { ok: false };
    return { ok: String(error) };
  }
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    chromium = need_program("chromium")
    with sync_playwright() as playwright:
        # Chromium's own sandbox cannot be built by root, who runs the tests in CI.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type] # a dict of two numbers
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(FILE.as_uri())
        yield page
        assert set(asked) <= {FILE.as_uri()}, "the page asked for something"
        assert said == []
        browser.close()


def _asked(page: Page, case: Case) -> Any:
    given_to_it = [b64encode(case.data).decode(), case.log, list(case.witnesses)]
    return page.evaluate(VERDICT, given_to_it)


def _alone(case: Case) -> Any:
    try:
        log = ALONE.parse_key(case.log, ALONE.LOG)
        witnesses = [ALONE.parse_key(key, ALONE.WITNESS) for key in case.witnesses]
        return ALONE.verify(case.data, log, witnesses)
    except ALONE.Refused:
        return {"ok": False}


def _fill(page: Page, data: bytes, key: str = LOG, witnesses: str = "") -> None:
    page.goto(FILE.as_uri())
    page.get_by_label("The log's key").fill(key)
    page.get_by_label("Keys of witnesses").fill(witnesses)
    page.get_by_label("Receipt file").set_input_files(
        {"name": "receipt.json", "mimeType": "application/json", "buffer": data}
    )


@given(cases())
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_agrees_about_drawn_receipts(page: Page, case: Case) -> None:
    verdict = _asked(page, case)
    assert verdict["ok"] is case.genuine
    if case.genuine:
        expected = _alone(case)
        assert {name: verdict[name] for name in expected} == expected


@pytest.mark.slow
@given(cases())
@settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_agrees_about_five_thousand(page: Page, case: Case) -> None:
    assert _asked(page, case)["ok"] is case.genuine


@pytest.mark.parametrize("name", NEWER)
def test_it_says_the_same_of_what_only_a_newer_unhear_states(page: Page, name: str) -> None:
    case = Case(replace(signed_as_it_is(NEWER[name]), opening=None).to_json().encode())
    verdict, expected = _asked(page, case), _alone(case)
    assert {name: verdict[name] for name in expected} == expected
    _fill(page, case.data)
    page.get_by_text(leaf_of(NEWER[name]).decode(), exact=True).wait_for()


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: str(vector.name))
def test_it_agrees_with_every_vector(page: Page, vector: Vector) -> None:
    case = Case(vector.receipt.encode(), vector.log, vector.witnesses)
    assert _asked(page, case)["ok"] is vector.ok


@pytest.mark.parametrize("kind", SMALL_CLAIMS)
def test_it_says_the_same_of_every_kind(page: Page, kind: str) -> None:
    case = Case(issued(statement_of(SMALL_CLAIMS[kind])).to_json().encode())
    assert _asked(page, case)["proves"] == _alone(case)["proves"]


def test_a_chosen_receipt_is_checked_and_shown(page: Page) -> None:
    _fill(page, cosigned(receipt(), 1).to_json().encode(), witnesses=f"{WITNESSES[0]}\n\n")
    page.get_by_role("heading", name=GENUINE).wait_for()
    assert page.evaluate("document.activeElement.textContent") == GENUINE
    shown = page.get_by_role("main").inner_text()
    for said in (
        "entry 5 of 7",
        "witness.example saw the log in that state at 2027-01-15T08:00:00Z",
        "Its operator states: 2-9 kept thing(s)",
        "That nobody copied a recording before",
        "unhear.local/test, key 933bf213",
        "an answer already spoken",
        "Chosen: receipt.json",
    ):
        assert said in shown


def test_a_pasted_receipt_is_checked_with_the_keyboard_alone(page: Page) -> None:
    page.goto(FILE.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "file"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(receipt().to_json())
    page.keyboard.press("Tab")
    page.keyboard.insert_text(LOG)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=GENUINE).wait_for()


def test_a_dropped_receipt_is_checked(page: Page) -> None:
    page.goto(FILE.as_uri())
    page.get_by_label("The log's key").fill(LOG)
    transfer = page.evaluate_handle(
        "(text) => { const data = new DataTransfer();"
        "data.items.add(new File([text], 'dropped.json')); return data; }",
        receipt().to_json(),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
    page.get_by_role("heading", name=GENUINE).wait_for()


@pytest.mark.parametrize("longer", range(3))
def test_a_receipt_that_is_brought_behind_the_address_is_checked(page: Page, longer: int) -> None:
    text = urlsafe_b64encode(DATA + b" " * longer).decode().rstrip("=")
    page.goto("about:blank")
    page.goto(f"{FILE.as_uri()}#{urlencode({'receipt': text, 'key': LOG})}")
    page.get_by_role("heading", name=GENUINE).wait_for()
    assert page.url == FILE.as_uri()


WRONG: dict[str, tuple[Case, str, str]] = {
    "key": (Case(DATA, STRANGER), REFUSED, "not signed by the log's key"),
    "unseen": (Case(DATA, LOG, WITNESSES[:1]), REFUSED, "witness.example did not cosign"),
    "changed": (Case(DATA.replace(b"2-9", b"1")), REFUSED, "not in the log"),
    "text": (Case(b"hello"), REFUSED, "this is not JSON"),
    "mistyped": (Case(DATA, LOG[:-1]), UNCHECKED, "A key cannot be used"),
    "witness": (Case(DATA, WITNESSES[0]), UNCHECKED, "no key of type 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said(page: Page, name: str) -> None:
    case, headline, said = WRONG[name]
    _fill(page, case.data, case.log, "\n".join(case.witnesses))
    page.get_by_role("heading", name=headline).wait_for()
    assert said in page.locator("#result").inner_text()


def test_without_receipt_or_key_it_asks_for_them(page: Page) -> None:
    page.goto(FILE.as_uri())
    page.get_by_role("button", name="Check").click()
    assert "Choose a receipt first" in page.locator("#result").inner_text()
    _fill(page, DATA, key="")
    page.get_by_role("button", name="Check").click()
    page.get_by_text("without it a receipt proves nothing").wait_for()


def test_a_browser_without_ed25519_is_told_so(page: Page) -> None:
    page.goto(FILE.as_uri())
    page.evaluate("void (crypto.subtle.importKey = () => Promise.reject(new DOMException('no')))")
    page.get_by_label("The log's key").fill(LOG)
    page.get_by_text("Paste it instead").click()
    page.get_by_label("The receipt as text").fill(receipt().to_json())
    page.get_by_role("button", name="Check").click()
    page.get_by_text("This browser cannot check Ed25519 signatures").wait_for()
    page.reload()  # and takes the change back


@pytest.mark.parametrize("size", [PHONE, DESK, {"width": 320, "height": 568}])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_can_be_read_on_every_screen(page: Page, size: Any, scheme: Any) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    _fill(page, DATA)
    page.get_by_role("heading", name=GENUINE).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for inner in ("p", "dt", "dd", "code", "li", "label span", "button", ".genuine"):
        assert page.evaluate(CONTRAST, inner) >= 4.5, inner


CONTRAST = """(selector) => {
  const luminance = (color) => {
    const [r, g, b] = color.match(/[0-9.]+/g).map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = document.querySelector(selector);
  let behind = found;
  while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  const pair = [getComputedStyle(found).color, getComputedStyle(behind).backgroundColor].map(luminance);
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""  # noqa: E501 - another language


def test_only_its_own_script_and_style_may_run() -> None:
    text = FILE.read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    expected = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
    for tag in ("script", "style"):
        content = text.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
        digest = b64encode(sha256(content.encode()).digest()).decode()
        expected[f"{tag}-src"] = f"'sha256-{digest}'"
    said = dict(part.strip().split(" ", 1) for part in policy[1].split(";"))
    assert said == expected, "run scripts/seal-verify-page"
    assert "://" not in text.replace("http-equiv", "")
    assert json.dumps(text).count("innerHTML") == 0
