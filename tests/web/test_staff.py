"""Staff open nothing without a guardian's grant, made with the guardian's own key, and a look."""

import logging
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.home import PASSPHRASE
from tests.web.consoles import API, TONE, console
from tests.web.desks import OPERATOR, WHY, Desk, Member, Staffed, one_for
from unhear.forget.kept_receipts import receipts
from unhear.forget.snapshot import snapshot
from unhear.household.staff import Role
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.keep import identity as identities
from unhear.keep.age import NotForThisIdentity, PayloadDamaged
from unhear.prove.claims import BY_STAFF
from unhear.prove.receipt import Receipt, verify
from unhear.prove.statement import commit
from unhear.web.ceremonies import text

ALEX = Member()
SASHA = Member("sasha", Role.SAFETY)
RAE = Member("rae", Role.RESEARCH)


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identities, "SCRYPT_LOG_N", 4)
        patch.setattr("unhear.web.security.STAFF_PER_MINUTE", 10_000)
        patch.setattr("unhear.house.reception.OPEN_MAX", 1_000)
        patch.setattr("unhear.house.reception.A_DAY_MAX", 1_000)
        desk = Desk()
        folder = tmp_path_factory.mktemp("staffed")
        with console(folder, staff=desk.trusted) as served:
            desk.home = served.house.household.id.hex()
            client = httpx2.Client(base_url=served.url, trust_env=False, timeout=60)
            with closing(client), closing(served.guardian()) as ada:
                yield Staffed(served, desk, client, ada)


def _refused(answer: httpx2.Response, part: str = "") -> None:
    assert answer.status_code == 403, answer.text
    assert answer.json()["type"] == "/problems/refused"
    assert part.lower() in answer.json()["detail"].lower()


def _opened(staffed: Staffed, looked: dict[str, Any], grant: str, member: Member) -> bytes:
    (piece,) = looked["pieces"]
    part = staffed.asks("payload", member, grant=grant, first=0, last=looked["size"] - 1)
    assert part.status_code == 200, part.text
    header = urlsafe_b64decode(piece["header"] + "==")
    return age.decrypt(header + part.content, [member.identity])


def _receipts(staffed: Staffed, kind: str) -> list[Receipt]:
    house = staffed.served.house
    found = snapshot(
        house.database, house.keeper, lambda tx, tree: receipts(tx, tree, house.household.id)
    )
    return [one for one in found if one.statement["kind"] == kind]


def test_a_guardian_grants_and_the_member_alone_opens_it(staffed: Staffed) -> None:
    recording = staffed.served.keep()
    request = staffed.request(ALEX, [recording])
    waiting = staffed.ada.get(f"{API}/access").json()["requests"][0]
    assert (waiting["id"], waiting["state"], waiting["staff"]["name"]) == (
        request,
        "waiting",
        "Alex",
    )
    assert (waiting["ticket"], waiting["why"], waiting["operator"]) == ("123", WHY, OPERATOR)
    assert [one["id"] for one in waiting["matching"]] == [recording.hex()]
    assert staffed.grant(request, [recording], ALEX).status_code == 200
    own = staffed.asks("requests", ALEX).json()["requests"][0]
    assert (own["request"], own["state"]) == (request, "granted")
    (grant,) = own["grants"]
    _refused(staffed.asks("payload", ALEX, grant=grant, first=0, last=0), "no such grant")
    looked = staffed.asks("headers", ALEX, grant=grant).json()
    assert _opened(staffed, looked, grant, ALEX) == TONE
    assert (looked["ticket"], looked["filmed"], looked["device"]) == ("123", False, "kitchen")
    header = urlsafe_b64decode(looked["pieces"][0]["header"] + "==")
    household = staffed.served.house.identity.open_with_passphrase(PASSPHRASE)
    for other in (SASHA.identity, household):
        with pytest.raises(NotForThisIdentity):
            age.decrypt(header, [other])


def test_a_look_is_in_the_ledger_and_told_in_words_when_the_grant_is_gone(
    staffed: Staffed,
) -> None:
    recording = staffed.served.keep()
    (grant,) = staffed.granted(ALEX, recording)
    assert staffed.asks("headers", ALEX, grant=grant).status_code == 200
    assert staffed.ada.delete(f"{API}/access/grants/{grant}").status_code == 200
    look = staffed.ada.get(f"{API}/access").json()["looks"][0]
    assert (look["staff"]["name"], look["operator"], look["ticket"]) == ("Alex", OPERATOR, "123")
    assert (look["recording"], look["seconds"]) == (recording.hex(), 1.5)
    receipt = _receipts(staffed, "look")[-1]
    assert receipt.statement["how"] == BY_STAFF
    assert receipt.proof.index == look["entry"]
    opening: Any = receipt.opening
    assert opening.person.item == b"alex"
    assert commit("person", opening.person) == receipt.statement["person"]
    assert [one.item for one in opening.items] == [recording]
    proves = " ".join(verify(receipt, staffed.served.house.ledger.key).proves)
    assert "1 kept thing was opened by staff at" in proves
    assert "somebody of the household" not in proves
    told = staffed.ada.get(f"{API}/everything").json()["parts"]["staff"]
    assert told["looks"][0]["recording"] == recording.hex()
    _refused(staffed.asks("headers", ALEX, grant=grant), "no such grant")


def test_without_a_desk_in_the_settings_there_is_nothing(tmp_path: Path) -> None:
    desk = Desk()
    with console(tmp_path) as served, closing(served.guardian()) as ada:
        desk.home = served.house.household.id.hex()
        for operation in ("ask", "requests", "headers", "payload", "give_back", "counts"):
            body = desk.wants(operation, ALEX)
            assert ada.post(f"{API}/staff/{operation}", json=body).status_code == 404
        assert ada.get(f"{API}/access").status_code == 404
        assert ada.get("/access").status_code == 404
        assert "/access" not in ada.get("/today").text


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another home": ({"home": "0" * 32}, "another home"),
    "another operation": ({"operation": "counts"}, "another operation"),
    "too old": ({"at": "2026-01-01T00:00:00+00:00"}, "two minutes"),
    "no time zone": ({"at": "2026-01-01T00:00:00"}, "time zone"),
    "no nonce": ({"nonce": "again"}, "nonce"),
    "no member": ({"staff": {}}, "staff.id"),
    "a boss": ({"staff": {**ALEX.fields, "role": "boss"}}, "role"),
    "version": ({"v": 2}, "version"),
    "more": ({"more": 1}, "fields are others"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_signed_wrongly_is_refused(staffed: Staffed, wrong: str) -> None:
    change, said = WRONG[wrong]
    fields = {**staffed.desk.fields("requests", ALEX, {}), **change}
    _refused(staffed.post("requests", staffed.desk.signed(fields)), said)


def test_another_desk_is_refused_and_so_is_what_was_changed(staffed: Staffed) -> None:
    stranger = Desk(staffed.desk.home)
    _refused(staffed.post("requests", stranger.wants("requests", ALEX)), "signature")
    ours = staffed.desk.wants("requests", ALEX)
    theirs = staffed.desk.wants("requests", SASHA)
    _refused(staffed.post("requests", {**ours, "message": theirs["message"]}), "signature")
    _refused(staffed.post("requests", {"message": "?", "signature": ""}), "base64")
    _refused(staffed.post("requests", {}), "signature")


def test_a_message_counts_once(staffed: Staffed) -> None:
    body = staffed.desk.wants("counts", ALEX)
    assert staffed.post("counts", body).status_code == 200
    _refused(staffed.post("counts", body), "used before")


def test_there_is_nothing_without_a_grant_or_with_somebody_elses(staffed: Staffed) -> None:
    recording = staffed.served.keep()
    other_key = Member("alex")
    (grant,) = staffed.granted(ALEX, recording)
    assert staffed.asks("headers", ALEX, grant=grant).status_code == 200
    for member, named in (
        (ALEX, recording.hex()),
        (ALEX, "0" * 32),
        (SASHA, grant),
        (other_key, grant),
        (Member("alex", Role.OPERATOR, ALEX.identity), grant),
    ):
        for operation in ("headers", "payload"):
            answer = staffed.asks(operation, member, grant=named, first=0, last=0)
            _refused(answer, "no such grant")
    for member in (SASHA,):
        _refused(staffed.asks("give_back", member, grant=grant), "no such grant")
    public = staffed.client.get(f"{API}/grants/{grant}/headers")
    assert public.status_code == 404
    assert staffed.client.get(f"{API}/grants/{grant}/payload").status_code == 404


def test_a_link_is_no_grant_to_staff(staffed: Staffed) -> None:
    recording = staffed.served.keep()
    header = one_for(staffed.served, recording, Member("link"))
    made = staffed.ada.post(
        f"{API}/grants",
        json={"recording": recording.hex(), "headers": [text(header)], "whom": "x", "why": "y"},
    ).json()
    _refused(staffed.asks("headers", ALEX, grant=made["id"]), "no such grant")
    assert staffed.ada.delete(f"{API}/access/grants/{made['id']}").status_code == 404


def test_some_are_granted_and_the_others_stay_shut(staffed: Staffed) -> None:
    first, second, third = (staffed.served.keep() for _ in range(3))
    request = staffed.request(ALEX, [first, second])
    unasked = staffed.grant(request, [first, third], ALEX)
    assert (unasked.status_code, "not asked for" in unasked.text) == (422, True)
    assert staffed.asks("requests", ALEX).json()["requests"][0]["state"] == "waiting"
    assert staffed.grant(request, [first], ALEX, hours=2).status_code == 200
    (made,) = [
        one
        for one in staffed.ada.get(f"{API}/access").json()["grants"]
        if one["recording"] == first.hex()
    ]
    lasts = datetime.fromisoformat(made["until"]) - datetime.fromisoformat(made["made_at"])
    assert lasts == timedelta(hours=2)
    again = staffed.grant(request, [second], ALEX)
    assert again.json()["type"] == "/problems/request-closed"


def test_nothing_is_told_of_what_a_request_names(staffed: Staffed) -> None:
    known, unknown = staffed.served.keep(), TraceId(b"\1" * 16)
    wanted = {"purpose": "support", "ticket": "1", "why": WHY, "hours": 1}
    answers = [
        staffed.asks("ask", ALEX, **wanted, recordings=[one.hex()]).json()
        for one in (known, unknown)
    ]
    assert [list(one) for one in answers] == [["request"], ["request"]]


def test_a_time_and_a_device_are_asked_for(staffed: Staffed) -> None:
    balcony = staffed.served.keep(device="balcony", minutes=5)
    staffed.served.keep(device="shed", minutes=5)
    now = datetime.now(UTC)  # noqa: TID251 - staff have clocks of their own
    times = {"from": (now - timedelta(minutes=6)).isoformat(), "to": now.isoformat()}
    wanted = {"purpose": "support", "ticket": "1", "why": WHY, "hours": 1}
    answer = staffed.asks("ask", ALEX, **wanted, **times, device="balcony")
    waiting = staffed.ada.get(f"{API}/access").json()["requests"][0]
    assert waiting["id"] == answer.json()["request"]
    assert [one["id"] for one in waiting["matching"]] == [balcony.hex()]


def test_review_needs_a_second_person_and_the_consent_of_whoever_is_heard(
    staffed: Staffed,
) -> None:
    house = staffed.served.house
    ada = next(iter(house.household.guardians))
    unknown, heard = staffed.served.keep(), staffed.served.keep(person=ada)
    ids = [unknown.hex(), heard.hex()]
    wanted = {"purpose": "review", "ticket": "7", "why": WHY, "hours": 1, "recordings": ids}
    _refused(staffed.asks("ask", ALEX, second=SASHA, **wanted), "forbid")
    for second in (None, RAE, ALEX):
        _refused(staffed.asks("ask", RAE, second=second, **wanted), "a second person agrees")
    request = staffed.asks("ask", RAE, second=SASHA, **wanted).json()["request"]

    def matching() -> list[str]:
        found = staffed.ada.get(f"{API}/access").json()["requests"]
        return [one["id"] for one in next(r for r in found if r["id"] == request)["matching"]]

    assert matching() == []
    assert staffed.grant(request, [heard], RAE).status_code == 422
    consent = {"person": ada, "purposes": ["review"]}
    assert staffed.ada.post(f"{API}/consents", json=consent).status_code == 201
    assert matching() == [heard.hex()]
    assert staffed.grant(request, [unknown], RAE).status_code == 422
    assert staffed.grant(request, [heard], RAE).status_code == 200
    own = staffed.asks("requests", RAE).json()["requests"][0]
    looked = staffed.asks("headers", RAE, grant=own["grants"][0])
    assert looked.status_code == 200
    no = {"person": ada, "purpose": "review"}
    assert staffed.ada.post(f"{API}/consents/stop", json=no).status_code == 200
    _refused(staffed.asks("headers", RAE, grant=own["grants"][0]), "no such grant")


def test_headers_of_one_recording_open_no_other(staffed: Staffed) -> None:
    first, second = staffed.served.keep(), staffed.served.keep(device="porch")
    one, two = staffed.granted(ALEX, first, second)
    headers = {
        grant: staffed.asks("headers", ALEX, grant=grant).json()["pieces"][0]["header"]
        for grant in (one, two)
    }
    size = staffed.served.house.payloads.size(staffed.served.house.household.id, first)
    body = staffed.asks("payload", ALEX, grant=one, first=0, last=size - 1).content
    assert age.decrypt(urlsafe_b64decode(headers[one] + "==") + body, [ALEX.identity]) == TONE
    with pytest.raises(PayloadDamaged):
        age.decrypt(urlsafe_b64decode(headers[two] + "==") + body, [ALEX.identity])
    beyond = staffed.asks("payload", ALEX, grant=one, first=0, last=size)
    _refused(beyond, "outside what was granted")


@pytest.mark.parametrize("how", ["revoked", "given back", "request given back", "forgotten"])
def test_a_grant_ends_early(staffed: Staffed, how: str) -> None:
    recording = staffed.served.keep()
    request = staffed.request(ALEX, [recording])
    assert staffed.grant(request, [recording], ALEX).status_code == 200
    (grant,) = staffed.asks("requests", ALEX).json()["requests"][0]["grants"]
    assert staffed.asks("headers", ALEX, grant=grant).status_code == 200
    if how == "revoked":
        assert staffed.ada.delete(f"{API}/access/grants/{grant}").status_code == 200
    elif how == "given back":
        assert staffed.asks("give_back", ALEX, grant=grant).json() == {}
    elif how == "request given back":
        _refused(staffed.asks("give_back", SASHA, request=request), "no such request")
        assert staffed.asks("give_back", ALEX, request=request).json() == {}
    else:
        assert staffed.ada.delete(f"{API}/recordings/{recording.hex()}").status_code == 200
    for operation in ("headers", "payload", "give_back"):
        _refused(staffed.asks(operation, ALEX, grant=grant, first=0, last=0), "no such grant")
    own = staffed.asks("requests", ALEX).json()["requests"][0]
    assert (own["request"], own["state"], own["grants"]) == (request, "over", [])


def test_a_guardian_says_no(staffed: Staffed) -> None:
    recording = staffed.served.keep()
    request = staffed.request(ALEX, [recording])
    where = f"{API}/access/requests/{request}"
    no = staffed.ada.post(f"{where}/refuse", json={"word": "Call me first."}).json()
    assert (no["state"], no["word"], no["matching"], no["by"]) == (
        "refused",
        "Call me first.",
        [],
        "Ada",
    )
    assert staffed.grant(request, [recording], ALEX).status_code == 409
    assert staffed.asks("requests", ALEX).json()["requests"][0]["state"] == "refused"


def test_refusals_are_counted_and_told_without_a_word(
    staffed: Staffed, caplog: pytest.LogCaptureFixture
) -> None:
    house = staffed.served.house
    assert house.reception is not None
    before = house.reception.refusals.counted.total()
    curious = Member("curious", Role.OPERATOR)
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            wanted = {"purpose": "support", "ticket": "secret-ticket", "why": "secret-why"}
            _refused(staffed.asks("ask", curious, **wanted, hours=1, recordings=["0" * 32]))
        stranger = Desk(staffed.desk.home)
        _refused(staffed.post("headers", stranger.wants("headers", Member("stranger"))))
    assert house.reception.refusals.counted.total() == before + 4
    refused = [one for one in caplog.records if one.msg == "staff message refused"]
    assert len(refused) == 4
    for word in ("secret", "Curious", "curious", "Stranger"):
        assert all(word not in str(vars(one)) for one in caplog.records)
    told = [one["text"] for one in staffed.ada.get(f"{API}/notices").json()]
    assert sum("Curious" in one and OPERATOR in one for one in told) == 1
    assert not any("Stranger" in one for one in told)


def test_numbers_are_told_and_no_names(staffed: Staffed) -> None:
    auditor = Member("ali", Role.AUDITOR)
    before = staffed.asks("counts", auditor).json()
    keyless = {**auditor.fields, "recipient": None}
    fields = staffed.desk.fields("counts", auditor, {}, staff=keyless)
    assert staffed.post("counts", staffed.desk.signed(fields)).json() == before
    (grant,) = staffed.granted(ALEX, staffed.served.keep())
    for _ in range(2):
        assert staffed.asks("headers", ALEX, grant=grant).status_code == 200
    after = staffed.asks("counts", auditor).json()
    assert {name: after[name] - before[name] for name in after} == {
        "looks": 2,
        "requests": 1,
        "grants": 1,
    }
    _refused(staffed.asks("requests", auditor), "no rule permits")


def test_a_header_must_be_for_one_recipient_alone(staffed: Staffed) -> None:
    recording = staffed.served.keep()
    request = staffed.request(ALEX, [recording])
    household = staffed.served.house.identity.open_with_passphrase(PASSPHRASE)
    header, _ = staffed.served.house.catalogue.parts(recording)
    two = age.rewrap(header, household, [ALEX.identity.recipient, SASHA.identity.recipient])
    body = {"recordings": [{"recording": recording.hex(), "headers": [text(two)]}]}
    where = f"{API}/access/requests/{request}/grant"
    assert staffed.ada.post(where, json=body).status_code == 422
    assert staffed.ada.post(where, json={"recordings": []}).status_code == 422


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hours": 73}, "hours"),
        ({"hours": True}, "hours"),
        ({"ticket": "x" * 41}, "ticket"),
        ({"why": " "}, "why"),
        ({"purpose": "curiosity"}, "purpose"),
        ({"recordings": ["x"]}, "recordings"),
        ({"recordings": None}, "from"),
    ],
)
def test_a_request_is_whole(staffed: Staffed, change: dict[str, Any], said: str) -> None:
    wanted = {"purpose": "support", "ticket": "1", "why": WHY, "hours": 1}
    _refused(staffed.asks("ask", ALEX, **{**wanted, "recordings": ["0" * 32], **change}), said)
