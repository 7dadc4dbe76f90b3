"""Homes that answer too much, too little, or something else: told, and never half believed."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.home import NOON, SetClock
from tests.web.servers import served
from unhear.desk import homes as module
from unhear.desk.homes import Homes
from unhear.desk.people import Member
from unhear.desk.settings import DeskSettings
from unhear.household.staff import Role
from unhear.web.problems import Problem

HOME = "0" * 32
GRANT = "1" * 32
ALEX = Member("alex-1", "Alex", Role.SUPPORT, None, "age1alex", NOON)
SAM = Member("sam-1", "Sam", Role.SAFETY, None, "age1sam", NOON)
KEY = Ed25519PrivateKey.generate()
Sent = list[dict[str, Any]]


@contextmanager
def home(answer: Callable[[], Response], sent: Sent | None = None) -> Iterator[Homes]:
    """Serve a home that answers like this, whatever it is asked."""

    async def told(request: Request) -> Response:
        if sent is not None:
            sent.append({"path": request.url.path, **json.loads(await request.body())})
        return answer()

    with served(Starlette(routes=[Route("/{path:path}", told, methods=["POST"])])) as url:
        yield knowing(url)


def knowing(url: str) -> Homes:
    settings = DeskSettings.model_validate({"name": "x", "homes": [{"id": HOME, "url": url}]})
    return Homes(settings, KEY, SetClock())


def refused(problem: dict[str, Any], status: int = 403) -> Callable[[], Response]:
    return lambda: JSONResponse(problem, status, media_type="application/problem+json")


def test_a_message_names_the_home_the_moment_and_who_asks_and_is_signed() -> None:
    sent: Sent = []
    with home(lambda: JSONResponse({"request": "a" * 32}), sent) as homes:
        for _ in range(2):
            assert homes.ask(HOME, ALEX, {"purpose": "support"}, SAM) == "a" * 32
    first, second = (b64decode(one["message"]) for one in sent)
    assert sent[0]["path"] == "/api/v1/staff/ask"
    said = json.loads(first)
    nonce = said.pop("nonce")
    assert nonce != json.loads(second)["nonce"]
    assert said == {
        "v": 1,
        "home": HOME,
        "operation": "ask",
        "at": NOON.isoformat(),
        "staff": {"id": "alex-1", "name": "Alex", "role": "support", "recipient": "age1alex"},
        "second": {"id": "sam-1", "name": "Sam", "role": "safety"},
        "args": {"purpose": "support"},
    }
    signature, public = b64decode(sent[0]["signature"]), KEY.public_key()
    public.verify(signature, b"unhear/staff/v1\n" + first)
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"unhear/staff/v1\n" + second)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda: JSONResponse({"request": "no id"}), "home-strange"),
        (lambda: JSONResponse([]), "home-strange"),
        (lambda: Response("<html>"), "home-strange"),
        (lambda: Response("x" * 2_000), "home-strange"),
        (refused({"detail": "No such grant."}), "home-refuses"),
        (refused({"title": "no"}), "home-refuses"),
        (refused({"detail": "x"}, 500), "home-away"),
        (lambda: Response("no", 403), "home-refuses"),
    ],
)
def test_what_is_no_answer_is_told_as_that(
    answer: Callable[[], Response], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_BYTES_MAX", 1_000)
    with home(answer) as homes, pytest.raises(Problem) as told:
        homes.ask(HOME, ALEX, {})
    assert told.value.kind == kind
    assert len(told.value.detail) < 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"pieces": [{"header": "<script>", "at": 0, "size": 1}]},
        {"pieces": [{"header": "QQ==", "at": -1, "size": 1}]},
        {"seconds": -1},
        {"size": "much"},
        {"filmed": None},
    ],
)
def test_headers_that_are_none_are_not_passed_on(wrong: dict[str, Any]) -> None:
    told = {"device": "d", "heard_at": "h", "seconds": 1, "filmed": True, "ticket": "t"}
    told |= {"size": 1, "until": "u", "pieces": []}
    with home(lambda: JSONResponse(told)) as homes:
        assert homes.headers(HOME, ALEX, GRANT).pieces == ()
    with home(lambda: JSONResponse(told | wrong)) as homes, pytest.raises(Problem):
        homes.headers(HOME, ALEX, GRANT)


def test_a_payload_passes_as_it_comes_and_no_more_than_was_asked() -> None:
    def long() -> Response:
        return StreamingResponse(iter([b"x" * 10] * 100))

    with home(long) as homes:
        assert b"".join(homes.payload(HOME, ALEX, GRANT, 0, 999)) == b"x" * 1_000
        with pytest.raises(Problem, match="more, or for longer"):
            b"".join(homes.payload(HOME, ALEX, GRANT, 0, 500))
    with (
        home(refused({"detail": "It was not looked at."})) as homes,
        pytest.raises(Problem, match="The home refuses: It was not looked at"),
    ):
        homes.payload(HOME, ALEX, GRANT, 0, 500)


def test_a_home_that_is_not_there_is_away_and_one_not_named_is_not_asked(tmp_path: Path) -> None:
    homes = knowing("http://127.0.0.1:1")
    with pytest.raises(Problem, match="does not answer"):
        homes.counts(HOME, ALEX)
    with pytest.raises(Problem, match="no home"):
        homes.counts("f" * 32, ALEX)
