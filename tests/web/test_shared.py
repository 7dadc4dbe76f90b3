"""A guardian shares what was filmed or heard; a stranger with the link opens it, while it holds."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser as Started
from playwright.sync_api import Page, expect

from tests.web.browser import Browser, browser
from tests.web.consoles import API, Console, console
from tests.web.films import SIZE, film, keep_clip
from tests.web.test_today import sign_in
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.prove.ledger import Ledger
from unhear.stores.errors import StoreDamaged
from unhear.web import security
from unhear.web.ceremonies import text

pytestmark = pytest.mark.tools

GONE = "This link shows nothing, or nothing any more: it is over, or was taken back."
NOT_WHOLE = "This link is not whole: the part behind the # is missing"
PLAYS = """async (media) => {
  if (media.readyState < 1) await new Promise((resolve, reject) => {
    media.onloadedmetadata = resolve;
    media.onerror = () => reject(new Error(media.error.message));
  });
  media.muted = true;
  await media.play();
  while (media.currentTime === 0) await new Promise(requestAnimationFrame);
  return media.videoWidth ?? 0;
}"""


@pytest.fixture(autouse=True)
def _many_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Console]:
    with console(tmp_path) as served:
        yield served


def share(page: Page, whom: str = "the neighbour") -> str:
    """Share the newest recording as a guardian does; answer the link."""
    page.locator("[data-recording]").first.get_by_role("button", name=re.compile("^Share")).click()
    dialog = page.get_by_role("dialog", name="Share this recording")
    dialog.get_by_label("For whom").fill(whom)
    dialog.get_by_label("Why").fill("her bicycle")
    dialog.get_by_label("For how long").select_option("3")
    dialog.get_by_role("button", name="Make the link").click()
    link = page.get_by_role("textbox", name="The link").input_value()
    page.get_by_role("button", name="Done").click()
    return link


def stranger(opened: Browser) -> Page:
    """Answer a page of somebody else's browser."""
    started: Started | None = opened.context.browser
    assert started is not None
    context = started.new_context(locale="en-GB")
    return Browser(context, opened.sent, opened.complaints).page(prf=None)


def test_a_clip_is_shared_and_opened_by_who_has_the_link(served: Console) -> None:
    keep_clip(served, film(4))
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        link = share(page)
        where, _, key = link.partition("#")
        assert re.fullmatch(rf"{served.url}/shared/[0-9a-f]{{32}}", where)
        other = stranger(opened)
        other.goto(link)
        expect(other.get_by_text("It can be opened until")).to_be_visible()
        assert served.house.grants.all()[0].opened == 0
        other.get_by_role("button", name="Open").click()
        expect(other.get_by_role("status")).to_contain_text(
            "Ada (Testers) shows you what front door recorded on"
        )
        assert other.locator("video").evaluate(PLAYS) == SIZE[0]
        assert other.get_by_role("link").count() == 0
        assert key not in " ".join(opened.sent)
        page.goto(f"{served.url}/receipts")
        line = page.locator("[data-grant]")
        expect(line).to_contain_text("For the neighbour: her bicycle")
        expect(line).to_contain_text("opened 1 time")
        expect(page.locator("[data-kind=look]").first).to_contain_text("with whom it was shared")
        expect(page.locator("[data-kind=grant]")).to_have_count(1)
        page.get_by_role("button", name="Take back what is shared with the neighbour").click()
        expect(line).to_have_count(0)
        other.reload()
        expect(other.get_by_role("alert")).to_have_text(GONE)
        expect(other.get_by_role("button", name="Open")).to_be_hidden()


def test_a_sound_is_shared_and_a_link_without_its_key_shows_nothing(served: Console) -> None:
    served.keep()
    with browser() as opened:
        page = opened.page(prf=None)
        sign_in(page, served.url)
        link = share(page)
        other = stranger(opened)
        other.goto(link.partition("#")[0])
        expect(other.get_by_role("alert")).to_contain_text(NOT_WHOLE)
        expect(other.get_by_role("button", name="Open")).to_be_hidden()
        assert not [one for one in opened.sent if f"{API}/grants/" in one]
        other.goto("about:blank")
        other.goto(link)
        other.get_by_role("button", name="Open").click()
        other.locator("audio").evaluate(PLAYS)
        other.goto("about:blank")
        other.goto(link[:-43] + "A" * 43)
        other.get_by_role("button", name="Open").click()
        expect(other.get_by_role("alert")).to_contain_text("This cannot be opened")
        assert other.locator("audio").count() == 0
        assert served.house.grants.all()[0].opened == 2


def granted(served: Console, recording: TraceId, pieces: int = 1) -> str:
    """Grant a recording over HTTP; answer the grant's id."""
    header = age.seal(b"", [age.Identity.generate().recipient])[0]
    wanted = {
        "recording": recording.hex(),
        "headers": [text(header)] * pieces,
        "whom": "the neighbour",
        "why": "her bicycle",
    }
    with closing(served.guardian()) as ada:
        answer = ada.post(f"{API}/grants", json=wanted)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def asked(client: httpx2.Client, grant: str) -> set[tuple[int, str]]:
    """Answer what a stranger is told of a grant, in every way of asking."""
    answers = [client.get(f"{API}/grants/{grant}{what}") for what in ("", "/headers", "/payload")]
    return {(one.status_code, one.text) for one in answers}


@pytest.mark.parametrize("how", ["taken back", "forgotten", "over"])
def test_what_holds_no_more_is_told_as_what_never_was(served: Console, how: str) -> None:
    clip = keep_clip(served, film(4))
    grant = granted(served, clip)
    with closing(served.client()) as nobody, closing(served.guardian()) as ada:
        assert {status for status, _ in asked(nobody, grant)} == {200}
        if how == "taken back":
            assert ada.delete(f"{API}/grants/{grant}").status_code == 200
        elif how == "forgotten":
            assert ada.delete(f"{API}/recordings/{clip.hex()}").status_code == 200
        else:
            later = served.house.clock() + timedelta(days=2, seconds=1)
            served.house.grants._clock = lambda: later
        (told,) = asked(nobody, grant)
        assert told[0] == 404
        assert {told} == asked(nobody, "0" * 32)
        assert ada.get(f"{API}/grants").json() == {"grants": []}


def test_what_cannot_be_noted_is_not_given_out(
    served: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = granted(served, keep_clip(served, film(4)))

    def away(*_: object) -> int:
        raise StoreDamaged("the ledger does not answer")

    with closing(served.client()) as nobody:
        with monkeypatch.context() as patch:
            patch.setattr(Ledger, "append", away)
            answer = nobody.get(f"{API}/grants/{grant}/headers")
        assert answer.status_code == 503
        assert "pieces" not in answer.text
        with closing(served.guardian()) as ada:
            assert [one["opened"] for one in ada.get(f"{API}/grants").json()["grants"]] == [0]
            assert not ada.get(f"{API}/receipts", params={"kind": "look"}).json()["receipts"]
        assert nobody.get(f"{API}/grants/{grant}/headers").status_code == 200


def test_the_payload_ends_where_what_was_granted_ends(served: Console) -> None:
    clip = keep_clip(served, film(4))
    first, second = served.house.clips.film(clip).pieces
    grant = granted(served, clip)
    with closing(served.client()) as nobody:
        payload = nobody.get(f"{API}/grants/{grant}/payload")
        assert len(payload.content) == first.size
        part = nobody.get(f"{API}/grants/{grant}/payload", headers={"range": "bytes=5-9999999"})
        assert part.content == payload.content[5:]
        beyond = {"range": f"bytes={second.at}-{second.at + 9}"}
        answer = nobody.get(f"{API}/grants/{grant}/payload", headers=beyond)
        assert answer.status_code == 416
        shared = nobody.get(f"{API}/grants/{grant}/headers").json()
        assert (shared["by"], shared["household"]) == ("Ada", "Testers")
        assert "bicycle" not in str(shared)


def test_the_page_of_a_link_may_do_less_than_the_console(served: Console) -> None:
    with closing(served.client(**{"accept-language": "de-DE"})) as nobody:
        page = nobody.get(f"/shared/{'0' * 32}")
    assert page.status_code == 200
    assert "<noscript>" in page.text
    assert "Diese Seite braucht JavaScript" in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "media-src blob:;" in policy
    assert "form-action 'none'" in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
