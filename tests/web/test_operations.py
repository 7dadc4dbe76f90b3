"""The operations of the console over real HTTP: who may, what is answered, what is refused."""

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import httpx2
import pytest

from tests.home import WORDS
from tests.web.consoles import API, TONE, Console, console
from unhear.keep import age
from unhear.keep import identity as identities
from unhear.prove.receipt import Receipt, verify


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identities, "SCRYPT_LOG_N", 4)
        with console(tmp_path_factory.mktemp("console")) as served:
            yield served


@pytest.fixture(scope="module")
def ada(served: Console) -> Iterator[httpx2.Client]:
    with closing(served.guardian()) as client:
        yield client


def problem(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == answer.status_code
    assert said["detail"].endswith(".")
    return answer.status_code, said["type"].rpartition("/")[2]


def test_a_recording_is_listed_fetched_and_opened_with_the_households_identity(
    served: Console, ada: httpx2.Client
) -> None:
    kept = served.keep()
    page = ada.get(f"{API}/recordings").json()["recordings"]
    assert page[0]["id"] == kept.hex()
    header = ada.get(f"{API}/recordings/{kept.hex()}/header").content
    payload = ada.get(f"{API}/recordings/{kept.hex()}/payload").content
    words = ada.get(f"{API}/recordings/{kept.hex()}/transcript").content
    identity = served.house.identity.open_with_passphrase("correct horse battery staple")
    assert age.decrypt(header + payload, [identity]) == TONE
    assert age.decrypt(words, [identity]).decode() == WORDS


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-9", slice(0, 10)), ("bytes=5-", slice(5, None)), ("bytes=-7", slice(-7, None))],
)
def test_a_payload_is_read_in_parts(
    served: Console, ada: httpx2.Client, asked: str, part: slice
) -> None:
    path = f"{API}/recordings/{served.keep().hex()}/payload"
    whole = ada.get(path).content
    answer = ada.get(path, headers={"range": asked})
    assert (answer.status_code, answer.content) == (206, whole[part])
    assert answer.headers["content-range"].endswith(f"/{len(whole)}")
    assert problem(ada.get(path, headers={"range": "bytes=999999-"})) == (416, "wrong-range")


def test_pages_of_recordings_hold_each_once_newest_first(
    served: Console, ada: httpx2.Client
) -> None:
    kept = {served.keep(device="attic", hours=hour).hex() for hour in range(30)}
    found: list[dict[str, str]] = []
    cursor: str | None = ""
    while cursor is not None:
        asked: dict[str, str] = {"limit": "7", "device": "attic"}
        asked |= {"before": cursor} if cursor else {}
        answer = ada.get(f"{API}/recordings", params=asked).json()
        found += answer["recordings"]
        cursor = answer["next"]
    assert {one["id"] for one in found} == kept
    assert len(found) == 30
    moments = [datetime.fromisoformat(one["heard_at"]) for one in found]
    assert moments == sorted(moments, reverse=True)


def test_what_is_forgotten_is_gone_and_its_receipt_verifies(
    served: Console, ada: httpx2.Client
) -> None:
    kept = served.keep()
    answer = ada.delete(f"{API}/recordings/{kept.hex()}")
    assert answer.status_code == 200
    told = answer.json()
    entry = ada.get(f"{API}/receipts").json()["receipts"][0]["entry"]
    receipt = ada.get(f"{API}/receipts/{entry}").text
    verify(Receipt.from_json(receipt), served.house.ledger.key)
    assert told["count"] == "1"
    for part in ("", "/header", "/payload", "/transcript"):
        gone = ada.get(f"{API}/recordings/{kept.hex()}{part}")
        assert problem(gone) == (404, "no-such-thing")
    assert ada.get(f"{API}/receipts/verifiers/verify.html").content.startswith(b"<!")


def test_what_is_wide_needs_a_fresh_proof(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identities, "SCRYPT_LOG_N", 4)
        with console(tmp_path) as served, closing(served.guardian()) as ada:
            _wide(served, ada)


def _wide(served: Console, ada: httpx2.Client) -> None:
    served.keep()
    served.grow_stale()
    wide = ada.post(f"{API}/erasures", json={"everything": True})
    assert problem(wide) == (403, "step-up-needed")
    assert problem(ada.post(f"{API}/passkeys/begin")) == (403, "step-up-needed")
    proof = served.passphrase_proof()["proof"]
    wrong = {"kind": "passphrase", "proof": served.passphrase_proof(passphrase="wrong")["proof"]}
    assert problem(ada.post(f"{API}/session/step-up", json=wrong)) == (401, "wrong-passphrase")
    right = {"kind": "passphrase", "proof": proof}
    assert ada.post(f"{API}/session/step-up", json=right).status_code == 200
    assert ada.post(f"{API}/erasures", json={"everything": True}).status_code == 200
    assert served.house.catalogue.extent()[0] == 0


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({}, "nothing-named"),
        ({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "no-such-scope"),
        ({"household": True, "device": "kitchen"}, "no-such-scope"),
        ({"since": "2026-01-02T00:00:00"}, "not-understood"),
        ({"recordings": ["zz"]}, "not-understood"),
        ({"recordings": []}, "no-such-scope"),
        ({"device": "kitchen", "secretly": 1}, "not-understood"),
    ],
)
def test_what_names_nothing_forgets_nothing(
    served: Console, ada: httpx2.Client, asked: dict[str, object], kind: str
) -> None:
    served.keep()
    before = served.house.catalogue.extent()
    answer = ada.post(f"{API}/erasures", json=asked)
    assert problem(answer) == (422, kind)
    assert "zz" not in answer.text
    assert served.house.catalogue.extent() == before


def test_nothing_is_done_for_another_page(served: Console, ada: httpx2.Client) -> None:
    kept = served.keep()
    path = f"{API}/recordings/{kept.hex()}"
    elsewhere = ada.delete(path, headers={"origin": "https://elsewhere.example"})
    assert problem(elsewhere) == (403, "other-origin")
    assert problem(ada.delete(path, headers={"x-csrf": "guessed"})) == (403, "csrf")
    assert problem(ada.get(path, headers={"host": "elsewhere.example"})) == (403, "other-origin")
    form = ada.post("/today/forget", data={"recording": kept.hex(), "csrf": ""})
    assert problem(form) == (403, "csrf")
    assert served.house.catalogue.recording(kept).id == kept


def test_a_form_forgets_without_any_script(served: Console, ada: httpx2.Client) -> None:
    kept = served.keep()
    form = {"recording": kept.hex(), "csrf": ada.headers["x-csrf"]}
    answer = ada.post("/today/forget", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/receipts")
    assert problem(ada.get(f"{API}/recordings/{kept.hex()}"))[0] == 404


def test_the_wrong_passphrase_is_refused_and_not_for_ever_tried(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identities, "SCRYPT_LOG_N", 4)
        with console(tmp_path) as served, closing(served.client()) as client:
            wrong = served.passphrase_proof(passphrase="wrong words here")
            path = f"{API}/session/passphrase"
            answers = [client.post(path, json=wrong) for _ in range(12)]
            assert problem(answers[0]) == (401, "wrong-passphrase")
            assert problem(answers[-1]) == (429, "too-often")
            not_a_guardian = served.passphrase_proof("Jo")
            assert client.post(path, json=not_a_guardian).status_code == 429


def test_notices_are_read_by_anybody_and_name_nobody(served: Console, ada: httpx2.Client) -> None:
    version = ada.get(f"{API}/consents").json()["notice"]
    with closing(served.client()) as stranger:
        for kind in ("online", "retention"):
            told = stranger.get(f"{API}/notices/{kind}").json()
            assert told["version"] == version
            assert "Ada" not in told["text"]
            assert "Mia" not in told["text"]
            assert told["title"] in stranger.get(f"/notice?kind={kind}").text
        assert stranger.get("/notice?kind=direct").status_code == 303
        assert stranger.get(f"{API}/notices/direct").status_code == 422
    assert "Ada" in ada.get("/notice?kind=direct").text


def test_who_signed_out_is_a_stranger(served: Console) -> None:
    with closing(served.guardian()) as client:
        assert client.delete(f"{API}/session").status_code == 204
        assert problem(client.get(f"{API}/recordings")) == (401, "sign-in-needed")
        assert client.get("/today").status_code == 303


def test_a_large_request_is_not_read(served: Console, ada: httpx2.Client) -> None:
    huge = io.BytesIO(b"x" * (2 << 20))
    answer = ada.post(f"{API}/erasures", content=huge.getvalue())
    assert problem(answer) == (413, "too-large")


def test_every_answer_forbids_what_pages_do_not_need(served: Console, ada: httpx2.Client) -> None:
    for path in ("/", "/today", f"{API}/recordings", f"{API}/nothing", "/static/nothing"):
        headers = ada.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_another_browser_becomes_a_device_and_sees_nothing(
    served: Console, ada: httpx2.Client
) -> None:
    made = ada.post(f"{API}/devices/pairings", json={"name": "tablet", "room": "nursery"}).json()
    with closing(served.client()) as tablet:
        wrong = tablet.post(f"{API}/devices/pairings/finish", json={"code": "AAAAAAAA"})
        assert problem(wrong) == (401, "wrong-code")
        code = {"code": made["code"].lower()}
        answer = tablet.post(f"{API}/devices/pairings/finish", json=code)
        assert answer.status_code == 204
        tablet.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
        again = tablet.post(f"{API}/devices/pairings/finish", json=code)
        assert problem(again) == (401, "wrong-code")
        assert tablet.get("/talk").status_code == 200
        assert tablet.get("/today").status_code == 303
        assert problem(tablet.get(f"{API}/recordings")) == (401, "sign-in-needed")
        assert ada.delete(f"{API}/devices/tablet").status_code == 204
        assert tablet.get("/talk").status_code == 303
