"""A doorbell says that it was pressed: with its own token, and nobody else can."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from tests.web.consoles import API, Console, console
from unhear.household.words import DeviceId
from unhear.settings import CameraSettings
from unhear.web import security

TOKEN = "a token of the front döor"
PRESS = f"{API}/doorbells/front door/press"
CAMERAS = (
    CameraSettings(name="front door", address="rtsp://c.example", press_token=SecretStr(TOKEN)),
    CameraSettings(name="garden", address="rtsp://c.example"),
    CameraSettings(name="empty", address="rtsp://c.example", press_token=SecretStr("")),
)


@dataclass
class Rings:
    """Takes note of what it is told."""

    rung: list[DeviceId] = field(default_factory=list)

    def rang(self, camera: DeviceId) -> None:
        self.rung.append(camera)

    def moved(self, camera: DeviceId) -> None:
        raise AssertionError(camera)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setattr(security, "PRESSES_PER_MINUTE", 20)
    with console(tmp_path, cameras=CAMERAS) as ours:
        yield ours


def ask(ours: Console, path: str = PRESS, **headers: bytes) -> tuple[int, str]:
    raw = [(name.encode(), value) for name, value in headers.items()]
    with httpx2.Client(base_url=ours.url, trust_env=False) as doorbell:
        answer = doorbell.post(path, headers=raw)
        word = answer.json()["type"] if answer.content else ""
        return answer.status_code, word.rpartition("/")[2]


def bearer(token: str) -> bytes:
    return f"Bearer {token}".strip().encode()


def test_a_doorbell_with_its_token_is_heard(served: Console) -> None:
    served.home.bell = bell = Rings()
    assert ask(served, authorization=bearer(TOKEN)) == (204, "")
    assert ask(served, authorization=b"bearer  " + TOKEN.encode()) == (204, "")
    assert bell.rung == [DeviceId("front door")] * 2


def test_before_the_house_is_at_work_a_press_is_told_to_come_again(served: Console) -> None:
    assert ask(served, authorization=bearer(TOKEN)) == (503, "not-at-work")
    assert ask(served, authorization=bearer("wrong")) == (401, "wrong-press-token")


def test_nobody_else_is_heard_and_nobody_learns_which_doorbells_there_are(served: Console) -> None:
    served.home.bell = bell = Rings()
    refused = (401, "wrong-press-token")
    assert ask(served) == refused
    for wrong in ("wrong", TOKEN + "x", TOKEN[:-1]):
        assert ask(served, authorization=bearer(wrong)) == refused
    assert ask(served, authorization=b"Basic " + TOKEN.encode()) == refused
    for name in ("garden", "empty", "nowhere"):
        for token in (TOKEN, ""):
            assert ask(served, f"{API}/doorbells/{name}/press", authorization=bearer(token)) == (
                refused
            )
    assert bell.rung == []


def test_no_page_presses_a_doorbell_and_the_host_is_this_one(served: Console) -> None:
    served.home.bell = bell = Rings()
    token = bearer(TOKEN)
    stranger = ask(served, authorization=token, origin=b"https://elsewhere.example")
    rebound = ask(served, authorization=token, host=b"elsewhere.example")
    assert (stranger, rebound) == ((403, "other-origin"), (403, "other-origin"))
    assert bell.rung == []


def test_tokens_are_not_guessed_without_end(served: Console) -> None:
    served.home.bell = bell = Rings()
    told = [ask(served, authorization=bearer("guess")) for _ in range(20)]
    assert set(told) == {(401, "wrong-press-token")}
    assert ask(served, authorization=bearer(TOKEN)) == (429, "too-often")
    assert bell.rung == []
