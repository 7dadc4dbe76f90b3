"""A guardian sees what an auditor would, of this house, save holds that are sealed by order."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.web.consoles import Console, console
from unhear.household.hold import Hold
from unhear.household.scope import Scope
from unhear.household.words import DeviceId
from unhear.keep import identity as identities


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setattr(identities, "SCRYPT_LOG_N", 4)
    with console(tmp_path) as served:
        yield served


def hold(served: Console, reason: str, *, sealed: bool) -> None:
    holds, now = served.house.holds, served.house.clock()
    scope = Scope(device=DeviceId("kitchen"))
    wanted = Hold(scope, reason, "N. N.", now, now + timedelta(days=9), by_order=sealed)
    holds.agree(holds.ask(wanted), "M. M.")


def test_a_guardian_sees_what_an_auditor_would_save_sealed_holds(served: Console) -> None:
    hold(served, "district court, open file", sealed=False)
    hold(served, "district court, sealed file", sealed=True)
    with closing(served.guardian()) as ada:
        answer = ada.get("/evidence")
        assert answer.status_code == 200
        assert "No rule was broken." in answer.text
        assert "open file" in answer.text
        assert "sealed file" not in answer.text
        assert "Ada" not in answer.text
        policy = answer.headers["content-security-policy"]
        assert re.search(r"style-src 'sha256-[\w+/]+='", policy)
        assert "script-src" not in policy
        assert 'href="/evidence"' in ada.get("/receipts").text


def test_nobody_else_does(served: Console) -> None:
    with closing(served.client()) as stranger:
        answer = stranger.get("/evidence")
        assert answer.status_code == 303
        assert "Audit" not in answer.text
