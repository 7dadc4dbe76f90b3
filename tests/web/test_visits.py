"""Whoever was filmed can ask that it be forgotten; a guardian decides, and a receipt proves it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx2
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.home import PASSPHRASE
from tests.web.browser import browser
from tests.web.consoles import API, TONE, Console, console
from tests.web.test_accessible import AXE, broken
from unhear.capture.sound import RATE_HZ
from unhear.engines.audio_files import read_sound
from unhear.forget.traces import new_trace_id
from unhear.house import data_requests, visits
from unhear.house.cameras import camera_item
from unhear.household.cameras import Camera
from unhear.household.words import WHOEVER_IS_SEEN, DeviceId, Seen, TraceId, Utterance
from unhear.keep import age
from unhear.keep import identity as identities
from unhear.prove.receipt import Receipt, verify
from unhear.settings import CameraSettings
from unhear.web import security

DOOR = DeviceId("front door")
HERE = f"/visit/{camera_item(DOOR).hex()}"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setattr(identities, "SCRYPT_LOG_N", 4)
    named = [CameraSettings(name=name, address="rtsp://127.0.0.1:9") for name in (DOOR, "garden")]
    with console(tmp_path, cameras=tuple(named)) as served:
        house = served.house
        house.household = house.cameras.decide(Camera(DOOR, on=True))
        yield served


@pytest.fixture
def visitor(served: Console) -> Iterator[httpx2.Client]:
    with closing(served.client()) as client:
        yield client


@pytest.fixture
def ada(served: Console) -> Iterator[httpx2.Client]:
    with closing(served.guardian()) as client:
        yield client


def film(served: Console, camera: str = DOOR, **ago: float) -> TraceId:
    at, trace = served.house.clock() - timedelta(**ago), new_trace_id()
    utterance = Utterance(trace, at, DeviceId(camera), WHOEVER_IS_SEEN, seen=(Seen.PERSON,))
    served.house.clips.begin(utterance, at + timedelta(days=3)).add(b"a film", 0, 2)
    return trace


def ask(served: Console, visitor: httpx2.Client, **ago: float) -> httpx2.Response:
    """Ask for the hour that was so long ago."""
    at = (served.house.clock() - timedelta(**ago)).astimezone(served.house.settings.zone)
    since, until = at - timedelta(minutes=30), at + timedelta(minutes=30)
    form = {
        "day": since.date().isoformat(),
        "since": since.strftime("%H:%M"),
        "until": until.strftime("%H:%M"),
    }
    return visitor.post(HERE, data=form)


def decide(ada: httpx2.Client, **wanted: str) -> httpx2.Response:
    (asked,) = ada.get(f"{API}/requests").json()
    return ada.post(f"{API}/requests/{asked['id']}", json=wanted)


def test_a_visit_is_forgotten_and_proved(
    served: Console, visitor: httpx2.Client, ada: httpx2.Client
) -> None:
    gone = film(served, hours=5)
    others = {film(served, hours=8), film(served, "garden", hours=5), served.keep(hours=5)}
    page = visitor.get(HERE)
    assert (page.status_code, "72 hours" in page.text) == (200, True)
    answer = ask(served, visitor, hours=5)
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    assert "will decide" in visitor.get(where).text
    assert visitor.get(f"{where}/receipt").status_code == 404
    assert "front door" in ada.get("/receipts").text
    decided = decide(ada, answer="agree")
    assert decided.status_code == 200, decided.text
    kept = {one.id for one in served.house.catalogue.recordings()}
    assert (gone in kept, kept) == (False, others)
    assert "was forgotten" in visitor.get(where).text
    receipt = Receipt.from_json(visitor.get(f"{where}/receipt").content)
    assert receipt.opening is None
    assert verify(receipt, served.house.ledger.key).statement["count"] == "1"


def test_a_guardian_can_say_no(served: Console, visitor: httpx2.Client, ada: httpx2.Client) -> None:
    stays = film(served, hours=5)
    where = ask(served, visitor, hours=5).headers["location"]
    assert decide(ada, answer="deny", why="other").status_code == 200
    assert "said no" in visitor.get(where).text
    assert [one.id for one in served.house.catalogue.recordings()] == [stays]
    (asked,) = ada.get(f"{API}/requests").json()
    assert asked["visit"] is None


@pytest.mark.parametrize("ago", [{"days": 5}, {"hours": -2}])
def test_a_time_of_which_nothing_can_be_kept_is_refused(
    served: Console, visitor: httpx2.Client, ago: dict[str, float]
) -> None:
    assert ask(served, visitor, **ago).status_code == 422
    assert served.house.data_requests.all() == []


def test_what_is_no_time_is_refused(visitor: httpx2.Client) -> None:
    for form in (
        {"day": "yesterday", "since": "10:00", "until": "11:00"},
        {"day": "2026-11-28", "since": "25:00", "until": "11:00"},
    ):
        answer = visitor.post(HERE, data=form)
        assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)


def test_strangers_find_nothing_and_see_no_other_requests(
    served: Console, visitor: httpx2.Client
) -> None:
    where = ask(served, visitor, hours=5).headers["location"]
    garden = f"/visit/{camera_item(DeviceId('garden')).hex()}"
    for wrong in (
        "/visit/nowhere",
        f"/visit/{'0' * 32}",
        f"{HERE}/{'0' * 32}",
        f"{HERE}/x",
        f"{garden}/{where.rpartition('/')[2]}",
    ):
        assert visitor.get(wrong).status_code == 404
    assert visitor.get(f"/signs/{camera_item(DOOR).hex()}").headers["location"] == "/"


def test_a_flood_of_requests_is_stopped(
    served: Console, visitor: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_requests, "OPEN_MAX", 2)
    answers = [ask(served, visitor, hours=5) for _ in range(security.PROOFS_PER_MINUTE + 1)]
    assert [one.status_code for one in answers[:3]] == [303, 303, 422]
    assert "too many requests" in answers[2].text.lower()
    assert answers[-1].status_code == 429


def test_the_sign_leads_to_the_page(ada: httpx2.Client, served: Console) -> None:
    where = f"/signs/{camera_item(DOOR).hex()}"
    assert where in ada.get("/camera", params={"name": DOOR}).text
    sign = ada.get(where)
    assert f"{served.url}{HERE}" in sign.text
    assert "data:image/svg+xml" in sign.text


def sealed(served: Console, sound: bytes = b"RIFF") -> bytes:
    return age.encrypt(sound, [served.house.identity.recipient])


def test_a_message_is_kept_sealed_and_no_more_than_may_be(
    served: Console, visitor: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "MESSAGES_A_DAY", 1)
    left = visitor.post(f"{HERE}/message?seconds=2.5", content=sealed(served))
    assert left.status_code == 204, left.text
    (kept,) = served.house.catalogue.recordings()
    utterance = kept.utterance
    assert (utterance.device, utterance.seconds, utterance.person) == (DOOR, 2.5, WHOEVER_IS_SEEN)
    identity = served.house.identity.open_with_passphrase(PASSPHRASE)
    assert age.decrypt(served.house.catalogue.sealed(kept.id).sound, [identity]) == b"RIFF"
    again = visitor.post(f"{HERE}/message?seconds=2.5", content=sealed(served))
    assert (again.status_code, again.json()["type"]) == (409, "/problems/no-messages")


def test_what_is_not_sealed_or_too_large_is_no_message(
    served: Console, visitor: httpx2.Client
) -> None:
    garden = f"/visit/{camera_item(DeviceId('garden')).hex()}"
    for where, content, status in (
        (HERE, b"a sound that is not sealed", 422),
        (HERE, bytes((3 << 20) + 1), 413),
        (garden, sealed(served), 409),  # it is off, and keeps nothing
    ):
        answer = visitor.post(f"{where}/message?seconds=1", content=content)
        assert answer.status_code == status, answer.text
    assert served.house.catalogue.recordings() == []


@pytest.mark.tools
def test_a_visitor_speaks_and_a_guardian_hears_it(served: Console, tmp_path: Path) -> None:
    microphone = tmp_path / "speech.wav"
    microphone.write_bytes(TONE)
    with browser(microphone=microphone) as opened:
        page = opened.page(prf=None)
        page.goto(f"{served.url}{HERE}")
        page.evaluate(AXE.read_text())
        assert broken(page) == []
        page.get_by_role("button", name="Leave a message").click()
        expect(page.get_by_text("Listening…")).to_be_visible()
        page.wait_for_timeout(1_500)  # as long as it takes to say something
        page.get_by_role("button", name="Send the message").click()
        expect(page.get_by_text("Your message was left.").first).to_be_visible()
        (kept,) = served.house.catalogue.recordings()
        assert 1 < kept.utterance.seconds < 10
        identity = served.house.identity.open_with_passphrase(PASSPHRASE)
        sound = age.decrypt(served.house.catalogue.sealed(kept.id).sound, [identity])
        heard = read_sound(sound)
        assert np.abs(heard).max() > 1_000
        assert len(heard) / RATE_HZ == pytest.approx(kept.utterance.seconds, abs=0.1)
        assert not opened.sent_out(sound[1_000:1_064])
        assert opened.complaints == []
