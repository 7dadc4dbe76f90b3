"""A desk and a real home: asked, granted by a guardian, looked at, given back, and counted."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx2
import pytest
from webauthn.helpers import base64url_to_bytes

from tests.desk.desks import PAGE, Home, Served, Worker, desk_at, home_at
from tests.web.consoles import TONE
from unhear.clock import now
from unhear.household.staff import Role
from unhear.household.words import TraceId
from unhear.keep import age


@dataclass
class Both:
    """A desk, and a home that it may ask."""

    served: Served
    home: Home


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    with (
        home_at(folder / "home", folder / "desk") as home,
        desk_at(folder / "desk", [home.place]) as served,
    ):
        yield Both(served, home)


def form_for(both: Both, recording: TraceId, **other: str) -> dict[str, str]:
    return {
        "home": both.home.id,
        "purpose": "support",
        "ticket": "T-123",
        "why": "The doorbell does not ring",
        "hours": "2",
        "recordings": recording.hex(),
        **other,
    }


def send(client: httpx2.Client, path: str, **fields: str) -> httpx2.Response:
    return client.post(path, data={"csrf": client.headers["x-csrf"], **fields}, headers=PAGE)


def opened(client: httpx2.Client, who: Worker, look: dict[str, object]) -> bytes:
    """Open what a look answered, as the member's browser does."""
    seen = look["seen"]
    assert isinstance(seen, dict)
    whole = b""
    for piece in seen["pieces"]:
        place = {"first": piece["at"], "last": piece["at"] + piece["size"] - 1}
        body = client.get(f"/api/v1/looks/{look['look']}/payload", params=place)
        assert body.status_code == 200, body.text
        whole += age.decrypt(base64url_to_bytes(piece["header"]) + body.content, [who.identity])
    return whole


def test_what_a_guardian_grants_opens_for_its_member_alone_and_lies_nowhere(both: Both) -> None:
    recording = both.home.console.keep()
    alex, other = both.served.worker(Role.SUPPORT), both.served.worker(Role.SUPPORT, "Bo")
    with closing(both.served.client(alex)) as client, closing(both.served.client(other)) as bo:
        assert send(client, "/requests", **form_for(both, recording)).status_code == 303
        assert "waiting" in client.get("/requests").text
        assert "Nothing is granted" in client.get("/granted").text
        assert alex.member.recipient is not None
        grant = both.home.grant(recording, alex.member.recipient)
        wanted = {"home": both.home.id, "grant": grant}
        assert grant in client.get("/granted").text
        look = client.post("/api/v1/looks", json=wanted)
        assert look.status_code == 201, look.text
        assert opened(client, alex, look.json()) == TONE
        assert bo.post("/api/v1/looks", json=wanted).status_code == 404
        at = {"first": 0, "last": 9}
        payload = f"/api/v1/looks/{look.json()['look']}/payload"
        assert bo.get(payload, params=at).status_code == 404
        assert "T-123" in client.get("/history").text
        assert "T-123" not in bo.get("/history").text
        (stated,) = both.home.console.house.access.looks()
        assert stated.ticket == "T-123"
        written = both.served.written()
        for piece in look.json()["seen"]["pieces"]:
            header = base64url_to_bytes(piece["header"])
            assert header not in written
            assert piece["header"].encode() not in written
            assert client.get(payload, params=at).content not in written
        assert TONE[100:140] not in written
        assert alex.identity.secret not in written
        assert recording.hex().encode() not in written
        (asked,) = both.served.desk.requests.own(alex.member)
        assert send(client, "/requests/give-back", which=asked.id).status_code == 303
        assert client.post("/api/v1/looks", json=wanted).status_code == 409


def test_counts_tell_everybody_how_often_and_auditors_what_homes_say(both: Both) -> None:
    audit = both.served.worker(Role.AUDITOR, "Kim")
    with closing(both.served.client()) as nobody, closing(both.served.client(audit)) as client:
        told = nobody.get("/counts.json").json()
        assert set(told["homes"]) == {both.home.id}
        assert set(told["total"]) == {"looks", "requests", "grants"}
        page = client.get("/looks", params={"homes": "1"}).text
        assert "does not say" not in page
        assert "which differs" not in page


def test_research_waits_for_somebody_else(both: Both) -> None:
    recording = both.home.console.keep()
    asker = both.served.worker(Role.RESEARCH, "Rio")
    safety, support = both.served.worker(Role.SAFETY, "Sam"), both.served.worker(Role.SUPPORT)
    house = both.home.console.house
    before = len(house.access.requests())
    with (
        closing(both.served.client(asker)) as rio,
        closing(both.served.client(safety)) as sam,
        closing(both.served.client(support)) as alex,
    ):
        wanted = form_for(both, recording, purpose="research", ticket="R-9")
        assert send(rio, "/requests", **wanted).status_code == 303
        assert len(house.access.requests()) == before
        (asked,) = both.served.desk.requests.own(asker.member)
        for who, status in ((rio, 403), (alex, 403)):
            answer = send(who, "/approvals/agree", which=asked.id)
            assert answer.status_code == status
        assert "R-9" in sam.get("/approvals").text
        assert "R-9" not in rio.get("/approvals").text
        assert send(sam, "/approvals/agree", which=asked.id).status_code == 303
        assert send(sam, "/approvals/agree", which=asked.id).status_code == 409
    newest = house.access.requests()[0]
    assert len(house.access.requests()) == before + 1
    assert newest.reason.second is not None
    assert (newest.staff.name, newest.reason.second.name) == ("Rio", "Sam")


def test_what_a_colleague_refuses_no_home_hears_of(both: Both) -> None:
    asker, safety = both.served.worker(Role.RESEARCH), both.served.worker(Role.SAFETY, "Sam")
    before = len(both.home.console.house.access.requests())
    with closing(both.served.client(asker)) as client, closing(both.served.client(safety)) as sam:
        wanted = form_for(both, both.home.console.keep(), purpose="review")
        assert send(client, "/requests", **wanted).status_code == 303
        (asked,) = both.served.desk.requests.own(asker.member)
        assert send(sam, "/approvals/refuse", which=asked.id).status_code == 303
    (asked,) = both.served.desk.requests.own(asker.member)
    assert (asked.state.value, asked.asked) == ("refused here", None)
    assert wanted["recordings"].encode() not in both.served.written()
    assert len(both.home.console.house.access.requests()) == before


def test_what_a_home_refuses_is_told_and_asked_nowhere(both: Both) -> None:
    alex = both.served.worker(Role.SUPPORT)
    with closing(both.served.client(alex)) as client:
        desk = both.served.desk
        late = replace(desk.homes, clock=lambda: now() - timedelta(hours=1))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(desk.requests, "_homes", late)
            answer = send(client, "/requests", **form_for(both, both.home.console.keep()))
        assert answer.status_code == 409
        assert "The home refuses" in answer.text
        assert "The doorbell does not ring" in answer.text
        assert both.served.desk.requests.own(alex.member) == []
