"""Guardians' accounts: who signed in where, who is told, who is signed out, who is kept out."""

import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from fastapi import Request

from tests.web.consoles import API, Console, console
from tests.web.test_operations import problem
from unhear.household.alerts import Alert, AlertKind
from unhear.household.browsers import BROWSERS_MAX
from unhear.household.guesses import ATTACK_BEGINS, OWN_MAX
from unhear.household.passkeys import Passkey
from unhear.household.words import PersonKind
from unhear.keep import identity as identities
from unhear.web import security
from unhear.web.browsers import COOKIE, Kind, kind_of
from unhear.web.ceremonies import text

FIREFOX = "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/19.1 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
)
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
PASSPHRASE = f"{API}/session/passphrase"
WRONG = {"guardian": "Ada", "proof": text(bytes(32))}


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setattr(identities, "SCRYPT_LOG_N", 4)
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    with console(tmp_path) as served:
        served.house.family.add("Sam", PersonKind.GUARDIAN)
        served.house.household = served.house.family.read()
        yield served


class Alerts(list[AlertKind]):
    """What browsers are told."""

    def tell(self, alert: Alert) -> None:
        self.append(alert.kind)


@pytest.fixture
def told(served: Console, monkeypatch: pytest.MonkeyPatch) -> Alerts:
    alerts = Alerts()
    monkeypatch.setattr(served.house.alerting, "tell", alerts.tell)
    return alerts


def sign_in(served: Console, browser: httpx2.Client, name: str = "Ada") -> httpx2.Response:
    """Sign in; the browser keeps every cookie that it gets."""
    answer = browser.post(PASSPHRASE, json=served.passphrase_proof(name))
    if answer.status_code == 200:
        given = [one.partition(";")[0] for one in answer.headers.get_list("set-cookie")]
        had = browser.headers.get("cookie", "").split("; ")
        jar = dict(one.split("=", 1) for one in [*filter(None, had), *given])
        browser.headers["cookie"] = "; ".join("=".join(one) for one in jar.items())
        browser.headers["x-csrf"] = served.csrf(browser)
    return answer


@pytest.fixture
def phone(served: Console) -> Iterator[httpx2.Client]:
    with closing(served.client(**{"user-agent": FIREFOX})) as client:
        assert sign_in(served, client).status_code == 200
        yield client


def notices(client: httpx2.Client, language: str = "en") -> list[str]:
    told = client.get(f"{API}/notices", params={"language": language}).json()
    return [one["text"] for one in told if one["page"] == "/sign-ins"]


def attack(served: Console, times: int = ATTACK_BEGINS) -> httpx2.Response:
    with closing(served.client()) as stranger:
        answers = [stranger.post(PASSPHRASE, json=WRONG) for _ in range(times)]
    return answers[-1]


def test_a_new_browser_is_told_to_every_guardian_and_an_old_one_to_nobody(
    served: Console, told: Alerts
) -> None:
    with closing(served.client(**{"user-agent": FIREFOX})) as ada:
        sign_in(served, ada)
        [said] = notices(ada)
        assert "Ada signed in" in said
        assert "Firefox on Android, by the passphrase" in said
        assert "Firefox auf Android, mit der Passphrase" in notices(ada, "de")[0]
        assert told == [AlertKind.SIGNED_IN]
        assert 'href="/sign-ins"' in ada.get("/consent").text
        ada.delete(f"{API}/session")
        sign_in(served, ada)
        assert len(notices(ada)) == 1
        with closing(served.client()) as sam:
            sign_in(served, sam, "Sam")
            assert [one.partition(" ")[0] for one in notices(sam)] == ["Ada", "Sam"]
            assert "an unknown browser on an unknown system" in notices(sam)[1]
        assert told == [AlertKind.SIGNED_IN] * 2


def test_another_guardian_in_the_same_browser_is_news(
    served: Console, phone: httpx2.Client
) -> None:
    sign_in(served, phone, "Sam")
    assert len(notices(phone)) == 2
    assert len(served.house.household.browsers) == 1


def test_no_more_browsers_are_known_than_may_be(served: Console) -> None:
    for _ in range(BROWSERS_MAX + 2):
        with closing(served.client()) as browser:
            sign_in(served, browser)
    assert len(served.house.family.read().browsers) == BROWSERS_MAX


def test_to_be_known_signs_nobody_in(served: Console, phone: httpx2.Client) -> None:
    cookies = phone.headers["cookie"].split("; ")
    phone.headers["cookie"] = next(one for one in cookies if one.startswith(COOKIE))
    assert problem(phone.get(f"{API}/people")) == (401, "sign-in-needed")


def test_names_are_told_to_nobody_who_tries(served: Console, phone: httpx2.Client) -> None:
    with closing(served.client()) as stranger:
        assert "Ada" not in stranger.get("/sign-in").text
        named = stranger.post(PASSPHRASE, json=WRONG)
        unnamed = stranger.post(PASSPHRASE, json={**WRONG, "guardian": "Nobody"})
        adult = stranger.post(PASSPHRASE, json=served.passphrase_proof("Jo"))
        assert named.content == unnamed.content == adult.content
        while problem(stranger.post(PASSPHRASE, json=WRONG))[0] == 401:
            pass
        answers = [
            stranger.post(PASSPHRASE, json={**WRONG, "guardian": name}) for name in ("Ada", "Jo")
        ]
        answers.append(stranger.post(PASSPHRASE, json=served.passphrase_proof()))
        assert {(one.status_code, one.content) for one in answers} == {(429, answers[0].content)}
    phone.delete(f"{API}/session")
    assert 'value="Ada"' in phone.get("/sign-in").text


def test_under_attack_only_browsers_that_were_here_sign_in_by_what_they_know(
    served: Console, phone: httpx2.Client, told: Alerts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert problem(attack(served)) == (401, "wrong-passphrase")
    with closing(served.client()) as tablet:
        assert problem(sign_in(served, tablet)) == (429, "under-attack")
        recovery = tablet.post(f"{API}/session/recovery", json=WRONG)
        assert problem(recovery) == (429, "under-attack")
        assert tablet.post(f"{API}/session/passkey/begin").status_code == 200
        unknown = {"credential": {"id": "AAAA", "rawId": "AAAA", "type": "public-key"}}
        refused = problem(tablet.post(f"{API}/session/passkey/finish", json=unknown))
        assert refused[1] != "under-attack"
    step_up = {"kind": "passphrase", "proof": served.passphrase_proof()["proof"]}
    assert phone.post(f"{API}/session/step-up", json=step_up).status_code == 200
    phone.delete(f"{API}/session")
    assert sign_in(served, phone).status_code == 200
    assert told == [AlertKind.GUESSING]
    assert f"{ATTACK_BEGINS} wrong attempts" in notices(phone)[-1]
    assert f"{ATTACK_BEGINS} falsche Versuche" in notices(phone, "de")[-1]
    assert phone.get(f"{API}/session/sign-ins").json()["guessing"]["attempts"] == ATTACK_BEGINS + 2
    assert "data-guessing" in phone.get("/sign-ins").text
    [line] = [one for one in caplog.records if one.msg == "sign-in attack began"]
    assert getattr(line, "attempts") == ATTACK_BEGINS  # noqa: B009 - what `extra` adds
    assert not any(
        "Ada" in one.getMessage() or WRONG["proof"] in str(vars(one)) for one in caplog.records
    )


def test_a_stolen_session_guesses_seldom(served: Console, phone: httpx2.Client) -> None:
    wrong = {"kind": "passphrase", "proof": WRONG["proof"]}
    answers = [phone.post(f"{API}/session/step-up", json=wrong) for _ in range(OWN_MAX + 1)]
    assert problem(answers[-2]) == (401, "wrong-passphrase")
    assert problem(answers[-1]) == (429, "tried-too-often")
    assert phone.get(f"{API}/people").status_code == 200


def test_the_end_of_an_attack_is_told_once(
    served: Console, phone: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    attack(served)
    guesses = served.house.guesses
    later = served.house.clock() + timedelta(hours=2)
    monkeypatch.setattr(guesses, "_clock", lambda: later)
    served.home.tick()
    served.home.tick()
    assert [one.partition(":")[0] for one in notices(phone)][2:] == [
        "The attempts to sign in here have stopped"
    ]


def test_own_sign_ins_are_listed_in_full_and_others_by_number(
    served: Console, phone: httpx2.Client
) -> None:
    with (
        closing(served.client(**{"user-agent": EDGE})) as desk,
        closing(served.client()) as sam,
    ):
        sign_in(served, desk)
        sign_in(served, sam, "Sam")
        listed = phone.get(f"{API}/session/sign-ins").json()
        own = {(one["browser"], one["system"], one["here"]) for one in listed["own"]}
        assert own == {("Firefox", "Android", True), ("Edge", "Windows", False)}
        assert {one["method"] for one in listed["own"]} == {"passphrase"}
        [other] = listed["others"]
        assert {name: other[name] for name in ("guardian", "count")} == {
            "guardian": "Sam",
            "count": 1,
        }
        assert set(other) == {"guardian", "count", "used_at"}
        theirs = sam.get(f"{API}/session/sign-ins").json()["own"][0]["id"]
        gone = phone.delete(f"{API}/session/sign-ins/{theirs}")
        assert problem(gone) == (404, "no-such-sign-in")
        there = next(one["id"] for one in listed["own"] if not one["here"])
        assert phone.delete(f"{API}/session/sign-ins/{there}").status_code == 204
        assert problem(desk.get(f"{API}/people")) == (401, "sign-in-needed")
        assert sam.get(f"{API}/people").status_code == 200
        sign_in(served, desk)
        assert len(notices(phone)) == 4  # What was signed out counts as never seen.


def test_one_form_signs_out_there_and_another_everywhere(
    served: Console, phone: httpx2.Client
) -> None:
    with closing(served.client(**{"user-agent": EDGE})) as desk:
        sign_in(served, desk)
        page = phone.get("/sign-ins").text
        assert page.count("data-sign-in=") == 2
        assert "Edge on Windows" in page
        there = desk.get(f"{API}/session/sign-ins").json()["own"]
        chosen = next(one["id"] for one in there if one["here"])
        form = {"session": chosen, "csrf": phone.headers["x-csrf"]}
        assert problem(phone.post("/sign-ins/end", data={**form, "csrf": ""})) == (403, "csrf")
        assert phone.post("/sign-ins/end", data=form).headers["location"] == "/sign-ins"
        assert desk.get("/sign-ins").headers["location"] == "/"
        sign_in(served, desk)
        answer = phone.post("/sign-ins/end-all", data={"csrf": phone.headers["x-csrf"]})
        assert answer.headers["location"] == "/sign-in"
        for browser in (phone, desk):
            assert problem(browser.get(f"{API}/people")) == (401, "sign-in-needed")
        assert len(served.house.household.browsers) == 1  # The one that asked for it.


def test_another_passphrase_signs_everybody_out_elsewhere(
    served: Console, phone: httpx2.Client
) -> None:
    with closing(served.client()) as desk, closing(served.client()) as sam:
        sign_in(served, desk)
        sign_in(served, sam, "Sam")
        lock = served.house.identity.by_passphrase
        assert lock is not None
        new = {"log_n": lock.log_n, "salt": text(lock.salt), "wrapped": text(lock.wrapped)}
        answer = phone.put(
            f"{API}/passkeys/passphrase", json={**new, "verifier": text(lock.verifier)}
        )
        assert answer.status_code == 204
        for browser in (desk, sam):
            assert problem(browser.get(f"{API}/people")) == (401, "sign-in-needed")
        assert phone.get(f"{API}/people").status_code == 200


def test_a_passkey_that_is_removed_signs_its_guardian_out_elsewhere(
    served: Console, phone: httpx2.Client
) -> None:
    house = served.house
    ada = house.household.people[0].id
    house.household = house.family.add_passkey(
        Passkey(b"lost", ada, b"key", 0, "Lost phone", house.clock())
    )
    with closing(served.client()) as desk, closing(served.client()) as sam:
        sign_in(served, desk)
        sign_in(served, sam, "Sam")
        assert phone.delete(f"{API}/passkeys/{text(b'lost')}").status_code == 204
        assert problem(desk.get(f"{API}/people")) == (401, "sign-in-needed")
        for browser in (phone, sam):
            assert browser.get(f"{API}/people").status_code == 200


def test_who_was_removed_at_the_machine_is_signed_out(
    served: Console, phone: httpx2.Client
) -> None:
    with closing(served.client()) as sam:
        sign_in(served, sam, "Sam")
        person = next(one for one in served.house.household.people if one.name == "Sam")
        served.house.family.remove(person.id)  # As another process does: nothing else is told.
        assert problem(attack(served, 1)) == (401, "wrong-passphrase")
        served.home.tick()
        assert problem(sam.get(f"{API}/people")) == (401, "sign-in-needed")
        assert problem(sign_in(served, sam, "Sam")) == (401, "wrong-passphrase")
        assert phone.get(f"{API}/people").status_code == 200


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (FIREFOX, Kind("Firefox", "Android")),
        (IPHONE, Kind("Safari", "iPhone")),
        (EDGE, Kind("Edge", "Windows")),
        (CHROME, Kind("Chrome", "Linux")),
        ("curl/8.5.0", Kind("unknown", "unknown")),
        ("", Kind("unknown", "unknown")),
    ],
)
def test_a_browser_is_known_roughly(said: str, kind: Kind) -> None:
    headers = [(b"user-agent", said.encode())]
    assert kind_of(Request({"type": "http", "headers": headers})) == kind
