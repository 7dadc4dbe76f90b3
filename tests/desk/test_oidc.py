"""An issuer says who somebody is; what it does not prove is not believed; a passkey stays due."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc.jwk import OctKey, RSAKey
from playwright.sync_api import Page, expect

from tests.desk.desks import Served, desk_at
from tests.desk.issuers import Liar, certified, lying, settings_for
from tests.ports import free_port
from tests.web.browser import browser
from unhear.desk.oidc import CALLBACK
from unhear.household.staff import Role
from unhear.web import security


@pytest.fixture(scope="module")
def liar() -> Iterator[Liar]:
    with lying() as liar:
        yield liar


@pytest.fixture
def served(tmp_path: Path, liar: Liar) -> Iterator[Served]:
    with desk_at(tmp_path, oidc=settings_for(liar.url)) as served:
        yield served


def way(client: httpx2.Client) -> tuple[str, str]:
    """Begin; answer the browser's cookie, and where it is sent."""
    answer = client.get("/oidc/begin")
    assert answer.status_code == 303, answer.text
    return answer.headers["set-cookie"].partition(";")[0], answer.headers["location"]


def back(served: Served, liar: Liar, cookie: str | None = None, **more: str) -> httpx2.Response:
    """Go to the issuer and come back."""
    with closing(served.client()) as client:
        own, location = way(client)
        asked = {"code": "a code", "state": liar.went(location), **more}
        headers = {"cookie": own if cookie is None else cookie}
        return client.get(CALLBACK, params=asked, headers=headers)


def say(patch: pytest.MonkeyPatch, liar: Liar, **what: Any) -> None:
    for name, value in what.items():
        patch.setattr(liar, name, value)


def test_who_is_invited_by_an_address_is_named_and_makes_a_passkey_next(
    served: Served, liar: Liar
) -> None:
    member, token = served.desk.people.invite("Alex", Role.SUPPORT, login="Alex@Example.com")
    assert token is None
    answer = back(served, liar, iss=liar.url)
    assert (answer.status_code, answer.headers["location"]) == (303, "/join")
    verifier = liar.asked["code_verifier"][0].encode()
    challenge = urlsafe_b64encode(sha256(verifier).digest()).decode().rstrip("=")
    assert challenge == liar.challenged
    cookies = answer.headers.get_list("set-cookie")
    named = next(one for one in cookies if "named" in one)
    assert {"HttpOnly", "Secure", "SameSite=lax"} <= set(re.split("; ", named))
    with closing(served.client(cookie=named.partition(";")[0])) as client:
        assert client.get("/requests").headers["location"] == "/sign-in"
        assert "Make a passkey" in client.get("/join").text
        begun = client.post("/api/v1/join/begin", json={})
        assert begun.json()["name"] == "Alex"
    assert not served.desk.people.member(member.id).joined


def test_an_address_names_nobody_once_its_subject_is_known(
    served: Served, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.desk.people.invite("Alex", Role.SUPPORT, login="alex@example.com")
    assert back(served, liar).status_code == 303
    say(monkeypatch, liar, says={"sub": "somebody else"})
    assert back(served, liar).status_code == 403
    say(monkeypatch, liar, says={"email": "another@example.com"})
    assert back(served, liar).status_code == 303


@pytest.mark.parametrize(
    ("says", "status"),
    [
        ({"email": "stranger@example.com"}, 403),
        ({"email_verified": False}, 403),
        ({"email_verified": "true"}, 403),
        ({"email": None}, 403),
        ({"nonce": "0" * 64}, 401),
        ({"nonce": None}, 401),
        ({"aud": "another client"}, 401),
        ({"aud": None}, 401),
        ({"azp": "another client"}, 401),
        ({"iss": "https://elsewhere.example"}, 401),
        ({"sub": None}, 401),
        ({"exp": 1_000_000_000}, 401),
        ({"exp": None}, 401),
        ({"iat": None}, 401),
    ],
)
def test_what_an_id_token_does_not_say_rightly_is_not_believed(
    served: Served,
    liar: Liar,
    monkeypatch: pytest.MonkeyPatch,
    says: dict[str, object],
    status: int,
) -> None:
    served.desk.people.invite("Alex", Role.SUPPORT, login="alex@example.com")
    say(monkeypatch, liar, says=says)
    answer = back(served, liar)
    assert answer.status_code == status, answer.text
    assert "named" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize("how", ["another key", "a shared secret", "another issuer"])
def test_what_the_issuer_did_not_sign_is_not_believed(
    served: Served, liar: Liar, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    served.desk.people.invite("Alex", Role.SUPPORT, login="alex@example.com")
    more = {}
    if how == "another key":
        say(monkeypatch, liar, signs_with=RSAKey.generate_key(2048, {"kid": "one"}))
    elif how == "a shared secret":
        secret = OctKey.import_key(settings_for(liar.url)["secret"])
        say(monkeypatch, liar, signs_with=secret, algorithm="HS256")
    else:
        more = {"iss": "https://elsewhere.example"}
    assert back(served, liar, **more).status_code == 401


def test_a_way_back_is_one_browsers_own_and_is_gone_once(served: Served, liar: Liar) -> None:
    served.desk.people.invite("Alex", Role.SUPPORT, login="alex@example.com")
    assert back(served, liar, cookie="").status_code == 401
    assert back(served, liar, cookie="__Host-unhear-desk-way=" + "0" * 64).status_code == 401
    assert back(served, liar, state="0" * 64).status_code == 401
    with closing(served.client()) as client:
        own, location = way(client)
        asked = {"code": "a code", "state": liar.went(location)}
        headers = {"cookie": own}
        answers = [client.get(CALLBACK, params=asked, headers=headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 401]


def test_an_issuer_that_calls_itself_another_is_told_as_away(
    served: Served, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(monkeypatch, liar, of_itself={"issuer": "https://elsewhere.example"})
    with closing(served.client(accept="text/html")) as client:
        answer = client.get("/oidc/begin")
    assert answer.status_code == 502
    assert "does not answer" in answer.text


def at_the_issuer(page: Page, address: str) -> None:
    page.get_by_role("link", name="Sign in at your organisation").click()
    page.locator("input[name=login]").fill(address)
    page.locator("input[name=password]").fill("any")
    page.locator("button[type=submit]").click()
    page.locator("button[type=submit]").click()


@pytest.mark.tools
@pytest.mark.slow
def test_a_certified_provider_is_the_first_factor_and_a_passkey_the_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    port = free_port()
    with (
        desk_at(tmp_path, oidc=settings_for(f"http://127.0.0.1:{port}")) as served,
        certified(port, f"{served.desk.origin}{CALLBACK}"),
        browser() as opened,
    ):
        served.desk.people.invite("Alex", Role.SUPPORT, login="alex@example.com")
        page = opened.page()
        page.goto(f"{served.desk.origin}/sign-in")
        at_the_issuer(page, "alex@example.com")
        page.get_by_role("button", name="Make a passkey").click()
        page.wait_for_url("**/requests")
        page.get_by_role("link", name="Alex, support").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Show your passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("Sign in at your organisation first")
        page.get_by_role("link", name="Sign in at your organisation").click()
        expect(page.get_by_text("Now show your passkey")).to_be_visible()
        page.goto(f"{served.desk.origin}/requests")
        assert page.url.endswith("/sign-in")
        page.get_by_role("button", name="Show your passkey").click()
        page.wait_for_url("**/requests")
        page.context.clear_cookies()
        page.goto(f"{served.desk.origin}/sign-in")
        at_the_issuer(page, "unverified@example.com")
        expect(page.get_by_role("alert")).to_contain_text("invitation")
