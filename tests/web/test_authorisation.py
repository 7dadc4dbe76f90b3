"""Every operation, as everybody who could ask: what docs/api.md says they may is what they may."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
import pytest

from tests.web.agents import Agent, trusting
from tests.web.consoles import API, Console, console
from tests.web.desks import Desk
from unhear.keep import identity as identities
from unhear.keep.sign_ins import sign_in_row
from unhear.web import security

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
ROW = re.compile(
    r"^\| `(GET|POST|PUT|PATCH|DELETE) (/\S+)` \| (anybody|guardian|fresh|agent|doorbell|staff) \|",
    re.MULTILINE,
)
TABLE = {(method, path): demands for method, path, demands in ROW.findall(PAGE.read_text())}
PLACES = {"recording": "0" * 32, "passkey": "AAAA", "person": "nobody", "name": "nowhere"}
PLACES |= {"grant": "0" * 32}
PLACES |= {"entry": "1", "hold": "0" * 32, "kind": "online"}
PLACES |= {"request": "0" * 32, "agent": "WALNUT_AGENT", "reference": "0"}
PLACES |= {"camera": "front", "session": "0" * 32}
ELSEWHERE = ("/v1/", "/.well-known/")
"""Below which agents ask; all else is below `API`."""
STRANGERS = ("nobody", "paired device", "child's device", "guardian elsewhere", "adult")
END_THE_SESSION = (("DELETE", "/session"), ("DELETE", "/session/sign-ins"))


@dataclass
class Roles:
    """A client of each who may ask."""

    clients: dict[str, httpx2.Client]


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roles]:
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(identities, "SCRYPT_LOG_N", 4)
        patch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
        patch.setattr(security, "SIGNED_PER_MINUTE", 1_000)
        ours = stack.enter_context(
            console(
                tmp_path_factory.mktemp("ours"),
                data_rights=trusting(Agent()),
                staff=Desk().trusted,
            )
        )
        theirs = stack.enter_context(console(tmp_path_factory.mktemp("theirs")))
        clients = {
            "nobody": ours.client(),
            "stale guardian": ours.guardian(),
            "fresh guardian": ours.guardian(),
            "guardian elsewhere": ours.client(),
            "adult": ours.client(),
        }
        with closing(theirs.guardian()) as stranger:
            for name in ("cookie", "x-csrf"):
                clients["guardian elsewhere"].headers[name] = stranger.headers[name]
        _make_adult(ours, clients["adult"])
        mia = next(p.id for p in ours.house.household.people if p.name == "Mia")
        for who, person in (("paired device", ""), ("child's device", mia)):
            clients[who] = _paired(ours, clients["fresh guardian"], who, person)
        ours.grow_stale(clients["stale guardian"])
        for client in clients.values():
            stack.enter_context(closing(client))
        yield Roles(clients)


def _make_adult(ours: Console, client: httpx2.Client) -> None:
    """Keep a session of somebody who is no guardian, as if a guardian had become one."""
    with closing(ours.guardian()) as was:
        for name in ("cookie", "x-csrf"):
            client.headers[name] = was.headers[name]
    house, sign_in = ours.house, ours.sign_in_of(client)
    jo = next(person.id for person in house.household.people if person.name == "Jo")
    browser = house.household.browser(sign_in.browser)
    assert browser is not None
    assert browser.key is not None
    row = sign_in_row(house.household.id, browser.key, replace(sign_in, person=jo))
    house.household = house.family.know_browser(
        replace(browser, person=jo), also=lambda transaction, _: transaction.set_sign_in(row)
    )
    assert ours.sign_in_of(client).person == jo


def _paired(ours: Console, ada: httpx2.Client, name: str, person: str) -> httpx2.Client:
    made = ada.post(f"{API}/devices/pairings", json={"name": name, "person": person}).json()
    client = ours.client()
    answer = client.post(f"{API}/devices/pairings/finish", json={"code": made["code"]})
    client.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
    client.headers["x-csrf"] = "guessed"
    return client


def _ask(client: httpx2.Client, method: str, path: str) -> tuple[int, str]:
    body: dict[str, str] | None = {} if method in {"POST", "PUT", "PATCH"} else None
    where = path if path.startswith(ELSEWHERE) else API + path
    answer = client.request(method, where.format(**PLACES), json=body)
    kind = answer.headers.get("content-type", "")
    word = answer.json()["type"].rpartition("/")[2] if "problem" in kind else ""
    return answer.status_code, word


def test_every_operation_is_in_the_table_and_no_other(roles: Roles) -> None:
    described = roles.clients["nobody"].get(f"{API}/openapi.json").json()["paths"]
    offered = {
        (method.upper(), path.removeprefix(API))
        for path, methods in described.items()
        for method in methods
    }
    assert offered == set(TABLE)


@pytest.mark.parametrize("operation", sorted(set(TABLE) - set(END_THE_SESSION)), ids=" ".join)
def test_who_may(roles: Roles, operation: tuple[str, str]) -> None:
    demands, clients = TABLE[operation], roles.clients
    told = {who: _ask(client, *operation) for who, client in clients.items()}
    for who in STRANGERS:
        if demands == "agent":
            assert told[who] == (403, "")
        elif demands == "staff":
            assert told[who] == (403, "refused")
        elif demands == "doorbell":
            assert told[who] == (401, "wrong-press-token")
        elif demands == "anybody":
            assert told[who][1] not in {"sign-in-needed", "step-up-needed", "csrf"}
        else:
            assert told[who] == (401, "sign-in-needed"), who
    if demands == "staff":
        assert {told["stale guardian"], told["fresh guardian"]} == {(403, "refused")}
    if demands == "agent":
        assert {told["stale guardian"], told["fresh guardian"]} == {(403, "")}
    expected = (403, "step-up-needed") if demands == "fresh" else None
    assert (told["stale guardian"] == (403, "step-up-needed")) == (expected is not None)
    assert told["fresh guardian"][1] not in {"sign-in-needed", "step-up-needed", "csrf"}
    assert all(status < 500 or word == "not-at-work" for status, word in told.values())


@pytest.mark.parametrize("operation", END_THE_SESSION, ids=" ".join)
def test_signing_out_is_for_who_is_signed_in(roles: Roles, operation: tuple[str, str]) -> None:
    for who in STRANGERS:
        assert _ask(roles.clients[who], *operation) == (401, "sign-in-needed")
