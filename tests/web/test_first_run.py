"""The first run in a real browser, and every way to sign in; the key stays in the browser."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from mnemonic import Mnemonic
from playwright.sync_api import Page, expect

from tests.web.browser import browser
from tests.web.consoles import Console, console
from unhear.household.passkeys import Passkey
from unhear.web import security

pytestmark = pytest.mark.tools

PASSPHRASE = "seven quiet rivers"
WITHOUT_KEYS = """
const all = PublicKeyCredential.prototype.getClientExtensionResults;
PublicKeyCredential.prototype.getClientExtensionResults = function () {
  const results = all.call(this);
  if (this.response instanceof AuthenticatorAttestationResponse) delete results.prf.results;
  return results;
};
"""
"""Passkeys as most make them: they say that they have a key, and tell it when they are asked."""

NOTED_KEYS = """
window.keys = [];
window.signed = [];
const pair = (byte) => byte.toString(16).padStart(2, "0");
const hex = (buffer) => Array.from(new Uint8Array(buffer), pair).join("");
const told = PublicKeyCredential.prototype.getClientExtensionResults;
PublicKeyCredential.prototype.getClientExtensionResults = function () {
  const results = told.call(this);
  if (results.prf?.results) window.keys.push(hex(results.prf.results.first));
  window.signed.push(hex(this.rawId));
  return results;
};
"""
"""Notes what passkeys answer: their keys, which may not be sent, and their ids, which are."""


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    with console(tmp_path, made=False) as served:
        yield served


def make_household(
    page: Page, url: str, *, passphrase: str | None = None, name: str = "Testers"
) -> str:
    """Make a household as a person would; answer its recovery phrase."""
    page.goto(url)
    page.get_by_label("Name of the household").fill(name)
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Other adults").fill("Jo, Sam")
    page.get_by_label("Children").fill("Mia")
    page.get_by_label("Recordings of adults").check()
    if passphrase is None:
        page.get_by_role("button", name="Make it with a passkey").click()
    else:
        page.get_by_text("Use a passphrase instead").click()
        page.get_by_label("Passphrase").fill(passphrase)
        page.get_by_role("button", name="Make it with a passphrase").click()
    return write_down(page)


def begin(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("Name of the household").fill("Testers")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Make it with a passkey").click()


def write_down(page: Page) -> str:
    phrase = type_words(page)
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    return phrase


def type_words(page: Page) -> str:
    expect(page.get_by_role("heading", name="Write down your recovery phrase")).to_be_visible()
    words = page.locator("[data-words] li").all_inner_texts()
    for number in range(2):
        label = page.locator(f"[data-label='{number}']").inner_text()
        place = int(label.rpartition(" ")[2])
        page.get_by_label(label, exact=True).fill(words[place - 1])
    page.get_by_role("button", name="I have written it down").click()
    return " ".join(words)


def test_a_household_is_made_with_a_passkey_which_signs_in_and_opens(empty: Console) -> None:
    with browser() as opened:
        page = opened.page()
        page.add_init_script(NOTED_KEYS)
        phrase = make_household(page, empty.url)
        household = empty.house.household
        assert [p.name for p in household.people] == ["Ada", "Jo", "Sam", "Mia"]
        assert len(household.passkeys) == 1
        assert empty.house.identity.by_passphrase is None
        identity = empty.house.identity.open_with_recovery_phrase(phrase)
        empty.keep()
        page.goto(f"{empty.url}/account")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.get_by_role("button", name="Play: ").click()
        expect(page.locator("blockquote")).to_have_text("Fetch the purple wheelbarrow")
        keys = page.evaluate("() => window.keys")
        assert keys
        assert any(opened.sent_out(bytes.fromhex(h)) for h in page.evaluate("() => window.signed"))
        secrets = [
            identity.secret,
            identity.reveal().encode(),
            Mnemonic("english").to_entropy(phrase),
        ]
        for secret in (*secrets, *map(bytes.fromhex, keys)):
            assert not opened.sent_out(bytes(secret))
        assert not any(phrase[at : at + 12] in " ".join(opened.sent) for at in range(40))


def test_a_wrong_word_is_noticed(empty: Console) -> None:
    with browser() as opened:
        page = opened.page()
        begin(page, empty.url)
        for number in range(2):
            page.locator(f"[name={'ab'[number]}]").fill("wrong")
        page.get_by_role("button", name="I have written it down").click()
        expect(page.get_by_text("These words are not the ones").first).to_be_visible()
        assert not empty.home.ready
        write_down(page)
        assert empty.home.ready


def test_a_passkey_that_is_made_without_its_key_is_asked_for_it(empty: Console) -> None:
    with browser() as opened:
        page = opened.page()
        page.add_init_script(WITHOUT_KEYS)
        make_household(page, empty.url)
        passkey = next(iter(empty.house.household.passkeys))
        assert passkey.wrapped is not None
        empty.keep()
        page.get_by_role("link", name="Ada").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.get_by_role("button", name="Play: ").click()
        expect(page.locator("blockquote")).to_have_text("Fetch the purple wheelbarrow")


def test_what_is_refused_at_the_end_is_said_and_can_be_tried_again(empty: Console) -> None:
    with browser() as opened:
        page = opened.page()
        begin(page, empty.url)
        page.locator("[data-words] li").first.wait_for()
        empty.home._first._waiting.clear()
        first = type_words(page)
        expect(page.get_by_role("alert")).to_have_text("This passkey was not accepted; try again.")
        assert not empty.home.ready
        shown = page.content()  # which may hold one word of twelve by chance
        assert not all(word in shown for word in first.split())
        expect(page.get_by_label("Your name")).to_have_value("Ada")
        page.get_by_role("button", name="Make it with a passkey").click()
        phrase = write_down(page)
        assert phrase != first
        identity = empty.house.identity
        assert identity.open_with_recovery_phrase(phrase).recipient == identity.recipient


def test_where_the_house_is_away_it_is_said(empty: Console) -> None:
    with browser() as opened:
        page = opened.page()
        page.goto(empty.url)
        page.route("**/setup/begin", lambda route: route.abort())
        page.get_by_label("Name of the household").fill("Testers")
        page.get_by_label("Your name").fill("Ada")
        page.get_by_role("button", name="Make it with a passkey").click()
        expect(page.get_by_role("alert")).to_have_text("The house cannot be reached.")


def test_where_passkeys_open_nothing_a_passphrase_does(empty: Console) -> None:
    with browser() as opened:
        page = opened.page(prf=False)
        begin(page, empty.url)
        expect(page.get_by_text("cannot open recordings. Use a passphrase")).to_be_visible()
        page.get_by_label("Passphrase").fill("short")
        assert not empty.home.ready
        page.get_by_label("Passphrase").fill(PASSPHRASE)
        page.get_by_role("button", name="Make it with a passphrase").click()
        write_down(page)
        identity = empty.house.identity.open_with_passphrase(PASSPHRASE)
        told = " ".join(opened.sent)
        assert PASSPHRASE not in told
        assert identity.reveal() not in told


def test_the_passphrase_and_the_recovery_phrase_sign_in_and_open(empty: Console) -> None:
    with browser() as opened:
        page = opened.page()
        phrase = make_household(page, empty.url, passphrase=PASSPHRASE)
        empty.keep()
        for way, label, secret in (
            ("With the passphrase", "Passphrase", PASSPHRASE),
            ("With the recovery phrase", "Recovery phrase", phrase.upper()),
        ):
            page.goto(f"{empty.url}/account")
            page.get_by_role("button", name="Sign out").click()
            page.get_by_text(way, exact=True).click()
            form = page.locator("form:visible").filter(has=page.get_by_label(label, exact=True))
            form.get_by_label(label, exact=True).fill("wrong words of no use")
            form.get_by_role("button", name="Sign in").click()
            expect(page.locator("[data-problem]")).not_to_be_empty()
            form.get_by_label(label, exact=True).fill(secret)
            form.get_by_role("button", name="Sign in").click()
            if label == "Recovery phrase":  # After which one is asked to add a way to sign in.
                page.get_by_role("link", name="Today").click()
            page.get_by_role("button", name="Play: ").first.click()
            expect(page.locator("blockquote")).to_have_text("Fetch the purple wheelbarrow")
        told = " ".join(opened.sent)
        assert PASSPHRASE not in told
        # One word of it may be part of another that was sent: `wrap` is.
        assert not all(word in told for word in phrase.split())


def test_passkeys_are_added_and_removed_and_the_last_way_in_stays(empty: Console) -> None:
    with browser() as opened:
        page = opened.page()
        phrase = make_household(page, empty.url)
        page.get_by_role("link", name="Ada").click()
        page.get_by_role("button", name="Remove First passkey").click()
        expect(page.get_by_text("This is the last passkey")).to_be_visible()
        page.get_by_text("Set a passphrase as well").click()
        page.get_by_label("Passphrase").fill(PASSPHRASE)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Change the passphrase")).to_be_visible()
        page.get_by_role("button", name="Remove First passkey").click()
        expect(page.get_by_role("button", name="Remove First passkey")).to_have_count(0)
        assert not any(empty.house.household.passkeys)
        page.get_by_label("Name of the new passkey").fill("Phone")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("heading", name="Phone")).to_be_visible()
        passkeys: Sequence[Passkey] = empty.house.household.passkeys
        passkey = passkeys[0]
        assert (passkey.name, passkey.wrapped is None) == ("Phone", False)
        opens = empty.house.identity
        assert opens.open_with_passphrase(PASSPHRASE) == opens.open_with_recovery_phrase(phrase)


def test_what_is_wide_asks_for_the_passkey_again(
    empty: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    with browser() as opened:
        page = opened.page()
        make_household(page, empty.url)
        empty.keep()
        page.reload()
        asked = len([one for one in opened.sent if "/step-up/finish" in one])
        monkeypatch.setattr("unhear.household.sign_ins.SignIn.fresh", _once_proved(empty))
        page.get_by_text("Forget everything shown here").click()
        page.get_by_role("button", name="Forget everything", exact=True).click()
        expect(page.get_by_role("heading", name="Receipts")).to_be_visible()
        assert len([one for one in opened.sent if "/step-up/finish" in one]) == asked + 1
        assert empty.house.catalogue.extent()[0] == 0


def _once_proved(served: Console) -> object:
    """Count what was proved at sign-in as long ago."""
    before = {one.proved_at for one in served.house.sign_ins.all()}

    def fresh(sign_in: object, _now: object) -> bool:
        return getattr(sign_in, "proved_at") not in before  # noqa: B009 - a stand-in's argument

    return fresh
