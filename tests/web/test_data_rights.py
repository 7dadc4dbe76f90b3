"""Authorised agents ask over HTTP, trusted for nothing but their signature; guardians decide."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.web.agents import BUSINESS, Agent, delete, registered, trusting
from tests.web.consoles import API, Console, console
from unhear.forget.database import TraceKind
from unhear.house import data_requests
from unhear.household.data_rights import REQUEST_DAYS
from unhear.keep import identity as identities
from unhear.prove.receipt import Receipt, verify
from unhear.web import security

ASK = "/v1/data-rights-request"
WALNUT, OTHER, STRANGER = Agent(), Agent("OTHER_AGENT"), Agent("STRANGER")


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setattr(identities, "SCRYPT_LOG_N", 4)
    monkeypatch.setattr(security, "SIGNED_PER_MINUTE", 1_000)
    with console(tmp_path, data_rights=trusting(WALNUT, OTHER)) as served:
        yield served


@pytest.fixture
def walnut(served: Console) -> Iterator[httpx2.Client]:
    with registered(served, WALNUT) as client:
        yield client


@pytest.fixture
def ada(served: Console) -> Iterator[httpx2.Client]:
    with closing(served.guardian()) as client:
        yield client


def ask(client: httpx2.Client, /, agent: Agent = WALNUT, **wanted: Any) -> dict[str, Any]:
    answer = client.post(ASK, content=agent.request(**wanted))
    assert answer.status_code == 200, answer.text
    status: dict[str, Any] = answer.json()
    return status


def status(client: httpx2.Client, request: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{ASK}/{request['request_id']}").json()
    return found


def decide(ada: httpx2.Client, request: dict[str, Any], **wanted: str) -> httpx2.Response:
    return ada.post(f"{API}/requests/{request['request_id']}", json=wanted)


def at(**delta: float) -> str:
    now = datetime.now(UTC)  # noqa: TID251 - what agents write
    return (now + timedelta(**delta)).isoformat()


def test_where_no_agent_is_trusted_there_is_nothing(tmp_path: Path) -> None:
    with console(tmp_path) as served, httpx2.Client(base_url=served.url, trust_env=False) as client:
        for path in ("/.well-known/data-rights.json", f"{ASK}/{'0' * 32}", "/v1/agent/A"):
            assert client.get(path).status_code == 404
        answer = client.post("/v1/agent/A", content=WALNUT.signed(WALNUT.fields()))
        assert answer.status_code == 404


def test_what_a_directory_lists_names_nobody(served: Console) -> None:
    with closing(served.client()) as client:
        told = client.get("/.well-known/data-rights.json")
    assert (told.json()["id"], told.json()["api_base"]) == (BUSINESS, served.url)
    assert told.json()["supported_actions"] == ["access", "deletion"]
    assert "Testers" not in told.text


def test_a_deletion_waits_for_a_guardian_and_then_is_proved(
    served: Console, walnut: httpx2.Client, ada: httpx2.Client
) -> None:
    served.keep()
    asked = ask(walnut, WALNUT, **{"agent-request-id": "seven"})
    assert (asked["status"], asked["agent_request_id"]) == ("in_progress", "seven")
    received = datetime.fromisoformat(asked["received_at"])
    assert datetime.fromisoformat(asked["expected_by"]) - received == timedelta(days=REQUEST_DAYS)
    assert served.house.catalogue.extent()[0] == 1, "nothing happens before a guardian decides"
    (line,) = ada.get(f"{API}/requests").json()
    assert (line["agent"], line["right"]) == ("Walnut", "deletion")
    assert line["claims"] == {"name": "Ada", "email": "ada@example.org (verified)"}
    assert "Walnut asks" in ada.get(f"{API}/notices").json()[-1]["text"]
    decided = decide(ada, asked, answer="agree").json()
    receipt = Receipt.from_json(json.dumps(decided["forgotten"]["receipt"]))
    assert verify(receipt, served.house.ledger.key).statement["scope"] == "everything"
    assert served.house.catalogue.extent()[0] == 0
    done = status(walnut, asked)
    assert done["status"] == "fulfilled"
    assert ada.get(f"{API}/requests").json()[0]["claims"] == {}, "who was named is gone"
    assert ada.get(f"{API}/requests").json()[0]["erasure"] == receipt.statement["id"]
    assert decide(ada, asked, answer="deny").status_code == 409


def test_a_deletion_of_one_person_leaves_the_others(
    served: Console, walnut: httpx2.Client, ada: httpx2.Client
) -> None:
    jo = next(person.id for person in served.house.household.people if person.name == "Jo")
    served.keep(jo)
    stays = served.keep()
    assert decide(ada, ask(walnut), answer="agree", person=jo).status_code == 200
    assert [one.id for one in served.house.catalogue.recordings()] == [stays]


def test_a_copy_is_handed_over_by_a_guardian(walnut: httpx2.Client, ada: httpx2.Client) -> None:
    asked = ask(walnut, right="access")
    assert decide(ada, asked, answer="handed over").status_code == 409, "nobody agreed yet"
    assert decide(ada, asked, answer="agree").json()["forgotten"] is None
    assert status(walnut, asked)["status"] == "in_progress"
    assert decide(ada, asked, answer="handed over").status_code == 200
    assert status(walnut, asked)["status"] == "fulfilled"


def test_a_guardian_says_no_and_why(walnut: httpx2.Client, ada: httpx2.Client) -> None:
    asked = ask(walnut)
    decide(ada, asked, answer="deny", why="suspected_fraud")
    told = status(walnut, asked)
    assert (told["status"], told["reason"]) == ("denied", "suspected_fraud")


def test_an_agent_takes_its_request_back_until_a_guardian_agrees(
    walnut: httpx2.Client, ada: httpx2.Client
) -> None:
    asked, agreed = ask(walnut), ask(walnut, right="access")
    reason = WALNUT.signed({"reason": "changed my mind"})
    path = f"{ASK}/{asked['request_id']}"
    assert delete(walnut, path, OTHER.signed({"reason": "mine"})).status_code == 403
    assert delete(walnut, path, reason).json()["status"] == "revoked"
    assert decide(ada, asked, answer="agree").status_code == 409
    decide(ada, agreed, answer="agree")
    assert delete(walnut, f"{ASK}/{agreed['request_id']}", reason).status_code == 409


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"agent-id": "OTHER_AGENT"}, 400),
        ({"business-id": "ANOTHER_HOUSE"}, 400),
        ({"issued-at": at(minutes=30)}, 400),
        ({"issued-at": at(minutes=-30), "expires-at": at(minutes=-20)}, 400),
        ({"expires-at": at(days=3)}, 400),
        ({"expires-at": "2999-01-01T00:00:00"}, 400),
        ({"drp.version": "0.7"}, 400),
        ({"exercise": "sale:opt-out"}, 400),
        ({"exercise": ["deletion"]}, 400),
        ({"regime": "elsewhere"}, 400),
        ({"agent-request-id": "x" * 101}, 400),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_not_for_this_house_and_time_is_refused(
    served: Console, walnut: httpx2.Client, changed: dict[str, Any], refused: int
) -> None:
    answer = walnut.post(ASK, content=WALNUT.request(**changed))
    assert answer.status_code == refused
    assert answer.json()["code"] == str(refused)
    assert answer.json()["fatal"]
    assert served.house.data_requests.all() == []


@pytest.mark.parametrize(
    "body",
    [
        STRANGER.request(),
        OTHER.request(**{"agent-id": "WALNUT_AGENT"}),
        b64encode(b64decode(WALNUT.request())[:-1] + b"]"),
        b"no base64!",
        b"",
        WALNUT.signed({"name": "x" * 20_000}),
    ],
    ids=["stranger's", "other agent's", "changed", "no base64", "empty", "long"],
)
def test_what_this_agent_did_not_sign_is_refused(
    served: Console, walnut: httpx2.Client, body: bytes
) -> None:
    assert walnut.post(ASK, content=body).status_code == 403
    assert served.house.data_requests.all() == []


@pytest.mark.parametrize("text", [b"[" * 9_000, b"[]", b"\xff", b"7"])
def test_what_is_signed_and_no_request_is_refused(walnut: httpx2.Client, text: bytes) -> None:
    body = b64encode(WALNUT.key.sign(text) + text)
    assert walnut.post(ASK, content=body).status_code == 400


def test_a_message_counts_once(served: Console, walnut: httpx2.Client) -> None:
    body = WALNUT.request(**{"agent-request-id": "seven"})
    first = walnut.post(ASK, content=body).json()
    again = walnut.post(ASK, content=body)
    assert (again.status_code, again.json()["fatal"]) == (409, True)
    assert walnut.post(ASK, content=body + b"\n").status_code == 409
    nameless = WALNUT.request()
    answers = [walnut.post(ASK, content=nameless).status_code for _ in range(2)]
    assert answers == [200, 409]
    same_id = WALNUT.request(right="access", **{"agent-request-id": "seven"})
    assert walnut.post(ASK, content=same_id).status_code == 409
    delete(walnut, f"{ASK}/{first['request_id']}", WALNUT.signed({}))
    assert walnut.post(ASK, content=body).status_code == 409, "also once it was taken back"
    assert len(served.house.data_requests.all()) == 2


def test_a_token_is_had_for_a_new_signature_alone(served: Console) -> None:
    body = WALNUT.signed(WALNUT.fields())
    with ExitStack() as stack:
        client = stack.enter_context(closing(served.client()))
        del client.headers["origin"]
        path = f"/v1/agent/{WALNUT.id}"
        first = client.post(path, content=body)
        assert first.json()["agent-id"] == WALNUT.id
        for again in (body, STRANGER.signed(WALNUT.fields()), OTHER.signed(OTHER.fields())):
            refused = client.post(path, content=again)
            assert (refused.status_code, refused.content) == (403, b"")
        assert client.post("/v1/agent/STRANGER", content=body).status_code == 403
        client.headers["authorization"] = f"Bearer {first.json()['token']}"
        assert client.get(path).json() == {}
        assert client.get(f"/v1/agent/{OTHER.id}").status_code == 403
        stack.enter_context(registered(served, WALNUT))
        assert client.get(path).status_code == 403, "the newer token takes its place"


def test_an_agent_knows_of_its_own_requests_alone(served: Console, walnut: httpx2.Client) -> None:
    asked = ask(walnut)
    path = f"{ASK}/{asked['request_id']}"
    with registered(served, OTHER) as other:
        assert other.get(path).status_code == 403
        assert delete(other, path, OTHER.signed({})).status_code == 403
        assert other.get(f"{ASK}/{'0' * 32}").status_code == 403
        assert other.post(ASK, content=WALNUT.request()).status_code == 403
    assert status(walnut, asked)["status"] == "in_progress"


def test_there_is_an_end_to_how_much_an_agent_asks(
    served: Console, walnut: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_requests, "OPEN_MAX", 2)
    ask(walnut)
    second = ask(walnut)
    assert walnut.post(ASK, content=WALNUT.request()).status_code == 429
    with registered(served, OTHER) as other:
        ask(other, OTHER)
    delete(walnut, f"{ASK}/{second['request_id']}", WALNUT.signed({}))
    ask(walnut)
    monkeypatch.setattr(data_requests, "KEPT_MAX", 3)
    assert walnut.post(ASK, content=WALNUT.request()).status_code == 429


def test_an_address_cannot_send_signatures_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "SIGNED_PER_MINUTE", 2)
    with console(tmp_path, data_rights=trusting(WALNUT)) as served:
        with registered(served, WALNUT) as walnut:
            ask(walnut)
            assert walnut.post(ASK, content=WALNUT.request()).status_code == 429
        with closing(served.guardian()) as ada:
            assert ada.get(f"{API}/requests").status_code == 200


def test_another_page_cannot_ask_as_an_agent(served: Console, walnut: httpx2.Client) -> None:
    stranger = {"origin": "https://elsewhere.example"}
    assert walnut.post(ASK, content=WALNUT.request(), headers=stranger).status_code == 403
    assert served.house.data_requests.all() == []


def test_a_request_is_sealed_and_dies_with_its_deadline(
    served: Console, walnut: httpx2.Client
) -> None:
    asked = ask(walnut, name="Purple Wheelbarrow")
    data = served.house.settings.data_folder
    files = [path.read_bytes() for path in data.rglob("*") if path.is_file()]
    assert not any(b"Purple" in content or b"WALNUT_AGENT" in content for content in files)
    house, began = served.house, served.house.clock()
    (kept,) = house.data_requests.all()
    assert kept.status(began + timedelta(days=REQUEST_DAYS)).value == "expired"
    for part in (house.sweeper, house.forgetter):
        part._clock = lambda: began + timedelta(days=REQUEST_DAYS)
    house.sweeper.accept_clock()
    house.sweeper.sweep()
    with house.database.reading() as transaction:
        assert not list(transaction.traces(house.household.id, (TraceKind.REQUEST,)))
    assert walnut.get(f"{ASK}/{asked['request_id']}").status_code == 403
