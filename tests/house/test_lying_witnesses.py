"""Witnesses of a house's log that lie: nothing they say is taken for more than it proves."""

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.home import PASSPHRASE, PLAN
from tests.house.witnessed import (
    forget,
    opened,
    published,
    settings_of,
    standing,
    witnessed,
)
from tests.prove.memory import OTHER_WITNESS, WITNESS
from tests.web.servers import served
from unhear.house.setup import set_up
from unhear.prove.notes import Checkpoint, Note, Signer, VerifierKey, verify_note
from unhear.prove.witness import Asked
from unhear.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    set_up(Settings(house=tmp_path / "house"), PLAN, PASSPHRASE)
    return tmp_path / "house"


@pytest.fixture
def key(folder: Path) -> VerifierKey:
    with opened(settings_of(folder)) as house:
        return house.ledger.key


def _lying(answer: Callable[[Asked], PlainTextResponse]) -> Starlette:
    async def add_checkpoint(request: object) -> PlainTextResponse:
        body = await request.body()  # type: ignore[attr-defined] # Starlette's request
        return answer(Asked.parse(body.decode()))

    return Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])


def _cosigned(asked: Asked, by: Signer) -> str:
    return str(by.cosign(asked.checkpoint, 1).signatures[-1])


def _another(asked: Asked) -> Asked:
    checkpoint = Checkpoint.parse(asked.checkpoint.text)
    return Asked(0, (), Note(str(Checkpoint(checkpoint.origin, 1, bytes(32))), ()))


LIES: dict[str, tuple[Callable[[Asked], PlainTextResponse], str]] = {
    "nothing": (lambda _: PlainTextResponse(""), "not with a cosignature"),
    "noise": (lambda _: PlainTextResponse("\u2014 x y\n"), "not with a cosignature"),
    "a stranger's": (
        lambda asked: PlainTextResponse(_cosigned(asked, OTHER_WITNESS)),
        "not with a cosignature",
    ),
    "of something else": (
        lambda asked: PlainTextResponse(_cosigned(_another(asked), WITNESS)),
        "not with a cosignature",
    ),
    "no size": (lambda _: PlainTextResponse("many\n", 409), "cannot be understood"),
    "sizes without end": (
        lambda asked: PlainTextResponse(f"{1 - asked.old}\n", 409),
        "asked by too many",
    ),
    "a larger size": (
        lambda _: PlainTextResponse("1000\n", 409),
        "shows no checkpoint that is signed",
    ),
    "no proof": (lambda _: PlainTextResponse("", 422), "shows no checkpoint that is signed"),
    "too much": (lambda _: PlainTextResponse("x" * 300_000), "sends more"),
    "trouble": (lambda _: PlainTextResponse("", 503), "HTTP status 503"),
    "unknown key": (lambda _: PlainTextResponse("", 403), "does not know this log's key"),
    "unknown log": (lambda _: PlainTextResponse("", 404), "does not watch this log"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_witness_that_lies_changes_nothing(folder: Path, key: VerifierKey, lie: str) -> None:
    answer, expected = LIES[lie]
    with served(_lying(answer)) as url, opened(settings_of(folder, url)) as house:
        receipt = forget(house)
        assert expected in standing(house).trouble
        assert witnessed(house, receipt) == receipt
        assert set(verify_note(published(house.settings), [key, WITNESS.verifier])) == {key}
